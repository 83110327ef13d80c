from urllib.parse import urlsplit

import pytest
import time_machine
from django.conf import settings
from django.db import OperationalError
from django.urls import reverse

from emails.events import apply_events
from emails.models import Event, Link, Status
from emails.tracking import own, tokens
from emails.tracking.rewriting import click_url, pixel_url
from emails.tracking.views import GIF
from emails.tracking.watching import PER_MINUTE
from tests.factories import PASSWORD, make_email, make_user

pytestmark = pytest.mark.django_db
CHROME = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/131.0 Safari/537.36"
URL = "https://nordlys.example/prices?a=1&b=|x|#top"
Who = Event.Who


@pytest.fixture
def rita():
    return make_user("Rita Ek")


@pytest.fixture
def email(rita):
    return make_email(rita, Status.DELIVERED)


@pytest.fixture
def link(email):
    return Link.objects.create(email=email, number=1, url=URL, text="See the price list")


@pytest.fixture
def recipient(client):
    """A browser without any cookie, on the tracking host."""

    def fetch(url, *, method="get", agent=CHROME, **more):
        host = urlsplit(settings.TRACKING_URL).netloc
        path = urlsplit(url).path
        return getattr(client, method)(path, headers={"Host": host, "User-Agent": agent}, **more)

    return fetch


def test_the_pixel_records_a_view_with_time_and_client(recipient, email):
    response = recipient(pixel_url(email.pk))

    assert (response.status_code, response.content, len(GIF)) == (200, GIF, 43)
    assert "no-store" in response["Cache-Control"]
    assert not response.cookies
    event = email.events.get()
    assert (event.kind, event.who, event.link) == ("open", "human", None)
    assert event.data == {"ip": "127.0.0.1", "user_agent": CHROME, "method": "GET"}


def test_every_view_counts_once_applied(recipient, email):
    recipient(pixel_url(email.pk))
    recipient(pixel_url(email.pk))
    apply_events()

    email.refresh_from_db()
    assert (email.views, email.latest_activity[0]) == (2, "open")


@pytest.mark.parametrize("token", ["x", "A" * 31, "ä", "a.b"])
def test_a_pixel_that_is_not_ours_is_a_picture_and_nothing_more(recipient, email, token):
    response = recipient(f"/t/o/{token}.gif")

    assert response.content == GIF
    assert not Event.objects.exists()


def test_the_token_of_a_link_is_no_pixel(recipient, email):
    recipient(f"/t/o/{tokens.make(tokens.Use.CLICK, email.pk)}.gif")

    assert not Event.objects.exists()


def test_a_pixel_of_an_email_that_never_was_is_a_picture(recipient, transactional_db):
    assert recipient(pixel_url(10**15)).content == GIF


def test_a_click_is_recorded_and_leads_on_unchanged(recipient, link):
    response = recipient(click_url(link.email_id, 1))

    assert (response.status_code, response["Location"]) == (302, URL)
    event = Event.objects.get()
    assert (event.kind, event.link) == ("click", link)


def test_a_click_is_committed_before_the_answer(recipient, link, transactional_db, monkeypatch):
    monkeypatch.setattr("emails.jobs.wake_evidence", lambda: 1 / 0)

    assert recipient(click_url(link.email_id, 1)).status_code == 302
    assert Event.objects.count() == 1


@pytest.mark.parametrize(
    "tamper",
    [lambda t: t[:-1] + ("E" if t[-1] == "A" else "A"), lambda t: "B" + t[1:], lambda t: t + "A"],
)
def test_a_tampered_link_leads_nowhere(recipient, link, tamper, django_assert_num_queries):
    token = tokens.make(tokens.Use.CLICK, link.email_id, 1)
    with django_assert_num_queries(0):
        response = recipient(f"/t/c/{tamper(token)}")

    assert response.status_code == 404
    assert "Location" not in response
    assert not Event.objects.exists()


def test_a_link_that_the_email_does_not_have_leads_nowhere(recipient, link):
    assert recipient(click_url(link.email_id, 2)).status_code == 404


def test_only_web_addresses_are_led_to(recipient, link):
    Link.objects.update(url="javascript:alert(1)")

    assert recipient(click_url(link.email_id, 1)).status_code == 404


def test_an_archived_email_records_nothing_and_its_links_still_lead_on(recipient, rita, link):
    link.email.archive(by=rita)

    assert recipient(pixel_url(link.email_id)).content == GIF
    assert recipient(click_url(link.email_id, 1))["Location"] == URL
    assert not Event.objects.exists()


def test_whoever_asks_for_headers_only_is_listed_as_a_machine(recipient, link):
    assert recipient(pixel_url(link.email_id), method="head").content == b""
    assert recipient(click_url(link.email_id, 1), method="head")["Location"] == URL
    apply_events()

    assert {event.who for event in Event.objects.all()} == {Who.MACHINE}
    link.email.refresh_from_db()
    assert (link.email.views, link.email.clicks, link.email.machine_views) == (0, 0, 1)


def test_nothing_else_than_reading_is_allowed(recipient, link):
    assert recipient(click_url(link.email_id, 1), method="post").status_code == 405


def test_the_picture_comes_even_without_the_database(recipient, email, monkeypatch):
    def away(observations):
        raise OperationalError("gone")

    monkeypatch.setattr("emails.tracking.watching.record", away)

    assert recipient(pixel_url(email.pk)).content == GIF


def test_a_link_leads_on_if_only_recording_fails(recipient, link, monkeypatch):
    def away(observations):
        raise OperationalError("gone")

    monkeypatch.setattr("emails.tracking.watching.record", away)

    assert recipient(click_url(link.email_id, 1))["Location"] == URL


def test_a_link_says_so_while_the_database_is_away(recipient, link, monkeypatch):
    def away(token):
        raise OperationalError("gone")

    monkeypatch.setattr("emails.tracking.views.link_of", away)

    assert recipient(click_url(link.email_id, 1)).status_code == 503


def test_one_address_cannot_fill_the_database(recipient, email):
    for _time in range(PER_MINUTE + 5):
        recipient(pixel_url(email.pk))

    assert Event.objects.count() == PER_MINUTE


# The sender's own browser --------------------------------------------------------------------


def test_the_senders_own_browser_is_listed_and_not_counted(client, recipient, rita, link):
    client.cookies[own.COOKIE] = tokens.make(tokens.Use.OWN, rita.pk)
    recipient(pixel_url(link.email_id))
    recipient(click_url(link.email_id, 1))
    apply_events()

    assert [event.who for event in Event.objects.all()] == [Who.OWN, Who.OWN]
    link.email.refresh_from_db()
    assert (link.email.views, link.email.clicks, link.email.machine_views) == (0, 0, 0)


@pytest.mark.parametrize("forged", ["1", "x" * 31, ""])
def test_a_forged_cookie_is_no_own_browser(client, recipient, email, forged):
    client.cookies[own.COOKIE] = forged
    recipient(pixel_url(email.pk))

    assert Event.objects.get().who == Who.HUMAN


def test_signing_in_leads_through_the_tracking_host_and_back(client, rita):
    client.force_login(rita)
    there = client.get(
        reverse("own-browser"), {"next": "/people/"}, headers={"Host": "127.0.0.1:8000"}
    )
    assert there["Location"].startswith(f"{settings.TRACKING_URL}/t/own/")
    client.logout()

    back = client.get(urlsplit(there["Location"]).path, headers={"Host": "localhost:8000"})

    assert back["Location"] == "http://127.0.0.1:8000/people/"
    cookie = back.cookies[own.COOKIE]
    assert tokens.read(cookie.value, tokens.Use.OWN).email_id == rita.pk
    assert (cookie["samesite"], cookie["secure"], cookie["httponly"]) == ("None", True, True)


def test_with_one_host_for_both_the_cookie_is_set_at_once(client, rita, settings):
    settings.TRACKING_URL, settings.TRACKING_HOST = settings.BASE_URL, settings.BASE_HOST
    client.force_login(rita)

    response = client.get(reverse("own-browser"), headers={"Host": "127.0.0.1:8000"})

    assert response["Location"] == "http://127.0.0.1:8000/"
    assert own.COOKIE in response.cookies


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example/", "//evil.example", "/\\evil.example"]
)
def test_next_leads_nowhere_but_back(client, rita, elsewhere):
    client.force_login(rita)
    there = client.get(reverse("own-browser"), {"next": elsewhere})

    note = urlsplit(there["Location"]).path.rpartition("/")[2]
    assert own.read_note(note)[1] == "http://testserver/"


def test_a_note_that_is_not_ours_sets_nothing(recipient):
    response = recipient("/t/own/forged")

    assert response["Location"] == settings.BASE_URL
    assert not response.cookies


def test_an_old_note_sets_nothing():
    note = own.note_for(1, "http://127.0.0.1:8000/").rpartition("/")[2]

    with time_machine.travel("2999-01-01"):
        assert own.read_note(note) is None


def test_a_stranger_is_asked_to_sign_in_first(client):
    assert reverse("account_login") in client.get(reverse("own-browser"))["Location"]


def test_whoever_wanted_a_page_comes_there_through_the_tracking_host(client, rita):
    response = client.post(
        f"{reverse('account_login')}?next=/people/", {"login": rita.email, "password": PASSWORD}
    )

    assert response["Location"] == f"{reverse('own-browser')}?next=%2Fpeople%2F"
