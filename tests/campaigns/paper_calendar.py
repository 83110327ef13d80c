"""Days and times of a campaign on paper, counted one by one."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

MIDNIGHT = time(0)


@dataclass(frozen=True)
class Rules:
    """What is set for the whole campaign."""

    zone: str = "UTC"
    skip_weekends: bool = False
    ends_on_reply: bool = True
    reply_is_success: bool = False
    ends_on_bounce: bool = True
    ends_on_unsubscribe: bool = True


@dataclass(frozen=True)
class PaperStep:
    """One step; `number` is its place among all, from 0."""

    number: int
    kind: str = "email"
    day: int = 1
    timing: str = ""  # of an email: launch, previous, fixed or task
    clock: time | None = None
    minutes: int = 0
    follows: bool = False
    subject: bool = True  # of its own
    prompt: bool = False  # its text asks for something that only the rep can write

    @property
    def is_automatic(self) -> bool:
        return self.kind == "email" and self.timing != "task"


# Days and times --------------------------------------------------------------------------------


def is_weekend(day: date) -> bool:
    return day.isoweekday() > 5


def the_next(day: date, *, working: bool) -> date:
    """The day after, or the working day after."""
    day += timedelta(days=1)
    while working and is_weekend(day):
        day += timedelta(days=1)
    return day


def day_of(start: date, gap: int, *, working: bool) -> date:
    """`gap` days after `start`, one by one; what falls on a weekend waits for Monday."""
    day = start
    for _ in range(gap):
        day = the_next(day, working=working)
    return the_next(day, working=True) if working and is_weekend(day) else day


def instant(day: date, clock: time, zone: str) -> datetime:
    """When the clocks in `zone` say so; what they skip is as much later, of two the first."""
    return datetime.combine(day, clock, ZoneInfo(zone)).astimezone(UTC)


def on_the_wall(moment: datetime, zone: str) -> datetime:
    return moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None)


def to_the_minute(clock: time) -> time:
    return clock.replace(second=0, microsecond=0)


def when(
    rules: Rules, step: PaperStep, gap: int, basis: datetime, clock: time | None = None
) -> datetime:
    """When `step` is due, `gap` days after the one before it was done at `basis`; `clock` is the
    time of the last email."""
    working, zone = rules.skip_weekends, rules.zone
    here = on_the_wall(basis, zone)
    day = day_of(here.date(), gap, working=working)
    if not step.is_automatic:
        return max(instant(day, step.clock or MIDNIGHT, zone), basis)
    if step.timing == "fixed":
        assert step.clock
        while instant(day, step.clock, zone) < basis:
            day = the_next(day, working=working)
        return instant(day, step.clock, zone)
    if gap == 0:
        return not_on_a_weekend(rules, basis + timedelta(minutes=step.minutes))
    return max(instant(day, clock or to_the_minute(here.time()), zone), basis)


def not_on_a_weekend(rules: Rules, moment: datetime) -> datetime:
    """`moment`, or the same time on Monday."""
    here = on_the_wall(moment, rules.zone)
    if not (rules.skip_weekends and is_weekend(here.date())):
        return moment
    return instant(the_next(here.date(), working=True), here.time(), rules.zone)
