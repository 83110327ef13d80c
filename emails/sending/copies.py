"""Cc and Bcc that the server did not take for now: handed over again, each to its address alone."""

import time
from typing import TYPE_CHECKING

import structlog
from django.conf import settings

from prospects.models import Suppression

from ..models import Copy, Email
from .answers import Answer, ChannelFault, Outcome
from .insisting import IN_DOUBT, insist
from .limits import minute_is_full
from .message import CannotBeBuilt, prepare

if TYPE_CHECKING:
    from collections.abc import Callable

    from .dispatch import Dispatcher

log = structlog.get_logger(__name__)


def envelope(email: Email) -> list[str]:
    """To, and whoever gets a copy and does not have it: an earlier attempt of the same message may
    have reached some of them, and others wait by themselves."""
    earlier = [one for one in email.attempts.all() if one.message_id == email.message_id]
    served = {
        address
        for attempt in earlier
        for address, told in attempt.recipients.items()
        if told.get("outcome") == Outcome.ACCEPTED
    }
    if earlier:
        served.update(email.copies.values_list("address", flat=True))
    return [email.to_address, *(each for each in email.content.recipients if each not in served)]


def send_copies(dispatcher: "Dispatcher", until: float) -> int:
    """Send the copies that are due on the dispatcher's channel; how many were handed over.

    Raises ChannelFault once the one in hand is settled.
    """
    sent = 0
    due = Copy.objects.due().filter(channel=dispatcher.channel).for_sending()
    for copy in due[: settings.SENDING["CLAIM_SIZE"]]:
        if not dispatcher.may_go_on(until) or minute_is_full(dispatcher.channel):
            break
        copy.email.channel = dispatcher.channel
        dispatcher.session.open()
        if _mark(copy, dispatcher):
            sent += 1
            _send(copy, dispatcher)
        dispatcher.pages.note(copy.email)
    return sent


def _mark(copy: Copy, dispatcher: "Dispatcher") -> bool:
    """Mark it. Where it is not known whether that was committed it stays as it is: what is marked
    and not sent is said to be unconfirmed, and that is the safe side."""
    forbidding = Suppression.objects.covering(copy.address, sender=copy.email.owner_id)
    if copy.mark(dispatcher.lease, unless=forbidding):
        return True
    if forbidding.exists():
        copy.stop("suppressed")
    return False


def _send(copy: Copy, dispatcher: "Dispatcher") -> None:
    """Hand it over and settle. Made ready only now: what kills its worker is not tried again."""
    deadline = time.monotonic() + settings.SENDING["HAND_OVER_SECONDS"]
    email = copy.email
    assert email.identity is not None  # a constraint of the table: it was scheduled
    try:
        prepared = prepare(email, again=copy.attempt)
        answer = dispatcher.session.hand_over(
            email.identity.address,
            [copy.address],
            prepared.data,
            deadline=deadline,
            dot_by=deadline - settings.SENDING["HAND_OVER_SECONDS"] / 2,
            envid=prepared.token,
        )
    except ChannelFault:
        _surely(dispatcher, copy.put_back)
        raise
    except (CannotBeBuilt, ValueError) as error:
        log.warning("copy not built", email=email.pk, error=str(error))
        _surely(dispatcher, lambda: copy.settle(Copy.State.STOPPED, reason="could_not_be_built"))
    else:
        _surely(dispatcher, lambda: _settle(copy, answer))


def _settle(copy: Copy, answer: Answer) -> None:
    told = {"reason": answer.reason, "words": answer.words}
    match answer.outcome:
        case Outcome.ACCEPTED:
            copy.settle(Copy.State.SENT, words=answer.words)
        case Outcome.DEFERRED:
            copy.defer(**told)
        case Outcome.DOUBT:
            copy.settle(Copy.State.UNCONFIRMED, **told)
        case _:
            copy.settle(Copy.State.REFUSED, **told)


def _surely(dispatcher: "Dispatcher", settle: "Callable[[], None]") -> None:
    """An answer is never discarded: while its commit is in doubt it is repeated."""
    try:
        settle()
    except IN_DOUBT:
        dispatcher.cut_off = True
        insist(settle)
