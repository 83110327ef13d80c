"""What is said beside an email about those of its Cc and Bcc that did not go out with it."""

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from django.utils.translation import gettext as _

from .models import Copy, Email, Outcome
from .reasons import word

State = Copy.State


class Told(NamedTuple):
    """One copy: what became of it, when that was learnt, and the server's own words."""

    at: datetime
    sentence: str  # without its full stop
    words: str
    went_out: bool = False
    code: str = ""  # of the server's answer, with its status
    next_try: datetime | None = None


def told_of(email: Email) -> Iterator[Told]:
    """Every copy that the server did not take together with the email, in the running language."""
    arrived = email.attempts.filter(outcome__gte=Outcome.ARRIVED).exclude(recipients={})
    left_out = {
        address: (attempt, answer)
        for attempt in arrived
        for address, answer in attempt.recipients.items()
        if address != email.to_address and answer.get("outcome") != "accepted"
    }
    waiting = {copy.address: copy for copy in email.copies.all()} if left_out else {}
    for address, (attempt, answer) in left_out.items():
        if copy := waiting.get(address):
            yield _of_copy(copy)
        else:
            said = answer.get("words") or word(str(answer.get("reason", ""))).sentence
            moment = attempt.ended_at or attempt.started_at
            code = " ".join(filter(None, [str(answer.get("code") or ""), answer.get("status")]))
            yield Told(moment, _did_not_go(address), str(said), code=code)


def _of_copy(copy: Copy) -> Told:
    said = copy.server_words or word(copy.reason).sentence
    if copy.state == State.STOPPED:  # the sentence says why
        said = ""
    told = Told(copy.ended_at, _sentence(copy), said, copy.state == State.SENT)
    return told._replace(next_try=copy.send_at) if copy.state == State.WAITING else told


def _did_not_go(address: str) -> str:
    return _("The copy to %(address)s did not go out") % {"address": address}


def _sentence(copy: Copy) -> str:
    told = {"address": copy.address}
    match copy.state:
        case State.WAITING:
            return _("The server did not take the copy to %(address)s for now") % told
        case State.IN_HAND:
            return _("The copy to %(address)s is being handed over") % told
        case State.SENT:
            return _("The copy to %(address)s went out later") % told
        case State.GIVEN_UP:
            return (
                _(
                    "The copy to %(address)s did not go out: the server has not taken it for three days"
                )
                % told
            )
        case State.UNCONFIRMED:
            return (
                _("The copy to %(address)s may have arrived, and it was not sent a second time")
                % told
            )
        case State.STOPPED if copy.reason == "suppressed":
            return (
                _("The copy to %(address)s did not go out: that address must not be mailed") % told
            )
    return _did_not_go(copy.address)
