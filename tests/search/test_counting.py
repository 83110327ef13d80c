"""How often the counts of saved searches are made anew."""

import pytest

from emails.models import Email, Status
from search import counting
from search.counting import counted, seconds_of_rest
from tests.factories import make_email, make_person, make_saved_search, make_user

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


def test_who_has_costly_searches_sees_those_of_last_time_and_asks_again(client, monkeypatch):
    rita = make_user("Rita")
    client.force_login(rita)
    saved = make_saved_search(rita, "clicked", name="Clicked")
    email = make_email(rita, Status.DELIVERED, person=make_person(rita))
    monkeypatch.setattr(counting, "FREE_SECONDS", 0)
    assert counted([saved], rita)[0].count == 0

    Email.objects.filter(pk=email.pk).update(clicks=1)
    assert counted([saved], rita)[0].count == 0
    assert f"load delay:{seconds_of_rest(rita)}s" in client.get("/search/side/", headers=HTMX).text

    monkeypatch.setattr(counting, "_LONGEST_REST", 0)
    counting.cache.delete(f"counting-rests:{rita.pk}")
    assert counted([saved], rita)[0].count == 1


def test_cheap_searches_are_counted_each_time_and_nobody_asks_again(client):
    rita = make_user("Rita")
    client.force_login(rita)
    make_saved_search(rita, "clicked", name="Clicked")

    assert "load delay" not in client.get("/search/side/", headers=HTMX).text
    assert seconds_of_rest(rita) == 0
