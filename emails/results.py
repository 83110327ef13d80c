"""What became of emails with which something was done.

An action is tried on each email by itself. What cannot be done with one of them, because it has
moved meanwhile or must not, leaves that one out and says why; the others go on.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.utils.translation import ngettext

from .actions import Action
from .models import Email, IllegalTransition
from .why import held_because, why_not

if TYPE_CHECKING:
    from accounts.models import User


@dataclass(frozen=True)
class Result:
    """What became of each email: done, or left out with the reason in words."""

    action: Action
    done: list[Email] = field(default_factory=list)
    left: list[tuple[Email, str]] = field(default_factory=list)

    @property
    def sentence(self) -> str:
        """What happened, for the notice: how many were done, and why others were not."""
        held = [email for email in self.done if email.is_held]
        going = [email for email in self.done if not email.is_held]
        said = [_done(self.action, going)] if going else []
        if held:
            said.append(_put_on_hold(held))
        unconfirmed = [email for email, _why in self.left if email.is_unconfirmed]
        if unconfirmed and len(self.left) > 1:
            said.append(_left_in_doubt(len(unconfirmed)))
            others = [words for email, words in self.left if not email.is_unconfirmed]
        else:
            others = [words for _email, words in self.left]
        said += others[:3]
        if len(others) > 3:
            more = len(others) - 3
            said.append(
                ngettext("%(count)s more was left out.", "%(count)s more were left out.", more)
                % {"count": more}
            )
        return " ".join(said)


def _done(action: Action, emails: list[Email]) -> str:
    return str(action.done % {"count": len(emails), "who": emails[0].recipient})


def _put_on_hold(emails: list[Email]) -> str:
    """They are Scheduled by what was done, but nothing goes out yet."""
    words = ngettext(
        "Email to %(who)s waits in Scheduled and is not sent yet. %(why)s",
        "%(count)s emails wait in Scheduled and are not sent yet. %(why)s",
        len(emails),
    )
    why = " ".join(dict.fromkeys(held_because(email) for email in emails))
    return words % {"count": len(emails), "who": emails[0].recipient, "why": why}


def _left_in_doubt(count: int) -> str:
    return ngettext(
        "%(count)s unconfirmed email was left out: it may have arrived. Decide on it by itself.",
        "%(count)s unconfirmed emails were left out: they may have arrived. Decide on each of them.",
        count,
    ) % {"count": count}


def carry_out(action: Action, emails: Iterable[Email], user: "User") -> Result:
    """Do `action` with each of `emails`, each in a transaction of its own."""
    result = Result(action)
    for email in emails:
        try:
            action.do(email, by=user)
        except IllegalTransition as refused:
            result.left.append((refused.email, why_not(refused)))
        else:
            result.done.append(email)
    return result
