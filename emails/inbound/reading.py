"""Reading one message that came back: what kind it is, what it says, which message it may be about.

A pure function without a database. What the standards' fields say goes before what prose suggests: RFC 5965 (complaints),
RFC 3464 and 6522 (delivery reports), RFC 8098 (receipts), RFC 3834 (automatic answers).
"""

import re
from dataclasses import dataclass, field, replace
from datetime import datetime
from email.utils import getaddresses
from enum import StrEnum
from typing import Any

import structlog

from . import arf, autoreply, bounces, dsn, ses
from .arf import Complaint
from .mime import Headers, Part, decoded, parse
from .moments import moment
from .origins import RECIPIENT_FIELDS, Origins, message_ids, original_headers, origins
from .reply import new_text, plain_text
from .reports import Report

log = structlog.get_logger(__name__)

MAX_ADDRESSES = 100
MAX_SUBJECT = 500  # characters

_REPLY_SUBJECT = re.compile(
    r"^\s*(?:re|sv|aw|antw|vs|ref|rép|odp|r|回复|答复|回覆)\s*(?:\[\d+\])?\s*[:：]", re.IGNORECASE
)


class Kind(StrEnum):
    """What a message is. A complaint may also be a wish to get no more mail, see `Complaint.opts_out`."""

    DELIVERY_REPORT = "delivery_report"
    COMPLAINT = "complaint"
    AUTO_REPLY = "auto_reply"
    RECEIPT = "receipt"
    REPLY = "reply"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Reading:
    """One message, read. Ids are without <>, addresses as written, empty strings stand for "not said"."""

    kind: Kind = Kind.UNKNOWN
    message_id: str = ""
    in_reply_to: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    from_address: str = ""
    from_name: str = ""
    to: tuple[str, ...] = ()  # with Delivered-To, X-Original-To and their like
    date: datetime | None = None  # aware
    subject: str = ""
    text: str = ""  # what was written anew, without the quotation
    automatic: bool = False  # some sign says that no person pressed Send
    reports: tuple[Report, ...] = ()
    complaint: Complaint | None = None
    about: Origins = field(default_factory=Origins)


def read(raw: bytes) -> Reading:
    """Read a message of any shape. Never raises; time and memory are bounded whatever the size."""
    root = parse(raw)
    reading = _envelope(root.headers)
    try:
        return _read(root, raw, reading)
    except Exception:  # one message that nobody thought of must not stop the mailbox behind it
        log.exception("message could not be read", message_id=reading.message_id)
        return reading


def _read(root: Part, raw: bytes, reading: Reading) -> Reading:
    status = dsn.status_text(root)
    about = origins(root, status)
    found = _complaint(root, reading) or _report(root, raw, reading, status)
    found = found or _answer(root, reading, about)
    if told := ses.notification(plain_text(root)) if found.kind is Kind.UNKNOWN else None:
        about = replace(about, message_ids=ses.message_ids(told) + about.message_ids)
        found = _notified(reading, told)
    return replace(found, about=about)


def _envelope(headers: Headers) -> Reading:
    name, sender = next(iter(_addresses(headers, "From", "Sender")), ("", ""))
    recipients = [address for _name, address in _addresses(headers, *RECIPIENT_FIELDS)]
    return Reading(
        message_id=next(iter(message_ids(headers.raw("Message-ID"))), ""),
        in_reply_to=tuple(message_ids(headers.raw("In-Reply-To"))),
        references=tuple(message_ids(headers.raw("References"))),
        from_address=sender,
        from_name=name,
        to=tuple(dict.fromkeys(recipients)),
        date=moment(headers.raw("Date")),
        subject=headers.text("Subject")[:MAX_SUBJECT],
        automatic=autoreply.machine_made(headers),
    )


def _addresses(headers: Headers, *names: str) -> list[tuple[str, str]]:
    values = [value[:2000] for value in headers.all(*names)[:20]]
    try:
        pairs = getaddresses(values)[:MAX_ADDRESSES]
    except (ValueError, IndexError, TypeError):
        return []
    return [
        (decoded(name)[:200], address.strip()[:320]) for name, address in pairs if "@" in address
    ]


def _complaint(root: Part, reading: Reading) -> Reading | None:
    found = arf.complaint(root, original_headers(root))
    found = found or arf.opt_out(reading.subject, plain_text(root), reading.references)
    return replace(reading, kind=Kind.COMPLAINT, complaint=found, automatic=True) if found else None


def _report(root: Part, raw: bytes, reading: Reading, status: str) -> Reading | None:
    answers = bool(_REPLY_SUBJECT.match(reading.subject) or reading.in_reply_to)
    if not bounces.is_one(root, reading.from_address, reading.subject, status, answers):
        return None
    reports = bounces.reports(
        root, raw, reading.subject, status, {*reading.to, reading.from_address}
    )
    return replace(reading, kind=Kind.DELIVERY_REPORT, reports=tuple(reports), automatic=True)


def _notified(reading: Reading, told: dict[str, Any]) -> Reading:
    complaint = ses.complaint(told)
    kind = Kind.COMPLAINT if complaint else Kind.DELIVERY_REPORT
    return replace(
        reading, kind=kind, complaint=complaint, reports=tuple(ses.reports(told)), automatic=True
    )


def _answer(root: Part, reading: Reading, about: Origins) -> Reading:
    reading = replace(reading, text=new_text(plain_text(root)))
    if bounces.report_type(root) == "disposition-notification":
        return replace(reading, kind=Kind.RECEIPT, automatic=True)
    ours = bool(about.message_ids or about.tokens or about.verp)
    declared = autoreply.declared(root.headers, ours)
    if declared or autoreply.suspected(root.headers, reading.from_address, reading.subject):
        return replace(reading, kind=Kind.AUTO_REPLY, automatic=True)
    if reading.in_reply_to or reading.references or _REPLY_SUBJECT.match(reading.subject):
        return replace(reading, kind=Kind.REPLY)
    return reading
