"""Whom a change of a running campaign concerns, as its pages say before it is saved: a further step,
and other days and times."""

from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef

from .editing import Affected
from .models import Enrollment, Turn

if TYPE_CHECKING:
    from .models import Campaign


def affected_by_new(campaign: "Campaign", day: int) -> Affected:
    """Whom a step at the end of `day` concerns: who is past it does not come to it."""
    people = Enrollment.objects.filter(campaign=campaign).open()
    later = people.before((day + 1, 0, 0)).count()
    return Affected(0, later, people.count() - later)


def waiting_in(campaign: "Campaign") -> int:
    """How many have an email or a task that waits, whose time is another one by another clock."""
    theirs = Turn.objects.filter(enrollment=OuterRef("pk"), done_at=None)
    return Enrollment.objects.open().of(campaign).filter(Exists(theirs)).count()
