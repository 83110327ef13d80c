"""Ending: from the commit on nothing more is sent to whoever was taken out of a campaign."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models.functions import Now
from django.utils.formats import number_format
from django.utils.translation import ngettext

from .holding import hold
from .models import Enrollment, State
from .models.enrollments import tell_owners
from .turning import let_go_of_drafts, remove_tasks, withdraw

if TYPE_CHECKING:
    from accounts.models import User

    from .models.enrollments import EnrollmentQuerySet


@dataclass(frozen=True)
class Ended:
    """What it came to: how many enrollments ended, how many emails were withdrawn, and how many
    were on their way to the server already and cannot be stopped."""

    count: int = 0
    withdrawn: int = 0
    in_hand: int = 0

    @property
    def sentence(self) -> str:
        """What has to be said of emails that could not be stopped; "" if there are none."""
        if not self.in_hand:
            return ""
        return ngettext(
            "%(count)s email is on its way to the server already.",
            "%(count)s emails are on their way to the server already.",
            self.in_hand,
        ) % {"count": number_format(self.in_hand, force_grouping=True)}


@transaction.atomic
def end_all(enrollments: "EnrollmentQuerySet", because: str, *, by: "User | None" = None) -> Ended:
    """End those of `enrollments` that are open, for a Because: thousands in a handful of
    statements. What waits to be sent is withdrawn with that reason, and open tasks go.

    What is in hand finishes; should it have to wait again, it is withdrawn then (see reactions).
    """
    held = hold(enrollments)
    withdrawn = withdraw(held.waiting, reason_for(because), by=by)
    remove_tasks(held.tasks)
    let_go_of_drafts(held.turns)
    Enrollment.objects.filter(pk__in=held.ids).update(
        state=State.ENDED, hitch="", because=because, ended_at=Now(), ended_by=by, advance_at=None
    )
    tell_owners(held.enrollments)
    return Ended(len(held.enrollments), withdrawn, held.in_hand)


def reason_for(because: str) -> str:
    """The code under which emails/reasons.py words why an email was withdrawn."""
    return f"campaign_{because}"
