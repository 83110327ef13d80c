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

import structlog
from django.db import transaction

from accounts.models import Organisation
from prospects import consent
from prospects.models import ConsentChange, Suppression

from .conversations import answered
from .models import Email, Event, FailedReaction, Status, Transition

Source = ConsentChange.Source

log = structlog.get_logger(__name__)

Reaction = Callable[[Any], None]
REACTIONS: dict[str, list[Reaction]] = defaultdict(list)
_OF: dict[Reaction, str] = {}  # the column of the email that must be filled


def on(*happenings: str, of: str = "") -> Callable[[Reaction], Reaction]:
    """Run the decorated function on each event of a kind, or transition to a status, in
    `happenings`; it is given the Event or the Transition.

    With `of`, only for emails `of` something: "campaign", "task". All others are spared it.
    """

    def register(reaction: Reaction) -> Reaction:
        if of:
            _OF[reaction] = f"{of}_id"
        for happening in happenings:
            if reaction not in REACTIONS[happening]:
                REACTIONS[happening].append(reaction)
        return reaction

    return register


def name_of(reaction: Reaction) -> str:
    return f"{reaction.__module__}.{reaction.__qualname__}"


def concerns(email: Email, *happenings: str) -> bool:
    """Whether anything is registered for one of `happenings` to `email`."""
    return any(_is_for(each, email) for name in happenings for each in REACTIONS.get(name, ()))


def react(happening: Event | Transition) -> None:
    """Run what is registered for an event's kind or a transition's new status.

    Inside the caller's transaction; never raises what a reaction raises.
    """
    about: dict[str, Any]
    if isinstance(happening, Event):
        name, about = happening.kind, {"event": happening}
    else:
        name, about = happening.to_status, {"transition": happening}
    for reaction in REACTIONS[name]:
        if not _is_for(reaction, happening.email):
            continue
        if problem := _problem(reaction, happening):
            FailedReaction.objects.create(reaction=name_of(reaction), problem=problem, **about)


def react_again() -> None:
    """Give reactions that failed another try."""
    known = {name_of(one): one for reactions in REACTIONS.values() for one in reactions}
    with transaction.atomic():
        failed = FailedReaction.objects.to_try().select_for_update(skip_locked=True)
        for row in failed[:100]:
            reaction = known.get(row.reaction)
            problem = _problem(reaction, row.event or row.transition) if reaction else "It is gone."
            row.failed_again(problem) if problem else row.delete()


def _is_for(reaction: Reaction, email: Email) -> bool:
    column = _OF.get(reaction)
    return column is None or getattr(email, column) is not None


def _problem(reaction: Reaction, happening: Event | Transition | None) -> str:
    """Run it in a savepoint; what went wrong, else nothing."""
    try:
        with transaction.atomic():
            reaction(happening)
    except Exception as error:
        log.exception("reaction failed", reaction=name_of(reaction))
        return repr(error)[:2000]
    return ""


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
    """What their mail provider told us; who unsubscribed with us is suppressed already, and may
    have been resubscribed since."""
    if not event.data.get("suppressed"):
        consent.unsubscribe_address(
            event.data.get("address") or event.email.to_address,
            source=Source.MAIL,
            email_id=event.email_id,
            words=event.data.get("words", ""),
        )


@on(Event.Kind.REPLY)
def answer_conversation(event: Event) -> None:
    """Who answers one email has answered all of its conversation."""
    if event.is_counted:
        answered(event.email)


@on(Status.BOUNCED)
def unsubscribe_bounced(transition: Transition) -> None:
    """Where the organisation wants that: whoever an email came back from gets no more, whatever
    it came back for."""
    if not Organisation.current().bounce_unsubscribes:
        return
    email = transition.email
    consent.suppress(
        [email.to_address],
        Suppression.Reason.UNSUBSCRIBED,
        source=Source.BOUNCE,
        email_id=email.pk,
        note=transition.server_words,
    )


def _suppress(event: Event, reason: str) -> None:
    consent.suppress(
        [event.data.get("address") or event.email.to_address],
        reason,
        email_id=event.email_id,
        note=event.data.get("words", ""),
    )
