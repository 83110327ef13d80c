"""Notes on people: kept while they are typed, never overwritten unseen."""

import pytest
from django.urls import reverse

from prospects.models import Person
from tests.factories import make_person, make_user

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def rita():
    return make_user("Rita Rep")


@pytest.fixture
def ada():
    return make_user("Ada Admin", role="admin")


@pytest.fixture
def anna(rita):
    return make_person(rita, "Anna")


@pytest.fixture
def client(client, rita):
    client.force_login(rita)
    return client


def write(client, person, text, seen="", **told):
    url = reverse("people:notes", args=[person.pk])
    return client.post(url, {"notes": text, "seen": seen, **told}, headers=HTMX)


def kept(person):
    return Person.objects.get(pk=person.pk)


def test_notes_are_kept_with_who_and_when(client, rita, anna):
    response = write(client, anna, "Call before ten.\r\nLikes figures.  \n")

    assert response.status_code == 200
    after = kept(anna)
    assert (after.notes, after.notes_by) == ("Call before ten.\nLikes figures.", rita)
    assert f'value="{after.notes_stamp}"' in response.text


def test_a_colleagues_change_is_told_and_nothing_is_overwritten(client, rita, ada, anna):
    seen = anna.notes_stamp
    anna.write_notes("On leave.", seen=seen, by=ada)
    response = write(client, anna, "Call her.", seen)

    assert response.status_code == 422
    assert "Ada Admin has changed these notes meanwhile. Yours are not saved." in response.text
    assert "On leave." in response.text
    assert f'name="seen" value="{seen}"' in response.text
    assert kept(anna).notes == "On leave."

    stamp = kept(anna).notes_stamp
    assert write(client, anna, "Call her.", seen, over=stamp).status_code == 200
    assert kept(anna).notes == "Call her."


def test_saving_over_is_refused_once_it_has_changed_again(client, ada, anna):
    anna.write_notes("One.", seen="", by=ada)
    stamp = kept(anna).notes_stamp
    anna.write_notes("Two.", seen=stamp, by=ada)
    assert write(client, anna, "Mine.", "", over=stamp).status_code == 422
    assert kept(anna).notes == "Two."


def test_the_same_text_is_no_clash(client, ada, anna):
    anna.write_notes("On leave.", seen="", by=ada)
    assert write(client, anna, "On leave.", "").status_code == 200
    assert kept(anna).notes_by == ada


@pytest.mark.parametrize("seen", ["x", "2026-01-01T00:00:00+00:00", "\u2028", "9" * 60])
def test_an_odd_stamp_overwrites_nothing(client, ada, anna, seen):
    anna.write_notes("On leave.", seen="", by=ada)
    assert write(client, anna, "Mine.", seen).status_code == 422
    assert kept(anna).notes == "On leave."


def test_too_long_is_told_and_what_was_typed_stays(client, anna):
    url = reverse("people:notes", args=[anna.pk])
    response = client.post(url, {"notes": "x" * 20_001, "seen": ""})

    assert response.status_code == 422
    assert "at most 20000 characters" in response.text
    assert "x" * 20_001 in response.text
    assert kept(anna).notes == ""


def test_without_a_script_it_leads_back_to_the_person(client, anna):
    url = reverse("people:notes", args=[anna.pk])
    assert client.post(url, {"notes": "Hi."}).url == anna.get_absolute_url()


def test_a_colleague_reads_and_does_not_write(client, anna, rita):
    anna.write_notes("On <b>leave.", seen="", by=rita)
    client.force_login(make_user("Sam Colleague"))

    page = client.get(anna.get_absolute_url())
    assert "On &lt;b&gt;leave." in page.text
    assert "<textarea" not in page.text
    assert write(client, anna, "Mine.", kept(anna).notes_stamp).status_code == 404
