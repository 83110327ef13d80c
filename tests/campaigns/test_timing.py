"""When a step is due: over weekends, changes of the clocks, and all ways to say when."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from campaigns.models import Step
from campaigns.timing import Calendar, anew, due

STOCKHOLM = ZoneInfo("Europe/Stockholm")
EVERY_DAY = Calendar(STOCKHOLM, skip_weekends=False)
WORKING = Calendar(STOCKHOLM, skip_weekends=True)


def at(text: str) -> datetime:
    """“2027-03-26 09:15” on the clocks in Stockholm."""
    return datetime.fromisoformat(text).replace(tzinfo=STOCKHOLM).astimezone(UTC)


def email(day: int = 1, timing: str = "previous", clock: time | None = None, minutes: int = 0):
    return Step(kind="email", day=day, timing=timing, clock=clock, minutes=minutes)


def call(day: int = 1, clock: time | None = None) -> Step:
    return Step(kind="call", day=day, clock=clock)


def test_the_first_email_goes_when_it_is_started():
    started = at("2027-03-24 14:07:31")
    assert due(email(timing="launch"), None, EVERY_DAY, basis=started).at == started


def test_a_first_email_on_day_three_goes_two_days_after_the_start_at_its_time():
    found = due(email(3, "launch"), None, EVERY_DAY, basis=at("2027-03-24 14:07:31"))
    assert found.at == at("2027-03-26 14:07")


@pytest.mark.parametrize(
    ("calendar", "basis", "day", "expected"),
    [
        (EVERY_DAY, "2027-04-09 10:00", 2, "2027-04-10 09:15"),  # Friday → Saturday
        (WORKING, "2027-04-09 10:00", 2, "2027-04-12 09:15"),  # Friday → Monday
        (WORKING, "2027-04-09 10:00", 3, "2027-04-13 09:15"),  # Friday → Tuesday
        (WORKING, "2027-04-10 10:00", 2, "2027-04-12 09:15"),  # Saturday → Monday
        (WORKING, "2027-04-11 10:00", 2, "2027-04-12 09:15"),  # Sunday → Monday
        (WORKING, "2027-04-05 10:00", 6, "2027-04-12 09:15"),  # Monday + 5 → Monday
        (EVERY_DAY, "2027-04-05 10:00", 6, "2027-04-10 09:15"),
    ],
)
def test_days_are_counted_from_when_the_previous_step_was_done(calendar, basis, day, expected):
    found = due(email(day), email(1), calendar, basis=at(basis), clock=time(9, 15))
    assert found.at == at(expected)


def test_an_email_without_an_earlier_one_goes_at_the_time_the_task_before_it_was_done():
    found = due(email(2), call(1), EVERY_DAY, basis=at("2027-04-05 10:42:10"))
    assert found.at == at("2027-04-06 10:42")


def test_the_same_day_means_minutes_after_the_previous_email_really_arrived():
    found = due(
        email(1, minutes=90), email(1), EVERY_DAY, basis=at("2027-04-05 10:00:05"), clock=time(9)
    )
    assert found.at == at("2027-04-05 11:30:05")


def test_minutes_that_end_on_a_weekend_go_on_monday_at_that_time():
    step = email(1, minutes=120)
    found = due(step, email(1), WORKING, basis=at("2027-04-09 23:00"))
    assert found.at == at("2027-04-12 01:00")


def test_minutes_are_elapsed_time_when_the_clocks_change():
    before = at("2027-03-28 01:30")  # they go forward at 02:00
    found = due(email(1, minutes=60), email(1), EVERY_DAY, basis=before)
    assert found.at == at("2027-03-28 03:30")


@pytest.mark.parametrize(
    ("calendar", "basis", "day", "expected"),
    [
        (EVERY_DAY, "2027-04-05 08:00", 1, "2027-04-05 09:00"),
        (EVERY_DAY, "2027-04-05 09:00", 1, "2027-04-05 09:00"),
        (EVERY_DAY, "2027-04-05 09:01", 1, "2027-04-06 09:00"),
        (WORKING, "2027-04-09 17:00", 1, "2027-04-12 09:00"),  # too late on Friday → Monday
        (WORKING, "2027-04-10 17:00", 1, "2027-04-12 09:00"),  # started on Saturday → Monday
        (EVERY_DAY, "2027-04-05 17:00", 3, "2027-04-07 09:00"),
    ],
)
def test_a_fixed_time_that_is_over_comes_on_the_next_day(calendar, basis, day, expected):
    found = due(email(day, "fixed", time(9)), email(1), calendar, basis=at(basis))
    assert found.at == at(expected)


def test_a_time_that_the_clocks_skip_is_as_much_later():
    step = email(2, "fixed", time(2, 30))
    found = due(step, email(1), EVERY_DAY, basis=at("2027-03-27 10:00"))
    assert found.at == datetime(2027, 3, 28, 1, 30, tzinfo=UTC)  # 03:30 in Stockholm


def test_a_time_that_comes_twice_is_the_first():
    step = email(2, "fixed", time(2, 30))
    found = due(step, email(1), EVERY_DAY, basis=at("2027-10-30 10:00"))
    assert found.at == datetime(2027, 10, 31, 0, 30, tzinfo=UTC)


def test_the_same_wall_time_is_kept_over_a_change_of_the_clocks():
    found = due(email(4), email(1), EVERY_DAY, basis=at("2027-03-26 09:15"), clock=time(9, 15))
    assert found.at == datetime(2027, 3, 29, 7, 15, tzinfo=UTC)
    found = due(email(4), email(1), EVERY_DAY, basis=at("2027-10-29 09:15"), clock=time(9, 15))
    assert found.at == datetime(2027, 11, 1, 8, 15, tzinfo=UTC)


def test_a_task_is_due_on_its_day_without_a_time():
    found = due(call(3), email(1), EVERY_DAY, basis=at("2027-04-05 10:00"))
    assert (found.at, found.day, found.clock) == (at("2027-04-07 00:00"), date(2027, 4, 7), None)


def test_a_task_on_the_same_day_is_due_from_now_on():
    found = due(call(1), email(1), EVERY_DAY, basis=at("2027-04-05 10:00:30"))
    assert (found.at, found.day, found.clock) == (
        at("2027-04-05 10:00:30"),
        date(2027, 4, 5),
        None,
    )


def test_a_task_with_a_time_is_due_then_but_never_before_it_could_be_done():
    at_nine = call(1, time(9))
    assert due(at_nine, email(1), EVERY_DAY, basis=at("2027-04-05 08:00")).at == at(
        "2027-04-05 09:00"
    )
    late = due(at_nine, email(1), EVERY_DAY, basis=at("2027-04-05 10:30"))
    assert (late.at, late.clock) == (at("2027-04-05 10:30"), time(10, 30))


def test_an_email_as_a_task_is_due_as_a_task():
    written = email(3, "task")
    assert due(written, email(1), WORKING, basis=at("2027-04-09 10:00")).day == date(2027, 4, 13)


def test_steps_that_were_moved_before_one_another_follow_at_once():
    found = due(email(2), email(5), EVERY_DAY, basis=at("2027-04-05 10:00"), clock=time(9))
    assert found.at == at("2027-04-05 10:00")


def test_days_turn_in_the_zone_of_the_campaign():
    tokyo = Calendar(ZoneInfo("Asia/Tokyo"), skip_weekends=True)
    basis = datetime(2027, 4, 9, 16, 0, tzinfo=UTC)  # Saturday 01:00 in Tokyo
    found = due(email(1), email(1), tokyo, basis=basis)
    assert found.at == datetime(2027, 4, 11, 16, 0, tzinfo=UTC)  # Monday 01:00 in Tokyo


@pytest.mark.parametrize(
    ("step", "calendar", "now", "expected"),
    [
        (email(3), EVERY_DAY, "2027-04-10 10:00:07", "2027-04-10 10:00:07"),
        (email(3), WORKING, "2027-04-10 10:00:07", "2027-04-12 10:00:07"),
        (email(3, "fixed", time(9)), EVERY_DAY, "2027-04-10 08:00", "2027-04-10 09:00"),
        (email(3, "fixed", time(9)), EVERY_DAY, "2027-04-10 10:00", "2027-04-11 09:00"),
        (email(3, "fixed", time(9)), WORKING, "2027-04-09 10:00", "2027-04-12 09:00"),
        (email(3, "fixed", time(9)), WORKING, "2027-04-10 08:00", "2027-04-12 09:00"),
    ],
)
def test_what_has_waited_beyond_its_time_gets_a_new_one(step, calendar, now, expected):
    assert anew(step, calendar, at(now)) == at(expected)
