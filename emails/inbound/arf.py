"""Complaints that providers pass on (ARF: RFC 5965; authentication failures: RFC 6591)."""

import re
from dataclasses import dataclass
from datetime import datetime

from . import dsn
from .mime import Headers, Part
from .moments import moment
from .reports import ADDRESS, one_line

# What is no complaint: a correction (RFC 6430), a report on a domain's records (RFC 6591), a wish to be left alone, which
# must be heeded all the same. All the rest is: abuse, fraud, virus, and other, as which unknown types are taken
# (RFC 5965, section 3.5 and its registry).
NO_COMPLAINTS = {"not-spam", "auth-failure", "dmarc", "opt-out", "opt-out-list", "unsubscribe"}
OPT_OUTS = {"opt-out", "opt-out-list", "unsubscribe"}

_FIELDS = re.compile(r"(?im)^feedback-type:")


@dataclass(frozen=True)
class Complaint:
    """One feedback report. Empty strings stand for "not said"."""

    feedback_type: (
        str  # in lower case: abuse, fraud, virus, other, not-spam, auth-failure, opt-out …
    )
    original_recipients: tuple[str, ...] = ()
    arrived_at: datetime | None = None  # when the original came in, aware
    source_ip: str = ""
    user_agent: str = ""
    reported_domain: str = ""
    auth_failure: str = ""  # RFC 6591: spf, dkim, adsp, dmarc, …

    @property
    def counts(self) -> bool:
        """Somebody complained about the message."""
        return self.feedback_type not in NO_COMPLAINTS

    @property
    def opts_out(self) -> bool:
        """Somebody asked for no more mail, without complaining."""
        return self.feedback_type in OPT_OUTS


def complaint(root: Part, original: Headers | None) -> Complaint | None:
    """The complaint that this message is, None if it is none; `original` are the returned message's headers."""
    text = _report_text(root)
    if text:
        return _from_fields(_merged(dsn.groups(text)), _lists(text, "original-rcpt-to"), original)
    if original and (reported := original.raw("X-HmXmrOriginalRecipient")):
        # Outlook.com's Junk Mail Reporting Program sends the message alone, and marks it with this field.
        return Complaint(
            "abuse", tuple(ADDRESS.findall(reported)), source_ip=original.raw("X-Reporter-IP")[:45]
        )
    return None


def opt_out(subject: str, text: str, references: tuple[str, ...]) -> Complaint | None:
    """A mail program's answer to `List-Unsubscribe: <mailto:…>` (RFC 2369): its subject is the one word."""
    if subject.strip().lower() == "unsubscribe" and not references and len(text) < 400:
        return Complaint("opt-out")
    return None


def _report_text(root: Part) -> str:
    for part in root.walk():
        if part.type == "message/feedback-report":
            return part.text
    for part in root.walk():
        if not part.parts and (found := _FIELDS.search(part.text)):
            return part.text[found.start() :]
    return ""


def _merged(groups: list[dict[str, str]]) -> dict[str, str]:
    merged: dict[str, str] = {}
    for group in groups:
        merged = {**group, **merged}
    return merged


def _lists(text: str, name: str) -> list[str]:
    values = re.findall(rf"(?im)^{name}:[ \t]*(.+)$", text)[:100]
    return [address for value in values for address in ADDRESS.findall(value)]


def _from_fields(fields: dict[str, str], named: list[str], original: Headers | None) -> Complaint:
    told = named or (
        ADDRESS.findall(", ".join(original.all("To", "Delivered-To"))) if original else []
    )
    return Complaint(
        feedback_type=fields.get("feedback-type", "")
        .split(";")[0]
        .strip()
        .strip("\"'")
        .lower()[:40]
        or "other",
        original_recipients=tuple(dict.fromkeys(told[:100])),
        arrived_at=moment(fields.get("arrival-date") or fields.get("received-date", "")),
        source_ip=fields.get("source-ip", "").strip(" []")[:45],
        user_agent=one_line(fields.get("user-agent", ""))[:200],
        reported_domain=fields.get("reported-domain", "").strip()[:255],
        auth_failure=fields.get("auth-failure", "").strip().lower()[:40],
    )
