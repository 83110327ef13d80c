"""Delivery reports in prose: what qmail, Exim, Exchange, Notes, older mail servers and providers write to people.

Only what such texts have in common is used: an address on a line of its own or behind a word like "to", below it the
server's answer, at the end a copy of the message. flufl.bounce, which knows many servers one by one, is asked where that
finds nobody.
"""

import logging
import re
from email import message_from_string
from itertools import islice

from flufl.bounce import all_failures

from .reports import ADDRESS, DELAYED, FAILED, Report, best_status, first_code, judged, one_line

MAX_HEAD = 30_000  # characters of prose that are looked at
MAX_RECIPIENTS = 100
MAX_SECTION = 5000  # characters of what is said about one of them
MAX_FOR_FLUFL = 60_000  # bytes
MAX_LINE_FOR_FLUFL = 300  # bytes: its patterns are quadratic in a line

# It tells the log of every message that breaks it.
logging.getLogger("flufl.bounce").setLevel(logging.CRITICAL)

_ADDRESS = ADDRESS.pattern
# Where the copy of the message begins: a dashed line or a sentence that says so, or the topmost fields of a header.
_COPY = re.compile(
    r"^[ \t]*(?:[-_=*|]{2,}[^\n]{0,40}\b(?:original|returned|unsent|non-?delivered message|copy of|message text|message body|"
    r"message header|header of|below this line)\b|(?:below|enclosed|included|attached|this) is a copy of|original (?:mail|"
    r"message)(?: as)? follows|message headers? follow|original message:?[ \t]*$|unsent message|"
    r"(?:received|return-path|dkim-signature|x-received|delivered-to):)",
    re.IGNORECASE | re.MULTILINE,
)
_OWN_LINE = re.compile(
    rf"[ \t]*(?:>>>|[*\-•]|\d{{1,3}}[.)])?[ \t]*[\"'<(]{{0,2}}(?:mailto:)?({_ADDRESS})[\"'>)]{{0,2}}[ \t]*"
    rf"(?:$|[:;,<(\[]|\.\.\.|on[ \t]|error\b|-[ \t]|->|=>|was\b|does\b|is\b|has\b|unknown\b|user\b)",
    re.IGNORECASE,
)
_BEHIND_A_WORD = re.compile(
    rf"(?:\bto|recipients?|rcpt(?: to)?|address(?:es)?|users?|mailbox|attempts|for|deliver(?:y|ed|ing)?)\b[^@\n<]{{0,30}}?"
    rf"[:\s<\"'(]({_ADDRESS})",
    re.IGNORECASE,
)
_IN_AN_ANSWER = re.compile(
    rf"^[ \t]*(?:<<<[ \t]*)?[45]\d\d[ -][^\n]{{0,80}}?<?({_ADDRESS})", re.MULTILINE
)
_SENDER = re.compile(rf"mail from:[ \t]*<?({_ADDRESS})", re.IGNORECASE)
_FIELD_OF_THE_MESSAGE = re.compile(
    r"[ \t]*(?:from|to|cc|subject|sent|date|reply-to|sender):", re.IGNORECASE
)
_ANSWER = re.compile(
    r"(?<![\w.:\-/\[])[45][0-7]\d(?=[\s\-:])(?! ?(?:seconds|minutes|hours|days|bytes|[KM]B)\b)"
)

_STAGES = (
    (
        "data",
        r"end of data|(?:>>>|command:?|reply to|following|after|our(?: final)?|\[)[ \t\n]{0,2}data\b|after i sent the message",
    ),
    ("rcpt", r"(?:>>>|reply to|following|after|our|\[)[ \t]*rcpt|not like recipient"),
    (
        "mail",
        r"(?:>>>|reply to|following|after|our|\[)[ \t]*mail[ _]from|sender was rejected|not like (?:our )?sender",
    ),
    (
        "connect",
        r"after initial connection|(?:>>>|reply to|following|after|our|\[)[ \t]*(?:helo|ehlo|starttls)\b|my name was",
    ),
)
_STAGE = [(name, re.compile(pattern, re.IGNORECASE)) for name, pattern in _STAGES]

_ALL_REFUSED = re.compile(
    r"need rcpt|no valid recipients|\n5\d\d 5\.1\.1 <[^\n]{3,300}>\.\.\. user unknown",
    re.IGNORECASE,
)

_WAITING = re.compile(
    r"warning message only|has(?: not yet)? been (?:temporarily )?delayed|not yet been delivered|still (?:trying|being retried)|"
    r"will (?:be retried|retry|keep trying|continue)|delivery (?:is )?(?:temporarily )?(?:delayed|suspended)|"
    r"no action is required|delayed \d|\(delay(?:ed)?\)",
    re.IGNORECASE,
)
_OVER = re.compile(
    r"giv(?:en|ing) up|failed permanently|permanent(?:ly)? (?:error|fail|fatal)|(?:could|can) ?not be delivered|undeliverable",
    re.IGNORECASE,
)


def head_of(text: str) -> str:
    """The report itself: the text up to the copy of the message."""
    text = text[: MAX_HEAD * 2]
    for match in _COPY.finditer(text):
        if text[: match.start()].strip():
            return text[: match.start()][:MAX_HEAD]
    return text[:MAX_HEAD]


def stage_of(text: str) -> str:
    """At which command the server refused: the one named last before its answer, "" where none is named."""
    answer = _ANSWER.search(text)
    before = text[: answer.end()] if answer else text
    told = [(match.start(), name) for name, pattern in _STAGE for match in pattern.finditer(before)]
    if not told:
        told = [
            (-match.start(), name) for name, pattern in _STAGE for match in pattern.finditer(text)
        ]
    stage = max(told)[1] if told else ""
    # Servers that send RCPT and DATA in one go show the answer to RCPT below DATA; what follows tells them apart.
    return "rcpt" if stage == "data" and _ALL_REFUSED.search(text) else stage


def action_of(subject: str, head: str) -> str:
    """Delayed where the text says that trying goes on, else failed."""
    text = f"{subject}\n{head[:4000]}"
    return DELAYED if _WAITING.search(text) and not _OVER.search(text) else FAILED


def sections(head: str, addresses: list[str]) -> dict[str, str]:
    """What is said about each of these addresses: from its line to the next one's, or all where that is nothing."""
    low = head.lower()
    starts = {address: _place(head, low, address) for address in addresses[:MAX_RECIPIENTS]}
    marks = sorted(start for start in starts.values() if start >= 0)
    said = {}
    for address, start in starts.items():
        following = [mark for mark in marks if mark > start]
        section = head[start : following[0]] if start >= 0 and following else head[max(start, 0) :]
        if not section.replace(address, "").strip(" \t\n<>\"':,;()*-"):
            section = head if not following else head[start:]
        said[address] = section[:MAX_SECTION]
    return said


def _place(head: str, low: str, address: str) -> int:
    """Where the line begins that names the address first, by preference a line of its own."""
    found = re.finditer(re.escape(address.lower()), low)
    places = [match.start() for match in islice(found, 20)]
    lines = [low.rfind("\n", 0, place) + 1 for place in places]
    own = [line for line in lines if _OWN_LINE.match(head[line : line + 600])]
    return next(iter(own or lines), -1)


def recipients(head: str, known: list[str], not_these: set[str]) -> list[str]:
    """Whom the text is about: those it is known to be about, else the addresses in telling places."""
    lines = head.split("\n")[:1000]
    own = [match[1] for line in lines if (match := _OWN_LINE.match(line[:600]))]
    behind = [
        match[1]
        for line in lines
        if not _FIELD_OF_THE_MESSAGE.match(line)
        for match in _BEHIND_A_WORD.finditer(line[:600])
    ]
    answers = [match[1] for match in _IN_AN_ANSWER.finditer(head)]
    not_these = not_these | {match[1].lower() for match in _SENDER.finditer(head)}
    for found in (known, own, behind + answers):
        if wanted := _distinct(found, not_these):
            return wanted
    return []


def _distinct(addresses: list[str], not_these: set[str]) -> list[str]:
    distinct = {
        address.lower(): address
        for address in reversed(addresses)
        if address.lower() not in not_these
    }
    return list(reversed(distinct.values()))[:MAX_RECIPIENTS]


def second_opinion(raw: bytes) -> list[str]:
    """The addresses that flufl.bounce finds in a report, which it is given as far as is safe."""
    lines = [line[:MAX_LINE_FOR_FLUFL] for line in raw[:MAX_FOR_FLUFL].splitlines()[:1000]]
    try:
        message = message_from_string(b"\n".join(lines).decode("ascii", "replace"))
        temporary, permanent = all_failures(message)
    except Exception:  # broken mail breaks it, and a second opinion may be missing
        return []
    told = [address.decode("utf-8", "replace") for address in (*permanent, *temporary)]
    found = {match[0] for address in told if (match := ADDRESS.search(address))}
    return sorted(found)[:MAX_RECIPIENTS]


def report_of(recipient: str, section: str, action: str) -> Report:
    """The report on one recipient, from what the text says about it."""
    words = words_of(section, recipient)
    report = Report(
        recipient=recipient,
        action=action,
        status=best_status(words),
        code=first_code(words),
        words=one_line(words),
    )
    return judged(report, stage_of(section))


def words_of(section: str, recipient: str) -> str:
    """The server's own words in a section: the paragraph of its answer, else all that follows the address."""
    answer = _ANSWER.search(section)
    if answer:
        paragraph = section[answer.start() :].split("\n\n", 1)[0]
        return re.sub(r"\n[ \t]*(?:>>>|\.\.\. while).*", "", paragraph, flags=re.DOTALL)
    return section.replace(recipient, " ", 1)[:2000]
