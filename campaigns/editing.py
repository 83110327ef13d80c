"""Editing a running campaign: whom it concerns, and how it reaches those who wait."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .models import Step


@dataclass(frozen=True)
class Affected:
    """How many people wait in a step now, will still come to it, and have had it."""

    waiting: int
    later: int
    past: int


def affected(step: "Step") -> Affected:
    """Whom a change of `step` concerns."""
    from .models import Enrollment, Turn

    people = Enrollment.objects.filter(campaign=step.campaign_id)
    turns = Turn.objects.filter(step=step)
    waiting = turns.filter(done_at=None, enrollment__ended_at=None).count()
    past = turns.exclude(done_at=None).count()
    before = people.open().before(step.place).exclude(turns__step=step)
    return Affected(waiting, before.count(), past)
