"""Every view shows its days as they are on the user's own clock."""

from datetime import UTC, date, datetime, time

import pytest
import time_machine
from django.urls import reverse

from tasks.lists import VIEW_OF, counts, due_now, most_useful
from tests.factories import make_task, make_user

pytestmark = pytest.mark.django_db
STOCKHOLM, TOKYO, NEW_YORK = "Europe/Stockholm", "Asia/Tokyo", "America/New_York"


def names(user, view, days=None):
    found = VIEW_OF[view].tasks(user, days)
    return sorted(found.values_list("name", flat=True))


def at(moment: str):
    """A moment in UTC, at which the clock stands still."""
    return time_machine.travel(datetime.fromisoformat(moment).replace(tzinfo=UTC), tick=False)


def make_due_at(user, moment: str, name: str):
    """Due at a moment that is given in UTC."""
    due = datetime.fromisoformat(moment).replace(tzinfo=UTC).astimezone(user.zone)
    return make_task(user, name, day=due.date(), clock=due.time())


@pytest.fixture
def rita():
    return make_user("Rita", time_zone=STOCKHOLM)


def test_each_view_holds_its_days(rita):
    with at("2026-11-26T10:00"):
        for days, name in enumerate(["yesterday", "today", "tomorrow", "third"], start=25):
            make_task(rita, name, day=date(2026, 11, days))
            make_task(rita, f"{name} at noon", day=date(2026, 11, days), clock=time(12))
        make_task(rita, "seventh", day=date(2026, 12, 2))
        make_task(rita, "eighth", day=date(2026, 12, 3))
        make_task(rita, "done").complete(by=rita)

        assert names(rita, "overdue") == ["yesterday", "yesterday at noon"]
        assert names(rita, "today") == ["today", "today at noon"]
        assert names(rita, "tomorrow") == ["tomorrow", "tomorrow at noon"]
        week = ["seventh", "third", "third at noon", "today", "today at noon"]
        assert names(rita, "next-7-days") == sorted([*week, "tomorrow", "tomorrow at noon"])
        assert names(rita, "done") == ["done"]
        days = (date(2026, 11, 27), date(2026, 12, 3))
        assert "eighth" in names(rita, "range", days)
        assert "today" not in names(rita, "range", days)


@pytest.mark.parametrize(
    ("zone", "first", "last", "before", "after"),
    [
        # The day of the user is 26 November, from its first to its last second.
        (STOCKHOLM, "2026-11-25T23:00", "2026-11-26T22:59:59", "2026-11-25T22:59:59", "2026-11-26T23:00"),
        (TOKYO, "2026-11-25T15:00", "2026-11-26T14:59:59", "2026-11-25T14:59:59", "2026-11-26T15:00"),
        (NEW_YORK, "2026-11-26T05:00", "2026-11-27T04:59:59", "2026-11-26T04:59:59", "2026-11-27T05:00"),
    ],
)  # fmt: skip
def test_a_day_begins_and_ends_where_the_user_is(zone, first, last, before, after):
    user = make_user(time_zone=zone)
    for moment, name in ((first, "first"), (last, "last"), (before, "before"), (after, "after")):
        make_due_at(user, moment, name)

    with at(first):
        assert names(user, "overdue") == ["before"]
        assert names(user, "today") == ["first", "last"]
        assert names(user, "tomorrow") == ["after"]
    with at(last):
        assert names(user, "today") == ["first", "last"]
    with at(after):
        assert names(user, "overdue") == ["before", "first", "last"]


@pytest.mark.parametrize(
    ("zone", "day", "first", "last", "after"),
    [
        # 29 March 2026: 23 hours; 25 October 2026: 25 hours; in New York 8 March and 1 November.
        (STOCKHOLM, date(2026, 3, 29), "2026-03-28T23:00", "2026-03-29T21:59", "2026-03-29T22:00"),
        (STOCKHOLM, date(2026, 10, 25), "2026-10-24T22:00", "2026-10-25T22:59", "2026-10-25T23:00"),
        (NEW_YORK, date(2026, 3, 8), "2026-03-08T05:00", "2026-03-09T03:59", "2026-03-09T04:00"),
        (NEW_YORK, date(2026, 11, 1), "2026-11-01T04:00", "2026-11-02T04:59", "2026-11-02T05:00"),
    ],
)
def test_a_day_of_23_or_25_hours_is_one_day(zone, day, first, last, after):
    user = make_user(time_zone=zone)
    for moment, name in ((first, "first"), (last, "last"), (after, "after")):
        make_due_at(user, moment, name)
    make_task(user, "all day", day=day)

    with at(first):
        assert names(user, "today") == ["all day", "first", "last"]
        assert names(user, "tomorrow") == ["after"]
    with at(last):
        assert names(user, "today") == ["all day", "first", "last"]
    assert names(user, "range", (day, day)) == ["all day", "first", "last"]


def test_a_time_that_the_clocks_skip_or_double_is_on_its_day(rita):
    """On 29 March there is no 02:30, on 25 October there are two."""
    skipped = make_task(rita, "skipped", day=date(2026, 3, 29), clock=time(2, 30))
    doubled = make_task(rita, "doubled", day=date(2026, 10, 25), clock=time(2, 30))

    assert skipped.due_at.astimezone(UTC) == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
    assert doubled.due_at.astimezone(UTC) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert names(rita, "range", (date(2026, 3, 29),) * 2) == ["skipped"]
    assert names(rita, "range", (date(2026, 10, 25),) * 2) == ["doubled"]


@pytest.mark.parametrize("zone", [STOCKHOLM, TOKYO, NEW_YORK, "Pacific/Kiritimati", "Pacific/Niue"])
def test_a_task_without_a_time_is_due_on_its_day_in_every_zone(zone):
    user = make_user(time_zone=zone)
    make_task(user, "all day", day=date(2026, 11, 26), zone=STOCKHOLM)
    here = datetime(2026, 11, 26, 0, 0, tzinfo=user.zone)

    for moment in (here, here.replace(hour=23, minute=59)):
        with time_machine.travel(moment, tick=False):
            assert names(user, "today") == ["all day"]
            assert names(user, "overdue") == []


def test_what_has_a_time_moves_with_the_traveller(rita):
    make_task(rita, "late in the evening", day=date(2026, 11, 26), clock=time(23))
    with at("2026-11-26T10:00"):
        assert names(rita, "today") == ["late in the evening"]
        rita.time_zone = TOKYO
        assert names(rita, "today") == []
        assert names(rita, "tomorrow") == ["late in the evening"]


def test_what_was_due_earlier_today_is_late_but_not_overdue(rita, client):
    with at("2026-11-26T10:00"):
        make_task(rita, "At nine", day=date(2026, 11, 26), clock=time(9))
        make_task(rita, "At noon", day=date(2026, 11, 26), clock=time(12))
        client.force_login(rita)
        text = client.get(reverse("tasks:list", args=["today"])).text

        assert names(rita, "overdue") == []
        assert text.count("data-late") == 1
        assert text.index("data-late") < text.index("At noon")


def test_counts_are_exact_and_the_users_own(rita):
    with at("2026-11-26T10:00"):
        for day in (24, 25, 26, 27, 27, 30):
            make_task(rita, day=date(2026, 11, day))
        make_task(rita).complete(by=rita)
        make_task(rita).skip(by=rita)
        make_task(rita).remove()
        make_task(make_user("Sam"), day=date(2026, 11, 26))

        told = {"overdue": 2, "today": 1, "tomorrow": 2, "week": 4, "done": 2}
        assert counts(rita) == told
        assert due_now(rita) == 3
        for view in VIEW_OF.values():
            if view.count:
                assert view.tasks(rita).count() == told[view.count], view


def test_the_first_view_is_the_one_that_is_most_useful(rita, client):
    client.force_login(rita)
    assert most_useful(rita).slug == "today"
    make_task(rita, day=date(2020, 1, 1))
    assert client.get(reverse("tasks:home"))["Location"] == reverse("tasks:list", args=["overdue"])


def test_tasks_are_where_command_center_opens_when_one_was_there_last(rita, client):
    client.force_login(rita)
    client.get(reverse("tasks:list", args=["today"]))
    assert client.get("/")["Location"] == reverse("tasks:home")
