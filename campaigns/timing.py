"""When a step is due for somebody: a pure function of the step, what came before it, and clocks.

Days and wall times are those of the campaign's zone. Waiting shifts the rest: a step comes so many
days after the one before it was really done as lie between the two in the plan.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

from emails.wall_time import WallTime
from tasks.models.querysets import begin

from .models.vocabulary import Timing

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from .models import Step


@dataclass(frozen=True)
class Calendar:
    """The clocks of a campaign, and whether it works on weekends."""

    zone: "ZoneInfo"
    skip_weekends: bool

    def wall(self, moment: datetime) -> WallTime:
        """What the clocks say at `moment`, to the minute."""
        return WallTime.of(moment, self.zone.key)

    def instant(self, day: date, clock: time) -> datetime:
        return WallTime(day, clock, self.zone.key).instant

    def working(self, day: date) -> date:
        """`day`, or the Monday after it where nothing happens on weekends."""
        if self.skip_weekends and day.isoweekday() > 5:
            return day + timedelta(days=8 - day.isoweekday())
        return day

    def later(self, day: date, days: int) -> date:
        """So many (working) days after `day`; 0 is the day itself, or Monday."""
        if not self.skip_weekends:
            return day + timedelta(days=days)
        for _ in range(days):
            day = self.working(day + timedelta(days=1))
        return self.working(day)


@dataclass(frozen=True)
class Due:
    """When a step is due: the instant, and for a task its day and the time if it has one."""

    at: datetime
    day: date
    clock: time | None


def due(
    step: "Step",
    previous: "Step | None",
    calendar: Calendar,
    *,
    basis: datetime,
    clock: time | None = None,
) -> Due:
    """When `step` is due for somebody for whom `previous` was done at the instant `basis`; of the
    first step, when they start.

    `clock`: the time of day at which their last email was planned; None if there was none.
    """
    basis = basis.astimezone(UTC)  # in a zone, Python would count on the wall's clock
    gap = max(0, step.day - (previous.day if previous else 1))
    day = calendar.later(calendar.wall(basis).day, gap)
    if step.is_automatic:
        at = _of_email(step, calendar, day, gap, basis=basis, clock=clock)
        return _timed(at, calendar)
    if step.clock is not None:
        return _timed(max(calendar.instant(day, step.clock), basis), calendar)
    return Due(max(begin(day, calendar.zone).astimezone(UTC), basis), day, None)


def anew(step: "Step", calendar: Calendar, now: datetime) -> datetime:
    """A new time for an email of `step` whose own has passed: from `now` on, as if it followed
    something on this very day."""
    now = now.astimezone(UTC)
    if step.timing == Timing.FIXED and step.clock is not None:
        return _fixed(step.clock, calendar, calendar.working(calendar.wall(now).day), now)
    return _same_day(now, calendar)


def _timed(at: datetime, calendar: Calendar) -> Due:
    wall = calendar.wall(at)
    return Due(at, wall.day, wall.clock)


def _of_email(
    step: "Step",
    calendar: Calendar,
    day: date,
    gap: int,
    *,
    basis: datetime,
    clock: time | None,
) -> datetime:
    if step.timing == Timing.FIXED and step.clock is not None:
        return _fixed(step.clock, calendar, day, basis)
    if gap == 0:
        return _same_day(basis + timedelta(minutes=step.minutes), calendar)
    return max(calendar.instant(day, clock or calendar.wall(basis).clock), basis)


def _fixed(clock: time, calendar: Calendar, day: date, basis: datetime) -> datetime:
    """At `clock` on `day`, or if that is over by `basis` on the next (working) day."""
    at = calendar.instant(day, clock)
    return at if at >= basis else calendar.instant(calendar.later(day, 1), clock)


def _same_day(at: datetime, calendar: Calendar) -> datetime:
    """`at` itself; from a weekend on which nothing happens, that time on Monday."""
    local = at.astimezone(calendar.zone)
    working = calendar.working(local.date())
    return at if working == local.date() else calendar.instant(working, local.time())
