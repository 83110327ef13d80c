"""The product's own counting of days and times, held against the one on paper."""

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings, strategies

from campaigns.models import Step
from campaigns.timing import Calendar, anew, due
from tests.campaigns.paper import PaperStep, Rules, when
from tests.campaigns.stories import SEASONS

MOMENTS = strategies.sampled_from(SEASONS).flatmap(
    lambda season: strategies.tuples(
        strategies.just(season[0]),
        strategies.datetimes(
            datetime(season[1].year, season[1].month, 1), datetime(2028, 1, 10)
        ).map(lambda moment: moment.replace(tzinfo=UTC)),
    )
)
CLOCKS = strategies.times().map(lambda clock: clock.replace(second=0, microsecond=0, fold=0))
STEPS = strategies.one_of(
    strategies.builds(PaperStep, strategies.just(1), strategies.sampled_from(["call", "custom"]),
                      clock=strategies.none() | CLOCKS),
    strategies.builds(PaperStep, strategies.just(1), timing=strategies.just("fixed"), clock=CLOCKS),
    strategies.builds(PaperStep, strategies.just(1), timing=strategies.just("previous"),
                      minutes=strategies.integers(0, 2000)),
    strategies.builds(PaperStep, strategies.just(1), timing=strategies.sampled_from(["launch", "task"])),
)  # fmt: skip


def compare(moment: tuple, skip: bool, step: PaperStep, gap: int, clock: time | None) -> None:
    zone, basis = moment
    calendar, rules = Calendar(ZoneInfo(zone), skip), Rules(zone, skip)
    row = Step(kind=step.kind, timing=step.timing, clock=step.clock, minutes=step.minutes)
    row.day = gap + 1
    planned = due(row, Step(day=1), calendar, basis=basis, clock=clock).at

    assert planned.astimezone(UTC) == when(rules, step, gap, basis, clock)
    if step.is_automatic:
        of_no_wait = PaperStep(1, timing=step.timing, clock=step.clock)
        assert anew(row, calendar, basis) == when(rules, of_no_wait, 0, basis)


@given(
    MOMENTS, strategies.booleans(), STEPS, strategies.integers(0, 20), strategies.none() | CLOCKS
)
@settings(max_examples=600)
def test_steps_are_due_when_paper_says(moment, skip, step, gap, clock):
    compare(moment, skip, step, gap, clock)


@pytest.mark.long
@given(
    MOMENTS, strategies.booleans(), STEPS, strategies.integers(0, 20), strategies.none() | CLOCKS
)
@settings(max_examples=5_000)
def test_and_so_are_many_more(moment, skip, step, gap, clock):
    compare(moment, skip, step, gap, clock)
