"""The one door for evidence.

Whatever can be learnt of an email becomes an Observation and goes through `record()`, which
commits it as an Event before anybody is answered. An SMTP answer moves the email in the same
transaction. All other evidence is applied soon after by `apply_events()`, in batches: outcome,
transition, roll-ups and reactions, in one transaction with the mark "applied".
"""

import hashlib
import secrets
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import Any

import structlog
from django.db import InterfaceError, OperationalError, transaction
from django.db.models.functions import Now

from accounts.changes import announce

from .models import Attempt, Copy, Email, Event, Link, Status
from .reactions import react
from .rollups import roll_up

log = structlog.get_logger(__name__)

SMTP = "smtp"
TRIES = 5


@dataclass(frozen=True, kw_only=True)
class Observation:
    """One thing learnt about an email.

    `source` and `source_id` together name it: what comes again under the same name is not
    recorded again. Without `source_id` (a view: one request, one event) it is always new.
    """

    email_id: int
    kind: Event.Kind
    at: datetime
    source: str
    source_id: str = ""
    attempt_id: int | None = None
    who: Event.Who = Event.Who.HUMAN
    via: Event.Via = Event.Via.DIRECT
    judged_by: str = ""
    link: Link | None = None
    data: Mapping[str, Any] = field(default_factory=dict)
    email: Email | None = field(default=None, compare=False)  # where the observer has it at hand

    @property
    def fingerprint(self) -> bytes:
        name = self.source_id or secrets.token_hex(16)
        return hashlib.sha256(f"{self.source}\0{name}".encode()).digest()

    def event(self) -> Event:
        """The row of it, unsaved."""
        return Event(
            email_id=self.email_id,
            attempt_id=self.attempt_id,
            kind=self.kind,
            at=self.at,
            fingerprint=self.fingerprint,
            source=self.source,
            who=self.who,
            via=self.via,
            judged_by=self.judged_by[:100],
            link=self.link,
            data=dict(self.data),
        )


def record(observations: Iterable[Observation]) -> list[Event]:
    """Write down what was observed; returns the events that had not been applied before.

    When this returns (outside a transaction) they are committed and nothing later undoes it.
    What was known already is left out, and so are views and clicks of an archived email. An SMTP
    answer that cannot be applied is kept all the same and applied later, with the rest.
    """
    observed = list(observations)
    try:
        return _record(observed)
    except (OperationalError, InterfaceError):  # the database is away: the caller asks again
        raise
    except Exception:
        log.exception("answer not applied", emails=[seen.email_id for seen in observed])
        return _record(observed, answers_at_once=False)


@transaction.atomic
def _record(observed: list[Observation], *, answers_at_once: bool = True) -> list[Event]:
    events = [observation.event() for observation in _tracked(observed)]
    Event.objects.bulk_create(events, ignore_conflicts=True)
    prints = [event.fingerprint for event in events]
    ours = list(Event.objects.filter(fingerprint__in=prints, applied_at=None).order_by("pk"))
    answers = [event for event in ours if event.source == SMTP and answers_at_once]
    if answers:
        apply(answers, at_once=True)
    fresh = [event for event in ours if event not in answers]
    if fresh:
        from .jobs import wake_evidence

        transaction.on_commit(wake_evidence, robust=True)
    return [*answers, *fresh]


def _tracked(observations: list[Observation]) -> list[Observation]:
    """Without the views and clicks that happened while tracking was switched off."""
    tracking = {Event.Kind.OPEN, Event.Kind.CLICK}
    watched = {seen.email_id for seen in observations if seen.kind in tracking}
    archived: dict[int, Any] = dict(
        Email.objects.with_status(Status.ARCHIVED)
        .filter(pk__in=watched)
        .values_list("pk", "archived_at")
    )
    return [
        seen
        for seen in observations
        if not (
            seen.kind in tracking
            and seen.email_id in archived
            and seen.at >= archived[seen.email_id]
        )
    ]


@transaction.atomic
def apply_events(limit: int = 500, *, tried: int | None = None) -> int:
    """Apply a batch of what has been recorded and not applied; returns how many were taken.

    With `tried`, only what could not be applied so many times before.
    """
    waiting = Event.objects.unapplied()
    events = list(
        (waiting if tried is None else waiting.filter(tries=tried))
        .order_by("pk")
        .select_for_update(skip_locked=True, no_key=True)[:limit]
    )
    apply(events)
    return len(events)


def apply(events: Sequence[Event], *, at_once: bool = False) -> None:
    """Let recorded events speak, inside the caller's transaction: each in a savepoint, so that
    what raises is tried again later, or `at_once`, where an error is the caller's.

    Emails are locked in the order of their ids, so that two batches never wait for each other.
    """
    emails = {
        email.pk: email
        for email in Email.objects.filter(pk__in={event.email_id for event in events}).locked()
    }
    changed = defaultdict(list)
    for email_id, about in groupby(sorted(events, key=_by_email), key=lambda e: e.email_id):
        email = emails[email_id]
        for event in about:
            (_speak if at_once else _apply_one)(email, event)
        changed[email.owner_id].append(email_id)
    for owner, ids in changed.items():
        announce(owner, emails=ids)


def _by_email(event: Event) -> tuple[int, int]:
    return event.email_id, event.pk


def _apply_one(email: Email, event: Event) -> None:
    """One event in a savepoint: what raises is tried again later and parked in the end."""
    try:
        with transaction.atomic():
            _speak(email, event)
    except Exception as error:
        log.exception("event not applied", evidence=event.pk, email=email.pk)
        email.refresh_from_db()
        tries = event.tries + 1
        parked = {"parked_at": Now()} if tries >= TRIES else {}
        Event.objects.filter(pk=event.pk).update(tries=tries, problem=repr(error)[:2000], **parked)


def _speak(email: Email, event: Event) -> None:
    event.email = email
    event.attempt = attempt = _attempt_of(email, event)
    steps = []
    # Only what was learnt anew of an attempt can move the email; a fifth view cannot.
    if attempt is not None and _raise_outcome(attempt, event):
        known = email.transitions.order_by("-pk").values_list("pk", flat=True).first()
        email.weigh(event)
        steps = list(email.transitions.filter(pk__gt=known or 0))
    roll_up(email, event)
    react(event)
    for step in steps:
        if step.to_status == Status.DELIVERED and step.attempt:
            Copy.begin(email, step.attempt)
        react(step)
    Event.objects.filter(pk=event.pk).update(applied_at=Now(), attempt=attempt)


def _attempt_of(email: Email, event: Event) -> Attempt | None:
    """The attempt that the event names, else the latest that had begun when it happened.

    By its own time and not by its arrival, so that late evidence belongs where it came from.
    """
    if event.attempt_id:
        return email.attempts.get(pk=event.attempt_id)
    begun = email.attempts.filter(started_at__lte=event.at).order_by("-number").first()
    return begun or email.attempts.order_by("number").first()


def _raise_outcome(attempt: Attempt, event: Event) -> bool:
    """Whether `event` says anything new of its attempt. It can only raise the outcome, and what
    raised it says why."""
    changes: dict[str, Any] = {}
    if event.source == SMTP:  # the one answer; where the lease was over, it comes after the end
        changes |= {"ended_at": attempt.ended_at or event.at} | event.data.get("attempt", {})
    proven = event.proves
    # A doubt proves nothing, and yet it is the reason why nothing is known.
    if proven > attempt.outcome or (event.kind == Event.Kind.DOUBT and not attempt.outcome):
        changes |= {
            "outcome": proven,
            "reason": event.data.get("reason", ""),
            "reason_values": event.data.get("values", {}),
            "server_words": event.data.get("words", "")[:1000],
        }
    for name, value in changes.items():
        setattr(attempt, name, value)
    if changes:
        attempt.save(update_fields=list(changes))
    return bool(changes)
