"""The lists as they are seen: kinds, order, groups, ranges, pages."""

from datetime import time, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from tests.factories import make_campaign, make_email, make_person, make_task, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def rita(client):
    rita = make_user("Rita", time_zone="Europe/Stockholm")
    client.force_login(rita)
    return rita


def today(user):
    return timezone.localdate(timezone=user.zone)


def listed(response):
    return [task.name for task in response.context["page"].rows]


def see(client, view="today", **query):
    return client.get(reverse("tasks:list", args=[view]), query)


@pytest.fixture
def mixed(rita):
    """One of each kind, with people, a campaign and a priority, in an order that no sort gives."""
    anna, bo = make_person(rita, "Anna", last_name="Ek"), make_person(rita, "Bo", last_name="Dahl")
    campaign = make_campaign(rita, "Q1")
    make_task(rita, "custom", kind="custom", clock=time(8), priority=1)
    make_task(rita, "call", kind="call", clock=time(9), person=anna)
    make_task(rita, "inmail", kind="inmail", clock=time(10), person=bo, campaign=campaign)
    make_task(rita, "email", kind="email", clock=time(11), person=anna, priority=1)


@pytest.mark.parametrize(
    ("sort", "names"),
    [
        ("", ["custom", "call", "inmail", "email"]),
        ("due", ["custom", "call", "inmail", "email"]),
        ("priority", ["custom", "email", "call", "inmail"]),
        ("type", ["call", "email", "inmail", "custom"]),
        ("person", ["inmail", "call", "email", "custom"]),
        ("campaign", ["inmail", "custom", "call", "email"]),
        ("nonsense", ["custom", "call", "inmail", "email"]),
    ],
)
def test_sorted_by_what_the_url_says(client, mixed, sort, names):
    assert listed(see(client, sort=sort)) == names


@pytest.mark.parametrize(
    ("group", "headings"),
    [
        ("priority", ["Priority: High", "Priority: Normal"]),
        ("type", ["Call", "Email", "InMail", "Custom"]),
        ("person", ["Bo Dahl", "Anna Ek", "Nobody in particular"]),
        ("campaign", ["Q1", "No campaign"]),
        ("due", ["Today"]),
    ],
)
def test_grouped_by_what_the_url_says(client, mixed, group, headings):
    response = see(client, group=group, sort="type")
    assert [heading for heading, _rows in response.context["groups"]] == headings
    assert all(f'<h3 class="rows__heading">{heading}</h3>' in response.text for heading in headings)


def test_within_a_group_the_sort_holds(client, mixed):
    groups = dict(see(client, group="priority", sort="type").context["groups"])
    assert [task.name for task in groups["Priority: High"]] == ["email", "custom"]


def test_groups_by_day_follow_the_users_clock(client, rita):
    """What is due at 23:30 in New York is due tomorrow in Stockholm."""
    make_task(rita, "night", day=today(rita), clock=time(23, 30), zone="America/New_York")
    make_task(rita, "day", day=today(rita) + timedelta(days=1))
    groups = see(client, "next-7-days", group="due").context["groups"]
    assert [heading for heading, _rows in groups] == ["Tomorrow"]


@pytest.mark.parametrize(
    ("kind", "names"),
    [("calls", ["call"]), ("emails", ["email"]), ("other", ["custom", "inmail"]), ("x", None)],
)
def test_the_pills_narrow_to_a_kind_and_count_all_of_them(client, mixed, kind, names):
    response = see(client, kind=kind)
    assert listed(response) == (names or ["custom", "call", "inmail", "email"])
    counts = [(choice.value, count) for choice, count, _open in response.context["kinds"]]
    assert counts == [("", 4), ("calls", 1), ("emails", 1), ("other", 2)]


@pytest.mark.parametrize("query", [{}, {"sort": "person"}, {"group": "type", "sort": "priority"}])
def test_pages_hold_each_task_once(client, rita, query):
    people = [make_person(rita) for _number in range(3)]
    for number in range(120):
        make_task(
            rita, f"{number:03}", kind=["call", "email"][number % 2], person=people[number % 3]
        )
    seen, after = [], None
    while True:
        response = see(client, **query, **({"after": after} if after else {}))
        seen += listed(response)
        after = response.context["page"].after
        if not after:
            break
    assert sorted(seen) == [f"{number:03}" for number in range(120)]
    assert "101–120 of 120" in response.text


def test_as_many_queries_for_many_rows_as_for_few(client, rita):
    campaign = make_campaign(rita)

    def queries(rows):
        for _number in range(rows):
            person = make_person(rita)
            make_email(rita, "delivered", person=person)
            make_task(rita, person=person, campaign=campaign)
        with CaptureQueriesContext(connection) as asked:
            see(client, sort="campaign", group="person")
        return len(asked)

    see(client)  # remembers the section
    assert queries(2) == queries(10) <= 17


def test_the_part_brings_tabs_and_count_along(client, rita):
    make_task(rita)
    text = client.get(reverse("tasks:list", args=["today"]), headers={"HX-Request": "true"}).text
    assert "<html" not in text
    assert 'hx-target="#tabs"' in text
    assert '<span class="count" id="count-tasks">1</span>' in text


def test_an_empty_view_leads_to_the_next_step(client, rita):
    for view in ("overdue", "today", "tomorrow", "next-7-days", "range", "done"):
        text = see(client, view).text
        assert reverse("tasks:new") in text.partition('class="empty"')[2], view


# Ranges ---------------------------------------------------------------------------------------


def test_a_range_is_at_first_today_and_tomorrow(client, rita):
    for days in range(3):
        make_task(rita, f"in {days} days", day=today(rita) + timedelta(days=days))
    assert listed(see(client, "range")) == ["in 0 days", "in 1 days"]


def test_the_presets_lead_to_their_days(client, rita):
    response = see(client, "range")
    presets = response.context["search"].range.presets
    assert presets[0][1:] == (today(rita), today(rita) + timedelta(days=1), True)
    for _words, first, last, _open in presets:
        address = f"?from={first}&amp;to={last}"
        assert address in response.text
        query = parse_qs(urlsplit(address.replace("&amp;", "&")).query)
        assert client.get(response.wsgi_request.path, query).context["search"].range.days == (
            first,
            last,
        )


def test_one_day_alone_is_a_range_of_one(client, rita):
    make_task(rita, "that day", day=today(rita) + timedelta(days=9))
    day = str(today(rita) + timedelta(days=9))
    assert listed(see(client, "range", **{"from": day})) == ["that day"]


@pytest.mark.parametrize(
    ("first", "last", "sentence"),
    [
        ("2026-02-31", "2026-03-02", "“2026-02-31” is no day in the calendar."),
        ("31 Feb", "2026-03-02", "“31 Feb” is no day in the calendar."),
        ("2026-03-02", "2026-03-01", "The range ends before it begins. Choose a later end."),
        ("0001-01-01", "2026-03-01", "Choose a day between the years 2000 and 2199."),
        ("2026-03-01", "9999-12-31", "Choose a day between the years 2000 and 2199."),
    ],
)
def test_what_makes_no_range_gets_a_sentence_and_keeps_what_was_typed(
    client, rita, first, last, sentence
):
    make_task(rita)
    response = see(client, "range", **{"from": first, "to": last})
    assert response.status_code == 200
    assert response.text.count(sentence) == 1
    assert f'value="{first}"' in response.text
    assert f'value="{last}"' in response.text
    assert listed(response) == []


def test_who_is_not_rita_sees_none_of_it(client, rita):
    task = make_task(rita, "Secret call")
    client.force_login(make_user("Sam"))
    for view in ("today", "next-7-days", "done"):
        assert "Secret call" not in see(client, view, open=task.pk).text
    assert client.get(task.get_absolute_url()).status_code == 404
