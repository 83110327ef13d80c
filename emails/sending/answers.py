"""What came of handing a message over, recipient by recipient, and what was wrong with the way there."""

import re
from dataclasses import dataclass, field
from enum import StrEnum

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from emails.refusals import classify

WORDS_LENGTH = 500
STATUS = re.compile(r"([245])\.(\d{1,3})\.(\d{1,3})(?![\d.])\s*")
# Controls, and marks that would turn a screen's text round.
UNSHOWABLE = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]+")
# Words by which providers say that *we* have sent too much; a full mailbox of the recipient is none of them.
OUR_QUOTA = re.compile(
    r"(?:daily|hourly|monthly)\s+(?:\w+\s+)?(?:sending|message|mail|e-?mail)?\s*(?:quota|limit)"
    r"|sending\s+(?:quota|limit|rate)|throttling failure|sender (?:thread )?(?:limit|quota) exceeded"
    r"|too many (?:messages|e-?mails) sent|exceeded (?:your|the sending|the maximum sending)"
    r"|reached your (?:daily|hourly|monthly|sending)",
    re.IGNORECASE,
)
# How servers name a message that they took: postfix and its kin, Exim, Exchange, Gmail, sendmail, Amazon SES.
GIVEN_IDS = [
    re.compile(r"queued as <?([^\s<>]+)", re.IGNORECASE),
    re.compile(r"\bid=<?([^\s<>]+)", re.IGNORECASE),
    re.compile(r"<([^\s<>@]+@[^\s<>]+)>"),
    re.compile(r"^OK\s+\d+\s+(\S+) - gsmtp", re.IGNORECASE),
    re.compile(r"^(\w+) Message accepted", re.IGNORECASE),
    re.compile(r"^OK:?\s+([\w.-]{12,})$", re.IGNORECASE),
]


class Outcome(StrEnum):
    """How one recipient fared. Only `doubt` leaves open whether the message was taken."""

    ACCEPTED = "accepted"
    DEFERRED = "deferred"  # refused for now, or cut off before the final dot: nobody has it
    REFUSED_ADDRESS = "refused_address"  # for good, because of this address
    REFUSED = "refused"  # for good, for another reason
    DOUBT = "doubt"  # the final dot was written and no answer settled it


class Stage(StrEnum):
    """How far a hand-over came. Observers are told a stage when it begins: `dot` right before the final dot is
    written, `answer` right after it."""

    CONNECT = "connect"
    GREETING = "greeting"
    TLS = "tls"
    SIGN_IN = "sign_in"
    MAIL = "mail"
    RCPT = "rcpt"
    DATA = "data"
    BODY = "body"
    DOT = "dot"
    ANSWER = "answer"


# What refusals.classify() calls the stages: after DATA it is all one.
JUDGED_AS = {Stage.MAIL: "mail", Stage.RCPT: "rcpt"}


class Break(TextChoices):
    """Why a hand-over ended without the server's verdict; stands where otherwise a refusals.Reason stands."""

    LOST = "connection_lost", _("The connection was lost")
    LATE = "took_too_long", _("The server took too long")
    GARBLED = "garbled_answer", _("The server answered something that is not SMTP")
    NOT_OFFERED = "not_offered", _("The server cannot carry this address or message")


class Fault(TextChoices):
    """What is wrong with a channel, as a sentence for its owner."""

    RESOLVE = "resolve", _("There is no server of this name.")
    REFUSED = "connection_refused", _("The server is there, but nothing listens on this port.")
    UNREACHABLE = "unreachable", _("The server cannot be reached.")
    INSIDE = "inside", _("This server is inside the network; only an admin can set it up.")
    TIMEOUT = "timeout", _("The server did not answer in time.")
    NO_GREETING = (
        "no_greeting",
        _("The server took the connection but said nothing. Does this port expect TLS?"),
    )
    NOT_SMTP = "not_smtp", _("What answers there is not an SMTP server.")
    UNWELCOME = "unwelcome", _("The server does not want to talk to us.")
    NO_STARTTLS = "no_starttls", _("The server does not offer STARTTLS.")
    TLS = (
        "tls",
        _(
            "No encrypted connection could be made. Does this port expect STARTTLS or no encryption?"
        ),
    )
    CERTIFICATE = "certificate", _("The server's certificate is not valid for this name.")
    TLS_NEEDED = "tls_needed", _("The server wants an encrypted connection first.")
    NO_SIGN_IN = "no_sign_in", _("The server offers no way to sign in that we know.")
    SIGN_IN = "sign_in", _("The server refused the user name or password.")
    SIGN_IN_LATER = "sign_in_later", _("The server cannot check the user name and password now.")
    SIGN_IN_NEEDED = "sign_in_needed", _("The server wants a user name and password first.")
    SENDER = "sender_refused", _("The server refused the sender's address.")
    SENDER_LATER = "sender_deferred", _("The server does not take mail from this sender now.")
    QUOTA = "quota", _("The provider's limit for sending is used up.")
    CLOSING = "closing", _("The server is closing connections (421).")
    LOST = "lost", _("The server hung up.")


@dataclass(frozen=True, slots=True)
class Reply:
    """A reply of the server: its code (0: none came), enhanced status x.y.z or "", and its words, safe to show."""

    code: int = 0
    enhanced: str = ""
    words: str = ""

    @classmethod
    def read(cls, code: int, text: bytes | str) -> "Reply":
        """A reply as it came: decoded as far as possible, cut to 500 characters, the status (RFC 2034) taken off."""
        lines = _decoded(text).split("\n")
        found = STATUS.match(lines[0])
        enhanced = found[0].strip() if found and int(found[1]) == code // 100 else ""
        if enhanced:
            lines = [
                line[match.end() :] if (match := STATUS.match(line)) else line for line in lines
            ]
        return cls(code, enhanced, UNSHOWABLE.sub(" ", " ".join(lines))[:WORDS_LENGTH].strip())

    @property
    def is_our_quota(self) -> bool:
        """Whether it says that our account has sent enough for now, which is no fault of the message."""
        return self.code >= 400 and bool(
            self.enhanced in {"5.1.90", "4.5.127"} or OUR_QUOTA.search(self.words)
        )

    @property
    def ids(self) -> tuple[str, ...]:
        """The names by which the server knows the message it took."""
        found = [
            match[1].strip(".,;:()[]")[:255]
            for pattern in GIVEN_IDS
            if (match := pattern.search(self.words))
        ]
        return tuple(dict.fromkeys(filter(None, found)))


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was decided about one recipient. `reason` is a refusals.Reason or a Break, "" when accepted."""

    outcome: Outcome
    reply: Reply = Reply()
    reason: str = ""
    address_is_bad: bool = False

    @classmethod
    def on(cls, reply: Reply, stage: Stage) -> "Verdict":
        """What a well-formed reply of 2xx, 4xx or 5xx to the command of a stage means."""
        if reply.code < 300:
            return cls(Outcome.ACCEPTED, reply)
        refusal = classify(
            reply.code, reply.enhanced, reply.words, stage=JUDGED_AS.get(stage, "data")
        )
        outcome = Outcome.REFUSED_ADDRESS if refusal.about_the_address else Outcome.REFUSED
        if reply.code < 500:
            outcome = Outcome.DEFERRED
        return cls(outcome, reply, refusal.reason.value, refusal.address_is_bad)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of one hand-over: for `recipient` (To), and for each copy by its address, both as they were given.

    `stage` is where it ended, `bytes_sent` what went out of the message itself. If To was refused, nobody was sent
    anything and `copies` is empty.
    """

    recipient: str
    to: Verdict
    stage: Stage
    copies: dict[str, Verdict] = field(default_factory=dict)
    bytes_sent: int = 0

    @property
    def outcome(self) -> Outcome:
        return self.to.outcome

    @property
    def reason(self) -> str:
        return self.to.reason

    @property
    def address_is_bad(self) -> bool:
        return self.to.address_is_bad

    @property
    def code(self) -> int:
        return self.to.reply.code

    @property
    def enhanced(self) -> str:
        return self.to.reply.enhanced

    @property
    def words(self) -> str:
        return self.to.reply.words

    @property
    def recipients(self) -> dict[str, dict[str, str | int]]:
        """All recipients with what was decided about them, fit for JSON."""
        return {
            address: {
                "outcome": str(verdict.outcome),
                "code": verdict.reply.code,
                "status": verdict.reply.enhanced,
                "words": verdict.reply.words,
                "reason": verdict.reason,
                "address_is_bad": verdict.address_is_bad,
            }
            for address, verdict in {self.recipient: self.to, **self.copies}.items()
        }

    @property
    def provider_id(self) -> str:
        """The likeliest of the `provider_ids`, or ""."""
        return next(iter(self.provider_ids), "")

    @property
    def provider_ids(self) -> tuple[str, ...]:
        """Ids by which the provider's later reports may name this message."""
        return self.to.reply.ids if self.outcome is Outcome.ACCEPTED else ()


class ChannelFault(Exception):
    """The channel, not the email, is at fault, and certainly nobody was sent anything.

    `kind` is a Fault (or another code that emails/reasons.py words), `stage` where it happened; `words`, `code` and
    `enhanced` are the server's own, if it said anything.
    """

    def __init__(
        self, kind: str, words: str = "", code: int = 0, *, enhanced: str = "", stage: str = ""
    ) -> None:
        super().__init__(f"{kind} {stage} {code or ''} {enhanced} {words}")
        self.kind = kind
        self.words = words
        self.code = code
        self.enhanced = enhanced
        self.stage = stage

    @classmethod
    def said(cls, kind: Fault, stage: Stage, reply: Reply) -> "ChannelFault":
        """The fault that a reply of the server shows."""
        return cls(kind, reply.words, reply.code, enhanced=reply.enhanced, stage=stage)


def _decoded(text: bytes | str) -> str:
    if isinstance(text, str):
        return text
    try:
        return text.decode()
    except UnicodeDecodeError:
        return text.decode("latin-1")
