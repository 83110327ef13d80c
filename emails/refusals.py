"""Why a server did not take a message, and what that says about the address.

One judgement serves both doors: the answer that a server gives while we hand an email over, and the delivery report
that comes back later. Design, section 3: did *this message* fail, and is *the address* bad, are two questions.
"""

import re
from typing import NamedTuple

from django.db import models
from django.utils.translation import gettext_lazy as _

from .refusal_words import SETTLED_BY_WORDS, SUGGESTED_BY_WORDS, WORDS_LENGTH


class Reason(models.TextChoices):
    """Why a message was not delivered, in our own words; stored as a code, worded when shown."""

    NO_SUCH_MAILBOX = "no_such_mailbox", _("There is no such mailbox")
    NO_SUCH_HOST = "no_such_host", _("There is no such mail domain")
    INACTIVE = "inactive", _("The mailbox is disabled or inactive")
    MAILBOX_FULL = "mailbox_full", _("The mailbox is full")
    RESTRICTED = "restricted", _("The recipient takes mail only from certain senders")
    TOO_BIG = "too_big", _("The message is too big")
    CONTENT = "content", _("The content of the message was refused")
    SPAM = "spam", _("The message was taken for spam")
    POLICY = "policy", _("The server's policy refused the message")
    BLOCKED = "blocked", _("Our server's address is blocked there")
    AUTH = "auth", _("SPF, DKIM or DMARC did not pass")
    SENDER = "sender", _("The sender was refused")
    RELAYING = "relaying", _("The server does not relay for this domain")
    RATE_LIMITED = "rate_limited", _("Too much mail in too short a time")
    EXPIRED = "expired", _("The server gave up trying")
    NETWORK = "network", _("The receiving server could not be reached")
    SYSTEM = "system", _("The receiving server had a fault")
    UNKNOWN = "unknown", _("No reason was given")


# The message failed because of whom it was addressed to (design, section 3: then it is Bounced, not Failed).
ABOUT_THE_ADDRESS = frozenset({Reason.NO_SUCH_MAILBOX, Reason.NO_SUCH_HOST, Reason.INACTIVE})
# There is nobody there: the address is suppressed. A disabled mailbox may come back, so it is not among them.
NOBODY_THERE = frozenset({Reason.NO_SUCH_MAILBOX, Reason.NO_SUCH_HOST})

# What a refusal before RCPT is about, when its words sound as if it were about an address.
BEFORE_RCPT = {"connect": Reason.BLOCKED, "mail": Reason.SENDER}

# Enhanced status codes that say why, without their first digit (RFC 3463; RFC 7505 for 1.10; RFC 7372 for 7.20 to
# 7.25; RFC 7489's registration of 7.26; the IANA registry for the rest). Codes that only say "other" are left out.
REASON_OF_STATUS = {
    "1.1": Reason.NO_SUCH_MAILBOX,
    "1.2": Reason.NO_SUCH_HOST,
    "1.3": Reason.NO_SUCH_MAILBOX,
    "1.6": Reason.NO_SUCH_MAILBOX,
    "1.7": Reason.SENDER,
    "1.8": Reason.SENDER,
    "1.9": Reason.SYSTEM,
    "1.10": Reason.NO_SUCH_HOST,
    "2.1": Reason.INACTIVE,
    "2.2": Reason.MAILBOX_FULL,
    "2.3": Reason.TOO_BIG,
    "2.4": Reason.SYSTEM,
    "3.1": Reason.SYSTEM,
    "3.2": Reason.SYSTEM,
    "3.3": Reason.SYSTEM,
    "3.4": Reason.TOO_BIG,
    "3.5": Reason.SYSTEM,
    "4.1": Reason.NETWORK,
    "4.2": Reason.NETWORK,
    "4.3": Reason.SYSTEM,
    "4.4": Reason.NO_SUCH_HOST,
    "4.5": Reason.RATE_LIMITED,
    "4.6": Reason.NETWORK,
    "4.7": Reason.EXPIRED,
    "5.1": Reason.SYSTEM,
    "5.2": Reason.SYSTEM,
    "5.3": Reason.RATE_LIMITED,
    "5.4": Reason.SYSTEM,
    "5.5": Reason.SYSTEM,
    "6.1": Reason.CONTENT,
    "6.2": Reason.CONTENT,
    "6.3": Reason.CONTENT,
    "6.5": Reason.CONTENT,
    "6.6": Reason.CONTENT,
    "6.7": Reason.CONTENT,
    "6.9": Reason.CONTENT,
    "7.2": Reason.RESTRICTED,
    "7.8": Reason.AUTH,
    "7.9": Reason.POLICY,
    "7.13": Reason.INACTIVE,
    "7.17": Reason.NO_SUCH_MAILBOX,
    "7.18": Reason.NO_SUCH_HOST,
    "7.20": Reason.AUTH,
    "7.21": Reason.AUTH,
    "7.22": Reason.AUTH,
    "7.23": Reason.AUTH,
    "7.24": Reason.AUTH,
    "7.25": Reason.BLOCKED,
    "7.26": Reason.AUTH,
    "7.27": Reason.SENDER,
    "7.28": Reason.RATE_LIMITED,
    "7.29": Reason.AUTH,
}

# What the subject (second part) of a status says where its detail says nothing (RFC 3463, section 3).
REASON_OF_SUBJECT = {
    "2": Reason.INACTIVE,
    "3": Reason.SYSTEM,
    "4": Reason.NETWORK,
    "5": Reason.SYSTEM,
    "6": Reason.CONTENT,
    "7": Reason.POLICY,
}

# Reply codes that mean one thing only (RFC 5321, section 4.2.3; RFC 7504 for 521 and 556).
REASON_OF_CODE = {
    421: Reason.SYSTEM,
    422: Reason.MAILBOX_FULL,
    452: Reason.SYSTEM,
    521: Reason.NO_SUCH_HOST,
    523: Reason.TOO_BIG,
    525: Reason.INACTIVE,
    552: Reason.MAILBOX_FULL,
    556: Reason.NO_SUCH_HOST,
}

_REPLY = re.compile(r"(?<![\w.\-])[45][0-7]\d[ \-](?=\D|[45]\.\d)")
_BARE = re.compile(r"user unknown|unknown user|no such user")
_NOISE = re.compile(
    r"https?://\S+|<[^<>\s]{0,400}@[^<>\s]{0,400}>|[^\s<>@]{1,100}@[^\s<>@]{1,300}|[\s\"'`´‘’_]+"
)


class Refusal(NamedTuple):
    """What a refusal means: why, whether the address must not be mailed again, whether repeating is pointless."""

    reason: Reason
    address_is_bad: bool
    permanent: bool

    @property
    def about_the_address(self) -> bool:
        """The message is Bounced rather than Failed: refused for good because of whom it was addressed to."""
        return self.permanent and self.reason in ABOUT_THE_ADDRESS


def classify(code: int, enhanced: str, words: str, *, stage: str = "") -> Refusal:
    """Judge one refusal.

    `code` is the SMTP reply code (0: none), `enhanced` the status x.y.z of RFC 3463 ("": none), `words` the server's
    own text, of any length and language. Words that settle the matter go before the status, because servers put
    "mailbox full" and "too many messages" under 5.1.1; words that only suggest come after it. Never raises.

    `stage` is what was refused: "connect" (with EHLO), "mail", "rcpt", "data", or "" where that is not known. Before
    RCPT no address was named, so nothing said then is about it. After DATA the server had already taken the address: a bare
    "user unknown" without X.1.1 is then how some providers hide a recipient's filter, so the message has bounced, but
    the address is not given up.
    """
    permanent = (code // 100 if code else enhanced[:1] == "5" and 5) == 5
    reason = _reason(code, enhanced, _said(words))
    if stage in BEFORE_RCPT and reason in ABOUT_THE_ADDRESS | {Reason.UNKNOWN}:
        return Refusal(BEFORE_RCPT[stage], False, permanent)
    doubtful = (
        stage == "data" and enhanced.split(".")[1:2] != ["1"] and bool(_BARE.search(plain(words)))
    )
    return Refusal(reason, permanent and not doubtful and reason in NOBODY_THERE, permanent)


def _said(words: str) -> str:
    """The plain words from the first reply code on: what stands before it is the reporter's, not the server's."""
    words = words[:WORDS_LENGTH]
    code = _REPLY.search(words)
    said = plain(words[code.start() :]) if code else ""
    return said if len(said) > 12 else plain(words)


def plain(words: str) -> str:
    """The words in lower case on one line, without addresses and links, which say nothing but look like words."""
    return " ".join(_NOISE.sub(" ", words[:WORDS_LENGTH].lower()).split())


def _reason(code: int, enhanced: str, words: str) -> Reason:
    status = ".".join(enhanced.split(".")[1:])
    return (
        _first_match(SETTLED_BY_WORDS, words)
        or REASON_OF_STATUS.get(status)
        or _first_match(SUGGESTED_BY_WORDS, words)
        or REASON_OF_CODE.get(code)
        or REASON_OF_SUBJECT.get(status.partition(".")[0])
        or Reason.UNKNOWN
    )


def _first_match(rules: list[tuple[str, re.Pattern[str]]], words: str) -> Reason | None:
    return next((Reason(reason) for reason, pattern in rules if pattern.search(words)), None)
