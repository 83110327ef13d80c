"""One email: its page, its safe preview, and all that happened to it."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from emails.clients import client as named
from emails.events import SMTP, Observation, apply_events, record
from emails.models import EmailContent, Event, Link, Status
from emails.timeline import timeline
from emails.tracking.rewriting import instrument
from tests.factories import make_email, make_user

pytestmark = pytest.mark.django_db
Kind, Who, Via = Event.Kind, Event.Who, Event.Via
CHROME = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36"


@pytest.fixture
def rita():
    return make_user("Rita")


@pytest.fixture
def see(client, rita):
    """Rita's response for one page of an email."""
    client.force_login(rita)
    return lambda name, email, query="", **headers: client.get(
        reverse(f"emails:{name}", args=[email.pk]) + query, **headers
    )


def observe(email, *kinds, **fields):
    """Let these happen a minute after each other, the last one a minute ago."""
    begun = timezone.now() - timedelta(minutes=len(kinds))
    record(
        Observation(
            email_id=email.pk,
            kind=kind,
            at=begun + timedelta(minutes=number),
            source="test",
            **fields,
        )
        for number, kind in enumerate(kinds)
    )
    while apply_events():
        pass


def titles(email):
    return [str(moment.title) for moment in timeline(email)]


def test_the_email_has_a_page_of_its_own_and_a_part_for_the_reading_pane(see, rita):
    email = make_email(rita, Status.DELIVERED, cc=["boss@nordlys.example"])

    page = see("email", email).content.decode()
    part = see("email", email, HTTP_HX_REQUEST="true").content.decode()

    assert "<html" in page
    assert "Cc boss@nordlys.example" in page
    assert part.lstrip().startswith('<section class="pane" id="pane"')


def test_the_pane_leads_back_to_the_list_it_was_opened_from(see, rita):
    email = make_email(rita, Status.DELIVERED)
    found = "http://testserver/emails/search/?q=a%26b&open=7"

    part = see("email", email, HTTP_HX_REQUEST="true", HTTP_HX_CURRENT_URL=found).content.decode()
    page = see("email", email).content.decode()

    assert 'href="/emails/search/?q=a%26b"' in part
    assert 'data-kind="bare" href="/emails/sent/delivered/"' in page


def test_the_preview_runs_and_loads_nothing(see, rita):
    html = '<p onclick="x()">Hi</p><script>x()</script><img src="https://spy.example/i.png">'
    response = see("preview", make_email(rita, html=html))

    page, policy = response.content.decode(), response["Content-Security-Policy"]
    assert "onclick" not in page
    assert "<script" not in page
    assert "default-src 'none'" in policy
    assert "img-src data:;" in policy
    assert "sandbox allow-popups allow-popups-to-escape-sandbox allow-same-origin" in policy
    assert "script-src" not in policy
    assert response["X-Frame-Options"] == "SAMEORIGIN"
    assert response["Referrer-Policy"] == "no-referrer"


def test_pictures_on_other_servers_are_loaded_when_they_are_asked_for(see, rita):
    email = make_email(rita, html='<p>Hi</p><img src="https://pictures.example/i.png">')

    assert (
        "img-src data: https: http:"
        in see("preview", email, "?images=1")["Content-Security-Policy"]
    )
    assert "Load pictures" in see("email", email).content.decode()
    assert "Load pictures" not in see("email", make_email(rita)).content.decode()


def test_the_preview_shows_what_was_sent_without_our_own_traces(see, rita):
    email = make_email(
        rita, Status.DELIVERED, html='<a href="https://shop.example/a?b=1&amp;c=2">Shop</a>'
    )
    sent, links = instrument(email, email.content.html)
    Link.objects.bulk_create(links)
    EmailContent.objects.filter(email=email).update(sent_html=sent)

    page = see("preview", email).content.decode()

    assert 'href="https://shop.example/a?b=1&amp;c=2"' in page
    assert "localhost:8000" not in page
    assert "Load pictures" not in see("email", email).content.decode()


def test_pixels_of_quoted_emails_are_not_loaded_either(see, rita):
    other = make_email(rita, Status.DELIVERED)
    quoted, _links = instrument(other, "<p>earlier</p>")
    email = make_email(rita, html=f"<p>now</p><blockquote>{quoted}</blockquote>")

    assert "localhost" not in see("preview", email, "?images=1").content.decode()


def test_an_email_in_the_trash_can_be_read_and_a_purged_one_is_gone(see, rita):
    email = make_email(rita, Status.FAILED)
    email.remove(by=rita)

    assert "It can be restored until" in see("email", email).content.decode()
    type(email).objects.filter(pk=email.pk).update(purged_at=timezone.now())
    assert see("email", email).status_code == 404


def test_the_timeline_tells_all_newest_first(rita):
    email = make_email(rita, Status.DELIVERED)

    observe(email, Kind.OPEN, Kind.OPEN, Kind.REPLY)

    told = titles(email)
    assert told.index("Viewed, 2nd time") < told.index("Viewed")
    assert {"Replied", "Delivered", "Handed to 127.0.0.1", "Saved as a draft"} <= set(told)


def test_a_click_names_its_link_and_the_program_it_came_from(rita):
    email = make_email(rita, Status.DELIVERED)
    link = Link.objects.create(email=email, number=1, url="https://x.example", text="Prices <b>")
    observe(email, Kind.CLICK, link=link, data={"user_agent": CHROME, "place": "Stockholm"})

    click = next(moment for moment in timeline(email) if "Clicked" in moment.title)

    assert click.title == "Clicked <strong>Prices &lt;b&gt;</strong>"
    assert click.more == "Stockholm · Chrome on Windows"


def test_own_views_and_those_of_machines_are_shown_as_what_they_are(rita):
    email = make_email(rita, Status.DELIVERED)
    observe(email, Kind.OPEN, who=Who.OWN)
    observe(email, Kind.OPEN, who=Who.MACHINE, via=Via.APPLE)
    observe(email, Kind.CLICK, who=Who.MACHINE, via=Via.GATEWAY)
    observe(email, Kind.OPEN, who=Who.UNKNOWN)

    assert {
        "Viewed by you — not counted",
        "Opened by Apple Mail Privacy — not counted",
        "Clicked by a mail gateway — not counted",
        "Fetched by something that did not say what it is — not counted",
    } <= set(titles(email))


def test_an_answer_of_the_server_stands_once_with_its_own_words(rita):
    email = make_email(rita, Status.IN_PROGRESS)
    attempt = email.attempts.get()
    data = {"code": 250, "status": "2.0.0", "words": "Ok: queued as 4711"}
    record(
        [
            Observation(
                email_id=email.pk,
                attempt_id=attempt.pk,
                kind=Kind.ACCEPTED,
                at=timezone.now(),
                source=SMTP,
                data=data,
            )
        ]
    )
    email.refresh_from_db()

    delivered = [moment for moment in timeline(email) if moment.title == "Delivered"]

    assert [moment.more for moment in delivered] == ["250 2.0.0 Ok: queued as 4711"]


def test_a_refused_copy_is_told_although_the_email_arrived(rita):
    email = make_email(rita, Status.DELIVERED, cc=["gone@nordlys.example"])
    refused = {
        "outcome": "refused_address",
        "code": 550,
        "status": "5.1.1",
        "words": "no such user",
    }
    email.attempts.update(recipients={"gone@nordlys.example": refused})

    copy = next(moment for moment in timeline(email) if "copy" in moment.title)

    assert copy.title == "The copy to gone@nordlys.example did not go out"
    assert copy.more == "550 5.1.1 no such user"


def test_a_very_long_timeline_is_cut_and_still_counts_from_the_first(
    rita, monkeypatch, django_assert_max_num_queries
):
    monkeypatch.setattr("emails.timeline.LENGTH", 10)
    email = make_email(rita, Status.DELIVERED)
    observe(email, *[Kind.OPEN] * 14)

    with django_assert_max_num_queries(6):
        told = timeline(email)

    assert told.earlier == 4
    assert "Viewed, 14th time" in {moment.title for moment in told}


def test_a_timeline_costs_the_same_however_much_happened(rita, django_assert_num_queries):
    email = make_email(rita, Status.DELIVERED)
    observe(email, *[Kind.OPEN, Kind.CLICK, Kind.REPLY] * 5)

    with django_assert_num_queries(3):
        timeline(email)


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        (CHROME, "Chrome on Windows"),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605",
            "Safari on iPhone",
        ),
        ("Mozilla/5.0 (Windows NT 5.1) Firefox/11.0 (via ggpht.com GoogleImageProxy)", "Gmail"),
        ("<script>", ""),
        ("", ""),
    ],
)
def test_a_user_agent_is_named_in_two_words(agent, name):
    assert named(agent) == name
