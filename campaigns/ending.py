"""Ending: from the commit on nothing more is sent to whoever was taken out of a campaign."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.formats import number_format
from django.utils.translation import ngettext

if TYPE_CHECKING:
    from accounts.models import User

    from .models.enrollments import EnrollmentQuerySet


@dataclass(frozen=True)
class Ended:
    """What it came to: how many enrollments ended (or were skipped), how many emails were
    withdrawn, and how many were on their way to the server already and cannot be stopped."""

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


def end_all(enrollments: "EnrollmentQuerySet", because: str, *, by: "User | None" = None) -> Ended:
    """End all of `enrollments` that are open, thousands in a handful of statements."""
    raise NotImplementedError
