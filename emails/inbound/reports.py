"""What a delivery report says of one recipient, however it was told."""

import re
from dataclasses import dataclass, replace

from ..refusals import Reason, classify

WORDS_LENGTH = 1000  # characters of a server's words that are kept

FAILED, DELAYED, DELIVERED, RELAYED, EXPANDED = (
    "failed",
    "delayed",
    "delivered",
    "relayed",
    "expanded",
)
ACTIONS = {FAILED, DELAYED, DELIVERED, RELAYED, EXPANDED}  # RFC 3464, section 2.3.3

# Causes that pass by themselves, where no code says otherwise.
PASSING = {Reason.EXPIRED, Reason.NETWORK, Reason.RATE_LIMITED, Reason.SYSTEM, Reason.UNKNOWN}

ADDRESS = re.compile(
    r"[^\s<>()\[\]\"',;:@\\]{1,64}@(?:[^\W_](?:[\w-]{0,62})\.){1,10}[^\W\d_][\w-]{1,62}\b"
)
_CODE = re.compile(
    r"(?<![\w.:\-/])([245][0-7]\d)(?=[\s\-:]|$)(?! ?(?:seconds|minutes|hours|days|bytes|[KM]B)\b)"
)
_STATUS = re.compile(r"(?<![\w.\-/])([245]\.\d{1,3}\.\d{1,3})(?![\w.]*\.\d|\d)")
_BESIDE = re.compile(r"(?<![\w.\-/])[245][0-7]\d[ \-]\W?([245]\.\d{1,3}\.\d{1,3})(?![\w.]*\.\d|\d)")


@dataclass(frozen=True)
class Report:
    """One recipient of the message that the report is about. Empty strings and 0 stand for "not said"."""

    recipient: str = ""
    original_recipient: str = ""
    action: str = FAILED
    status: str = ""  # x.y.z, RFC 3463
    code: int = 0  # SMTP reply code
    words: str = ""  # the server's own, on one line
    reporting_mta: str = ""
    remote_mta: str = ""
    reason: Reason = Reason.UNKNOWN
    address_is_bad: bool = False  # nobody there: to be suppressed
    permanent: bool = False  # the cause is of class 5: repeating is pointless
    about_the_address: bool = False  # failed for good because of whom it was addressed to

    @property
    def failed(self) -> bool:
        """This message will not arrive, whatever the class of the cause (design, section 3)."""
        return self.action == FAILED


def judged(report: Report, stage: str = "") -> Report:
    """The report with its reason and what it means for the address; `stage` as in `refusals.classify`."""
    code = _code_of_class(report.code, report.status)
    if not code and not report.status and report.action == FAILED:
        code = 500  # given up, with no code told: the words decide
    reason, bad, permanent = refusal = classify(code, report.status, report.words, stage=stage)
    if code == 500 and not report.code and reason in PASSING:
        bad = permanent = False
    if report.action != FAILED:
        return replace(report, reason=reason)
    about = refusal.about_the_address and permanent
    return replace(
        report, reason=reason, address_is_bad=bad, permanent=permanent, about_the_address=about
    )


def _code_of_class(code: int, status: str) -> int:
    """The reply code, unless it contradicts the status: a reporter may have made a temporary one final, or back."""
    return code if not status or str(code)[:1] == status[:1] else 0


def first_code(words: str) -> int:
    """The first SMTP reply code that stands in these words, 0 if none does."""
    match = _CODE.search(words)
    return int(match[1]) if match else 0


def best_status(words: str, given: str = "") -> str:
    """The status that says most: `given`, unless it is general and the words hold a better one.

    x.0.0 says nothing, and x.4.7 (expired) hides what the receiving server had said all the time. What stands beside
    the server's own reply code goes before what the reporter made of it.
    """
    found = _STATUS.findall(words)
    beside = [status for status in _BESIDE.findall(words) if not is_general(status)]
    specific = [status for status in found if not is_general(status)]
    if beside:
        return beside[-1]
    if given and not (is_general(given) and specific):
        return given
    return specific[-1] if specific else (given or next(iter(found), ""))


def is_general(status: str) -> bool:
    """A status that names no cause of its own."""
    return status[1:] in {".0.0", ".4.7"}


def one_line(words: str) -> str:
    """A server's words on one line, without control characters, shortened."""
    line = " ".join(re.sub(r"[\x00-\x1f\x7f]+", " ", words[: WORDS_LENGTH * 4]).split())
    return line.lstrip("<>:;,. -\"'")[:WORDS_LENGTH]
