"""What a message that came back proves about the email it was matched with."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from prospects.models import Suppression, hash_of

from ..events import Observation
from ..models import Email, Event
from .matching import Match
from .reading import Kind, Reading
from .reports import DELAYED, FAILED, Report

SOURCE = "mail"
TEXT_LENGTH = 2000  # characters of an answer that are kept with its event
# How long a clock that is wrong may be behind ours without its dates being taken for nonsense.
PATIENCE = timedelta(days=30)

_KINDS = {FAILED: Event.Kind.BOUNCE, DELAYED: Event.Kind.DELAY}  # the other actions: it arrived


@dataclass(frozen=True)
class Told:
    """One thing that a message says: an observation to record, or a note on what it is not."""

    observation: Observation | None = None
    note: str = ""


class Evidence:
    """The reading of one message, against the email it is about.

    `name` is what identifies the message, so that the same one twice is the same evidence.
    """

    def __init__(self, reading: Reading, match: Match, name: str) -> None:
        self.reading = reading
        self.match = match
        self.email = match.email
        self.name = name
        self.at = _happened(reading.date, match)

    def told(self) -> Iterator[Told]:
        """Everything that it says."""
        match self.reading.kind:
            case Kind.DELIVERY_REPORT:
                for report in self.reading.reports:
                    yield self._of_report(report)
            case Kind.COMPLAINT:
                yield self._of_complaint()
            case Kind.AUTO_REPLY:
                yield self._seen(Event.Kind.AUTO_REPLY, self._answer(), who=Event.Who.MACHINE)
            case Kind.RECEIPT:
                yield self._seen(Event.Kind.DELIVERED, {"words": self.reading.subject})
            case Kind.REPLY:
                yield self._of_reply()
            case _:
                yield Told(note="neither an answer nor a report")

    def _of_reply(self) -> Told:
        """Whoever answers, it is a reply; only the sender's own mail in the thread is none."""
        if self.reading.from_address.lower() in own_addresses(self.email):
            return Told(note="written by the sender")
        return self._seen(Event.Kind.REPLY, self._answer())

    def _of_report(self, report: Report) -> Told:
        whom = concerned(report, self.email)
        address = report.original_recipient or report.recipient
        if whom != self.email.to_address:
            if whom and report.failed and report.address_is_bad:
                Suppression.suppress(
                    whom,
                    Suppression.Reason.BOUNCED,
                    note=report.words[:500],
                    email_id=self.email.pk,
                )
            return Told(note=f"{report.action} for {address or 'nobody named'}, not for its To")
        kind = _KINDS.get(report.action, Event.Kind.DELIVERED)
        return self._seen(kind, self._words_of(report, address))

    def _words_of(self, report: Report, address: str) -> dict[str, Any]:
        return {
            "words": _bare(report),
            "status": report.status,
            "code": report.code,
            "server": report.remote_mta or report.reporting_mta,
            "address": self.email.to_address,
            "reported_for": address,
        } | (
            {
                "reason": str(report.reason),
                # The address that does not exist may be one that To is forwarded to.
                "address_is_bad": report.address_is_bad and _is_to(address, self.email),
            }
            if report.failed
            else {}
        )

    def _of_complaint(self) -> Told:
        complaint = self.reading.complaint
        assert complaint is not None
        data = {"address": self.email.to_address, "feedback_type": complaint.feedback_type}
        if complaint.opts_out:
            return self._seen(Event.Kind.UNSUBSCRIBE, data)
        if not complaint.counts:
            return Told(note=f"a report of type {complaint.feedback_type}, no complaint")
        named = {address.lower() for address in complaint.original_recipients}
        copies = named.intersection(map(str.lower, copies_of(self.email)))
        if copies and self.email.to_address.lower() not in named:
            for address in copies:
                Suppression.suppress(address, Suppression.Reason.COMPLAINED, email_id=self.email.pk)
            return Told(note=f"complained about by {', '.join(sorted(copies))}, not by its To")
        return self._seen(Event.Kind.COMPLAINT, data)

    def _answer(self) -> dict[str, Any]:
        return {
            "text": self.reading.text[:TEXT_LENGTH],
            "from": self.reading.from_address,
            "from_name": self.reading.from_name,
            "subject": self.reading.subject,
        }

    def _seen(
        self, kind: Event.Kind, data: dict[str, Any], who: Event.Who = Event.Who.HUMAN
    ) -> Told:
        attempt = self.match.attempt_at(self.at)
        whom = data.get("reported_for", "")
        return Told(
            Observation(
                email_id=self.email.pk,
                attempt_id=attempt.pk if attempt else None,
                kind=kind,
                at=self.at,
                source=SOURCE,
                source_id=f"{self.name} {self.email.pk} {kind} {whom}",
                who=who,
                data=storable(data),
            )
        )


def own_addresses(email: Email) -> set[str]:
    """The addresses under which the email's owner writes."""
    owner = email.owner
    return {owner.email.lower(), *(one.address.lower() for one in owner.identities.all())}


def concerned(report: Report, email: Email) -> str:
    """The recipient of `email` that `report` is about, "" where that is not clear.

    A server that forwards reports on an address that we never wrote to. With nobody in copy that
    can only have come of To; else the domain decides, if it does.
    """
    copies = copies_of(email)
    known = {address.lower(): address for address in [*copies, email.to_address]}
    for address in filter(None, (report.original_recipient, report.recipient)):
        if address.lower() in known:
            return known[address.lower()]
        if _is_to(address, email):
            return email.to_address
    if not copies and not email.purged_at:
        return email.to_address
    domain = report.recipient.lower().rpartition("@")[2]
    there = [address for low, address in known.items() if low.rpartition("@")[2] == domain]
    return there[0] if len(there) == 1 else ""


def storable(data: dict[str, Any]) -> dict[str, Any]:
    """`data` without what PostgreSQL cannot keep: NUL, and halves of characters."""
    return {
        name: value.replace("\0", "").encode("utf-8", "replace").decode()
        if isinstance(value, str)
        else value
        for name, value in data.items()
    }


def _bare(report: Report) -> str:
    """The server's words without its code and status, which are kept beside them, and without
    what the reporting server wrote in front of them."""
    _before, code, rest = report.words.partition(str(report.code or "–"))
    said = rest.lstrip(" -").removeprefix(report.status).strip()
    return said if code and said else report.words


def copies_of(email: Email) -> list[str]:
    """Its Cc and Bcc; of one that was purged nobody knows them any more."""
    return [] if email.purged_at else email.content.recipients


def _is_to(address: str, email: Email) -> bool:
    return not address or email.to_address.lower() in {address.lower(), hash_of(address)}


def _happened(date: datetime | None, match: Match) -> datetime:
    """When it was sent, as far as its date can be believed: after the first attempt, not in the
    future."""
    now = timezone.now()
    first = match.attempts[0].started_at if match.attempts else None
    if date is None or date > now or (first and date < first - PATIENCE):
        return now
    return max(date, first) if first else date
