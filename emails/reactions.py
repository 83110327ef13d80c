"""What else happens when something has happened to an email.

A higher app puts its own `reactions.py` beside its models and says there

    @on(Event.Kind.REPLY)
    def end_enrollment(event): ...

    @on(Status.DELIVERED)
    def count_template(transition): ...

They are found at start-up and run in the transaction that applies the event, each in a
savepoint of its own: one that raises is rolled back, tried again later, then parked and shown.
It blocks neither evidence nor sending. `manage.py reactions` lists them.
"""

from collections import defaultdict
from collections.abc import Callable
from typing import Any

from prospects.models import Suppression

from .models import Event

Reaction = Callable[[Any], None]
REACTIONS: dict[str, list[Reaction]] = defaultdict(list)


def on(*happenings: str) -> Callable[[Reaction], Reaction]:
    """Run the decorated function on each event of a kind, or transition to a status, in
    `happenings`; it is given the Event or the Transition."""

    def register(reaction: Reaction) -> Reaction:
        for happening in happenings:
            if reaction not in REACTIONS[happening]:
                REACTIONS[happening].append(reaction)
        return reaction

    return register


@on(Event.Kind.BOUNCE)
def suppress_bad_address(event: Event) -> None:
    """An address that does not exist is not mailed again; a full mailbox may be."""
    if event.data.get("address_is_bad"):
        _suppress(event, Suppression.Reason.BOUNCED)


@on(Event.Kind.COMPLAINT)
def suppress_complainer(event: Event) -> None:
    _suppress(event, Suppression.Reason.COMPLAINED)


@on(Event.Kind.UNSUBSCRIBE)
def suppress_unsubscribed(event: Event) -> None:
    _suppress(event, Suppression.Reason.UNSUBSCRIBED)


def _suppress(event: Event, reason: str) -> None:
    address = event.data.get("address") or event.email.to_address
    Suppression.suppress(address, reason, note=event.data.get("words", "")[:500])
