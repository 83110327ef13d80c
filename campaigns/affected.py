"""Whom a further step of a running campaign concerns, as its editor says before it is saved."""

from typing import TYPE_CHECKING

from .editing import Affected
from .models import Enrollment

if TYPE_CHECKING:
    from .models import Campaign


def affected_by_new(campaign: "Campaign", day: int) -> Affected:
    """Whom a step at the end of `day` concerns: who is past it does not come to it."""
    people = Enrollment.objects.filter(campaign=campaign).open()
    later = people.before((day + 1, 0, 0)).count()
    return Affected(0, later, people.count() - later)
