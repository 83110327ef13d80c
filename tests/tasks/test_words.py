"""A task in words, in English and in Swedish, on the user's own clock."""

import subprocess
import sys
from datetime import date, time

import pytest
import time_machine
from django.urls import reverse

from tasks.words import understood
from tests.factories import make_person, make_user

pytestmark = pytest.mark.django_db
THURSDAY = "2026-11-26T10:30:00+01:00"


@pytest.fixture
def rita():
    return make_user("Rita", time_zone="Europe/Stockholm")


def nov(day):
    return date(2026, 11, day)


@pytest.mark.parametrize(
    ("words", "kind", "name", "day", "clock"),
    [
        ("call back tomorrow 9:00", "call", "Call back", nov(27), time(9)),
        ("call 3pm tomorrow", "call", "Call", nov(27), time(15)),
        ("ring på fredag 14:30", "call", "Ring", nov(27), time(14, 30)),
        ("ring Maria imorgon kl 9", "call", "Ring Maria", nov(27), time(9)),
        ("ring 9.30 i morgon", "call", "Ring", nov(27), time(9, 30)),
        ("email the offer by monday", "email", "Email the offer", nov(30), None),
        ("mejla om 3 dagar", "email", "Mejla", nov(29), None),
        ("mejla den 3 december kl 14", "email", "Mejla", date(2026, 12, 3), time(14)),
        ("linkedin nästa vecka", "inmail", "Linkedin", nov(30), None),
        ("prepare the deck next week", None, "Prepare the deck", nov(30), None),
        ("look in again in 2 hours", None, "Look in again", nov(26), time(12, 30)),
        ("möte i övermorgon", None, "Möte", nov(28), None),
        ("follow up 2026-12-03", None, "Follow up", date(2026, 12, 3), None),
        ("follow up on the 3rd of december", None, "Follow up", date(2026, 12, 3), None),
        ("follow up 3/12", None, "Follow up", date(2026, 12, 3), None),
        ("call may 5", "call", "Call", date(2027, 5, 5), None),
        ("check at 17", None, "Check", nov(26), time(17)),
        ("check at 9", None, "Check", nov(27), time(9)),  # nine is over
        ("buy 2 tickets for 9.50", None, "Buy 2 tickets for 9.50", None, None),
        ("call Marc about May plans", "call", "Call Marc about May plans", None, None),
        ("", None, "", None, None),
    ],
)
def test_what_is_meant(rita, words, kind, name, day, clock):
    with time_machine.travel(THURSDAY, tick=False):
        told = understood(words, rita)
    assert (told.kind, told.name, told.day, told.clock) == (kind, name, day, clock)
    assert told.wrong == []


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("call 31 Feb", "“31 Feb” is no day in the calendar."),
        ("ring 31 februari kl 9", "“31 februari” is no day in the calendar."),
        ("call 2026-02-31", "“2026-02-31” is no day in the calendar."),
        ("call tomorrow 25:00", "“25:00” is no time of day."),
    ],
)
def test_what_there_is_not_gets_a_sentence(rita, words, sentence):
    assert understood(words, rita).wrong == [sentence]


@pytest.mark.parametrize(
    ("zone", "day"), [("Asia/Tokyo", nov(28)), ("Europe/Stockholm", nov(27)), ("UTC", nov(27))]
)
def test_tomorrow_is_the_users_own(zone, day):
    with time_machine.travel("2026-11-26T16:00:00+00:00", tick=False):
        assert understood("call tomorrow", make_user(time_zone=zone)).day == day


def test_who_is_named_is_found_among_the_people_that_one_sees(rita):
    maria = make_person(rita, "Maria", last_name="Sandberg")
    make_person(rita, "Jonas", last_name="Wik")
    make_person(rita, "Jonas", last_name="Wik")
    assert understood("Call Maria Sandberg tomorrow", rita).person == maria
    assert understood(f"mail {maria.email} 9:00", rita).person == maria
    assert understood("Call Jonas Wik tomorrow", rita).person is None  # which one?


@pytest.mark.parametrize(
    "words", ["\0call", "9" * 400, "1/1/1 99/99 in 999 months", "🦜 kl 9", "@@ < >"]
)
def test_odd_words_break_nothing(rita, words, client):
    client.force_login(rita)
    assert client.get(reverse("tasks:new"), {"words": words}).status_code == 200
    assert client.get(reverse("tasks:fill"), {"words": words}).status_code == 200


def test_what_was_understood_is_shown_and_not_saved(rita, client):
    maria = make_person(rita, "Maria", last_name="Sandberg")
    client.force_login(rita)
    with time_machine.travel(THURSDAY, tick=False):
        for url in (reverse("tasks:new"), reverse("tasks:fill")):
            text = client.get(url, {"words": "call Maria Sandberg tomorrow 9:00!"}).text
            for value in ("Call Maria Sandberg", "2026-11-27", "09:00", maria.email):
                assert f'value="{value}' in text or f"{value}&gt;" in text, value
            assert '<option value="call" selected>' in text
            assert '<option value="1" selected>High' in text
    assert not rita.tasks.exists()


def test_a_day_that_is_none_is_asked_for_and_not_taken_for_today(rita, client):
    client.force_login(rita)
    form = client.get(reverse("tasks:fill"), {"words": "call 31 Feb"}).context["form"]
    assert form["day"].value() == ""


def test_what_stands_in_the_form_stays_where_the_words_say_nothing_of_it(rita, client):
    client.force_login(rita)
    typed = {"words": "tomorrow", "details": "The long story", "kind": "call", "remind": "10"}
    form = client.get(reverse("tasks:fill"), typed).context["form"]
    assert [form[name].value() for name in ("details", "kind", "remind")] == [
        "The long story",
        "call",
        "10",
    ]


def test_dateparser_waits_until_somebody_types_words():
    """It takes a sixth of a second and a lot of memory."""
    script = (
        "import django, sys; django.setup(); import tasks.urls; print('dateparser' in sys.modules)"
    )
    told = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        check=True,
        env=_environment(),
    )
    assert told.stdout.strip() == "False"


def _environment():
    import os

    return os.environ | {"DJANGO_SETTINGS_MODULE": "commandcenter.settings", "PYTHONPATH": "."}
