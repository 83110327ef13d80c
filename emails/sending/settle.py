"""Settling: what the server answered is evidence against its attempt, and is never discarded.

Any answer goes through `events.record()`. The usual one, that the message was taken, leaves the
same rows in one round trip, in which the next email may be marked too.
"""

import json

from django.db import transaction

from ..events import SMTP, Observation, record
from ..models import Attempt, Copy, Email, Event, Status
from ..reactions import concerns, react
from .mark import Mark
from .statements import ACCEPT, LOCK, bound, run


def is_usual(observation: Observation) -> bool:
    """Whether the server took the message, for all whom it went to or for good not."""
    told = observation.data.get("attempt", {}).get("recipients", {})
    return (
        observation.kind == Event.Kind.ACCEPTED
        and observation.source == SMTP
        and not any(one.get("outcome") == Copy.DEFERRED for one in told.values())
    )


def settle(observation: Observation, then: Mark | None = None) -> Attempt | None:
    """Record what was answered; when this returns it is committed.

    With `then` the next email may be marked in the same commit: returns its attempt, or None if
    that may not go now.
    """
    if not is_usual(observation):
        record([observation])
        return None
    email = observation.email or Email.objects.get(pk=observation.email_id)
    if concerns(email, Event.Kind.ACCEPTED, Status.DELIVERED):
        _settle_and_react(observation)
        return then.read(run(*then.statements())[-1]) if then else None
    marking = then.statements(after=observation.fingerprint) if then else []
    _locked, settled, *rows = run(*_accepting(observation), *marking)
    if settled is None:
        record([observation])
        return None
    return then.read(rows[-1]) if then else None


@transaction.atomic
def _settle_and_react(observation: Observation) -> None:
    _locked, settled = run(*_accepting(observation))
    if settled is None:
        record([observation])
        return
    event = Event.objects.select_related("email", "attempt").get(pk=settled[0])
    react(event)
    react(event.email.transitions.get(pk=settled[1]))


def _accepting(observation: Observation) -> list[str]:
    """As SQL; the second row is the ids of event and transition, if that was all there is to it."""
    told = {"stage": "", "bytes_sent": 0, "provider_id": "", "recipients": {}}
    told |= observation.data.get("attempt", {})
    values = {
        "email": observation.email_id,
        "attempt": observation.attempt_id,
        "at": observation.at,
        "fingerprint": observation.fingerprint,
        "source": observation.source,
        "who": str(observation.who),
        "via": str(observation.via),
        "data": json.dumps(dict(observation.data)),
        "words": observation.data.get("words", "")[:1000],
        **told,
        "stage": str(told["stage"]),
        "recipients": json.dumps(told["recipients"]),
    }
    return [bound(LOCK, values), bound(ACCEPT, values)]
