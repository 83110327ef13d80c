"""A database restored from a backup: nobody is sent anything twice by itself."""

import io
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command
from django.utils import timezone

from emails import events
from emails.events import Observation
from emails.inbound.matching import match
from emails.inbound.origins import Origins
from emails.jobs import recover, wake_channels
from emails.management.commands import hold_after_restore
from emails.models import Channel, Email, Event, Status
from emails.restoring import SKIPPED_IDS, foresee, hold
from emails.sending.dispatch import Dispatcher
from emails.sending.message import prepare
from emails.tracking.tokens import Use, make
from emails.tracking.watching import link_of
from tests.factories import make_channel, make_draft, make_email, make_identity, make_user
from tests.sinks import Sink

pytestmark = pytest.mark.django_db
LINK = '<p>Hi, <a href="https://nordlys.example/price">here</a>.</p>'


@pytest.fixture
def sink():
    with Sink() as sink:
        yield sink


@pytest.fixture
def rita(sink):
    rita = make_user("Rita Berg")
    make_identity(rita, channel=make_channel(rita, port=sink.port))
    return rita


@pytest.fixture
def due(rita):
    return make_email(rita, Status.SCHEDULED, html=LINK)


@pytest.fixture
def later(rita):
    return make_email(rita, Status.SCHEDULED, send_at=timezone.now() + timedelta(days=2))


def statuses(*emails):
    return [Email.objects.get(pk=email.pk).status for email in emails]


def dispatch_everything():
    for channel in Channel.objects.all():
        Dispatcher(channel).run()


def run(*arguments):
    said = io.StringIO()
    call_command("hold_after_restore", *arguments, stdout=said)
    return said.getvalue()


def test_nothing_goes_out_by_itself_even_when_channels_are_resumed(rita, due, later, sink):
    in_hand = make_email(rita, Status.IN_PROGRESS)

    hold()
    Channel.objects.update(paused=False)
    recover()
    wake_channels()
    dispatch_everything()

    assert sink.messages == []
    assert statuses(due, in_hand, later) == ["failed", "failed", "draft"]


def test_what_may_have_been_sent_is_unconfirmed_and_says_why(due):
    hold()

    due.refresh_from_db()
    assert due.is_unconfirmed
    assert due.reason_values == {"because": "restored"}
    causes = [step.cause for step in due.transitions.all()]
    assert causes == ["create", "schedule", "mark", "doubt"]


def test_what_was_in_hand_is_unconfirmed_at_once(rita):
    email = make_email(rita, Status.IN_PROGRESS)

    hold()

    email.refresh_from_db()
    assert email.is_unconfirmed
    assert email.attempts.get().reason == "restored"


def test_a_sign_of_life_shows_that_it_had_arrived(due):
    hold()
    seen = {"kind": Event.Kind.REPLY, "source": "test", "at": timezone.now()}
    events.record([Observation(email_id=due.pk, **seen)])
    events.apply_events()

    assert statuses(due) == ["delivered"]


def test_a_report_about_it_finds_it_by_its_message_id(due):
    hold()

    assert match(Origins(message_ids=[due.message_id])).email == due


def test_links_in_the_copy_that_was_sent_lead_on(due):
    sent = prepare(due)  # by a worker after the backup; what it stored is lost
    hold()

    assert link_of(make(Use.CLICK, due.pk, 1)).url == "https://nordlys.example/price"
    due.content.refresh_from_db()
    assert due.content.sent_html == sent.html


def test_the_rep_can_send_it_again_knowing_the_risk(rita, due, sink):
    hold()
    Channel.objects.update(paused=False)
    due.refresh_from_db()

    due.send_again(by=rita)
    dispatch_everything()

    assert statuses(due) == ["delivered"]
    assert len(sink.messages) == 1


def test_what_is_due_later_can_be_left_as_it_is(due, later):
    hold(keep_later=True)

    assert statuses(due, later) == ["failed", "scheduled"]
    assert all(channel.paused for channel in Channel.objects.all())


def test_drafts_and_what_was_sent_stay_as_they_are(rita):
    draft, sent = make_draft(rita), make_email(rita, Status.DELIVERED)

    hold()

    assert statuses(draft, sent) == ["draft", "delivered"]


def test_it_does_not_use_up_the_days_allowance(due, settings, rita, sink):
    """Its attempt is as old as the backup."""
    due.transitions.update(at=timezone.now() - timedelta(days=3))
    settings.LIMITS = settings.LIMITS | {"EMAILS_PER_DAY": 1}
    hold()
    Channel.objects.update(paused=False)
    make_email(rita, Status.SCHEDULED)

    dispatch_everything()

    assert len(sink.messages) == 1


def test_ids_that_are_out_in_the_world_are_not_given_away_again(rita, due):
    hold()

    assert make_draft(rita).pk > due.pk + SKIPPED_IDS


def test_everybody_signs_in_anew(client, rita):
    client.force_login(rita)

    hold()

    assert not Session.objects.exists()


def test_run_twice_it_changes_nothing_more(due, later):
    hold()
    steps = due.transitions.count(), later.transitions.count()

    hold()

    assert (due.transitions.count(), later.transitions.count()) == steps


def test_it_says_what_it_would_do(rita, due, later):
    said = run("--dry-run")

    assert f"     1 of {rita.email}" in said
    assert statuses(due, later) == ["scheduled", "scheduled"]
    assert foresee().in_doubt == {rita.email: 1}


def test_it_refuses_while_a_worker_runs(due, monkeypatch):
    alive = [{"celery@office": {"ok": "pong"}}]
    monkeypatch.setattr(hold_after_restore.current_app.control, "ping", lambda timeout: alive)

    with pytest.raises(CommandError, match="Stop the workers first: celery@office"):
        run()
    assert statuses(due) == ["scheduled"]


@pytest.mark.parametrize("keep_later", [True, False])
def test_a_pause_may_have_ended_since_the_backup(due, keep_later):
    Email.objects.update(on_hold=True)

    hold(keep_later=keep_later)

    due.refresh_from_db()
    assert due.is_unconfirmed


def test_it_says_whose_emails_it_held(rita, due, later):
    assert f"1 emails back to Drafts, for they were due later\n       1 of {rita.email}" in run()


@pytest.mark.django_db(transaction=True)
def test_a_view_of_an_email_that_is_lost_counts_for_nobody(client, rita, due):
    lost = due.pk + 1
    hold()

    response = client.get(f"/t/o/{make(Use.OPEN, lost)}.gif")

    assert response.status_code == 200  # a mail must never look broken
    assert not Event.objects.exists()
