"""What went out into the world stays good for those who have it: links, reports, complaints."""

import pytest
from django.utils import timezone

from emails import jobs
from emails.events import Observation, apply_events, record
from emails.inbound.ingest import ingest
from emails.models import Email, Event, Status
from emails.tracking import tokens
from emails.tracking.watching import link_of
from emails.writing import Writing, rewrite
from prospects.models import Suppression
from tests.emails.inbound.test_ingest import report
from tests.factories import make_channel, make_email, make_identity, make_user
from tests.sinks import Sink

pytestmark = pytest.mark.django_db
OLD, NEW = "https://nordlys.example/old", "https://nordlys.example/new"


@pytest.fixture
def rita():
    return make_user("Rita Ek")


def send(email: Email) -> None:
    jobs.Dispatcher(email.channel).run()
    email.refresh_from_db()


def click(email: Email, number: int) -> str:
    link = link_of(tokens.make(tokens.Use.CLICK, email.pk, number))
    assert link
    at = timezone.now()
    seen = Observation(
        email_id=email.pk, kind=Event.Kind.CLICK, at=at, source="tracking", link=link
    )
    record([seen])
    apply_events()
    return link.url


def test_links_of_a_message_that_was_written_anew_lead_where_they_led(rita):
    with Sink() as sink:
        make_identity(rita, channel=make_channel(rita, port=sink.port))
        sink.at("dot", "554 5.7.1 Too keen", times=1)
        email = make_email(rita, Status.SCHEDULED, html=f'<p><a href="{OLD}">Price</a></p>')
        send(email)
        email.reopen(by=rita)
        assert click(email, 1) == OLD  # a gateway kept what its server refused

        said = {"identity": email.identity, "to_address": email.to_address, "subject": "Again"}
        again = Writing(**said, html=f'<p><a href="{NEW}">Price</a></p>')
        rewrite(email, again, version=email.version)
        email.schedule(timezone.now(), by=rita)
        send(email)

    assert email.status == Status.DELIVERED
    assert (click(email, 1), click(email, 2)) == (OLD, NEW)


@pytest.mark.parametrize("cc", [[], ["boss@nordlys.example"]])
def test_a_bounce_of_a_purged_email_still_suppresses_the_address(rita, cc):
    email = make_email(rita, Status.ARCHIVED, cc=cc)
    address, bounce = email.to_address, report(email, recipient=email.to_address)
    purge(email)

    ingest(bounce)
    apply_events()

    assert Suppression.objects.covering(address).get().reason == "bounced"


def test_a_purged_email_keeps_no_address_of_anybody(rita):
    with Sink() as sink:
        make_identity(rita, channel=make_channel(rita, port=sink.port))
        email = make_email(rita, Status.SCHEDULED, bcc=["crm@team.example"])
        send(email)
    email.archive(by=rita)
    purge(email)

    assert email.attempts.get().recipients == {}


def purge(email: Email) -> None:
    Email.objects.filter(pk=email.pk).purge()


def test_evidence_that_cannot_be_applied_is_tried_again_later_and_not_at_once(rita, monkeypatch):
    email = make_email(rita, Status.DELIVERED)
    tries = []

    def broken(*args):
        tries.append(args)
        raise ConnectionError("for a moment")

    at = timezone.now()
    record([Observation(email_id=email.pk, kind=Event.Kind.OPEN, at=at, source="tracking")])
    monkeypatch.setattr("emails.events.roll_up", broken)
    jobs.apply_events()
    assert len(tries) == 1
    monkeypatch.undo()

    jobs.apply_events()

    email.refresh_from_db()
    assert email.views == 1
