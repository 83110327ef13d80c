"""Whom a change of a running campaign's steps concerns, as its editor says before it is saved."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .models import Enrollment, Step, Turn

if TYPE_CHECKING:
    from .models import Campaign


@dataclass(frozen=True)
class Affected:
    """How many people wait in a step now, will still come to it, and have had it."""

    waiting: int
    later: int
    past: int


def affected_by(step: Step) -> Affected:
    """Whom a change of `step` concerns."""
    people = Enrollment.objects.filter(campaign=step.campaign_id)
    turns = Turn.objects.filter(step=step)
    waiting = turns.filter(done_at=None, enrollment__ended_at=None).count()
    past = turns.exclude(done_at=None).count()
    before = people.open().before(step.place).exclude(turns__step=step)
    return Affected(waiting, before.count(), past)


def affected_by_new(campaign: "Campaign", day: int) -> Affected:
    """Whom a further step at the end of `day` concerns: who is past it does not come to it."""
    people = Enrollment.objects.filter(campaign=campaign).open()
    later = people.before((day + 1, 0, 0)).count()
    return Affected(0, later, people.count() - later)
