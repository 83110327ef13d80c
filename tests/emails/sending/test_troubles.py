"""Trouble with one email, one sender or one connection must stay theirs."""

from datetime import timedelta

import pytest
from django.db import InterfaceError, connection
from django.db.models.functions import Now
from django.utils import timezone

from emails.jobs import recover
from emails.models import Attempt, Channel, Email, Event, Status
from emails.sending import dispatch as dispatching
from emails.sending.dispatch import Dispatcher
from emails.sending.mark import Mark
from emails.sending.observed import observed
from emails.why import why
from tests.factories import make_channel, make_email, make_identity, make_user
from tests.sinks import Sink, drop

pytestmark = pytest.mark.django_db


@pytest.fixture
def sink():
    with Sink() as sink:
        yield sink


@pytest.fixture
def channel(sink):
    return make_channel(None, port=sink.port)


@pytest.fixture
def rita(channel):
    return make_sender("Rita Berg", channel)


def make_sender(name, channel):
    sender = make_user(name)
    make_identity(sender, channel=channel)
    return sender


def due(owner, **fields) -> Email:
    return make_email(owner, Status.SCHEDULED, **fields)


def run(channel: Channel) -> int:
    return Dispatcher(Channel.objects.get(pk=channel.pk)).run()


def test_an_email_that_breaks_its_preparation_is_failed_and_holds_up_nobody(
    rita, channel, monkeypatch
):
    bad, good = due(rita, subject="Bad"), due(rita)
    really = dispatching.prepare

    def prepare(email):
        if email.subject == "Bad":
            raise RecursionError("a thousand boxes in boxes")
        return really(email)

    monkeypatch.setattr(dispatching, "prepare", prepare)
    for _ in range(4):
        run(channel)

    bad.refresh_from_db()
    good.refresh_from_db()
    assert good.status == Status.DELIVERED
    assert (bad.status, bad.reason) == (Status.FAILED, "could_not_be_prepared")


def test_senders_whose_day_is_full_keep_nobody_waiting(channel, sink, settings):
    settings.LIMITS = settings.LIMITS | {"EMAILS_PER_DAY": 1}
    settings.SENDING = settings.SENDING | {"CLAIM_SIZE": 2}
    full = [make_sender(name, channel) for name in ("Ada", "Bo")]
    for owner in full:
        due(owner)
    run(channel)
    for owner in full:
        due(owner)
    other = due(make_sender("Cia", channel))

    run(channel)

    other.refresh_from_db()
    assert other.status == Status.DELIVERED
    assert len(sink.messages) == 3


def test_what_may_not_go_yet_is_not_prepared(rita, channel, settings, monkeypatch):
    settings.LIMITS = settings.LIMITS | {"EMAILS_PER_DAY": 1}
    for _ in range(5):
        due(rita)
    run(channel)
    prepared = []
    monkeypatch.setattr(dispatching, "prepare", prepared.append)

    assert run(channel) == 0
    assert not prepared


def test_a_sender_whom_the_server_refuses_lets_the_others_through(channel, sink):
    ada, bo = make_sender("Ada", channel), make_sender("Bo", channel)
    sink.at("mail", "550 5.7.60 You may not send", who="ada*")
    refused = due(ada, send_at=timezone.now() - timedelta(hours=1))
    fine = due(bo)

    for _ in range(2):
        run(channel)
        Channel.objects.filter(pk=channel.pk).update(held_until=None)

    fine.refresh_from_db()
    refused.refresh_from_db()
    assert fine.status == Status.DELIVERED
    assert refused.status == Status.SCHEDULED


def test_a_server_that_leaves_everything_in_doubt_is_given_a_rest(rita, channel, sink):
    sink.at("dot", drop())
    for _ in range(8):
        due(rita)
    for _ in range(8):  # as short as turns are where each answer takes minutes
        dispatcher = Dispatcher(Channel.objects.get(pk=channel.pk))
        dispatcher._send_all(dispatcher._claim(), until=float("inf"))

    assert Email.objects.unconfirmed().count() == dispatching.REFUSALS_IN_A_ROW
    assert Channel.objects.get(pk=channel.pk).is_held


@pytest.mark.parametrize("committed", [True, False])
def test_an_answer_is_recorded_again_when_the_connection_was_closed(
    rita, channel, sink, monkeypatch, committed
):
    emails = [due(rita) for _ in range(3)]
    really, tries = dispatching.settle, []

    def settle(observation, then=None):
        tries.append(then)
        if len(tries) > 1:
            return really(observation, then)
        if committed:
            really(observation, then)
        raise InterfaceError("the cursor is closed")

    monkeypatch.setattr(dispatching, "settle", settle)
    monkeypatch.setattr(connection, "close", lambda: None)  # the test's transaction
    run(channel)

    # Whether or not the second one was marked with it: what was is handed over, and then it ends.
    assert tries[0] and len(tries) == (2 if committed else 1)
    assert len(sink.messages) == len(tries)
    statuses = [Email.objects.get(pk=email.pk).status for email in emails]
    assert statuses.count(Status.DELIVERED) == len(tries)
    assert statuses.count(Status.SCHEDULED) == 3 - len(tries)


def test_what_cannot_be_marked_does_not_cost_the_one_before_its_answer(
    rita, channel, sink, monkeypatch
):
    first, second, third = (due(rita) for _ in range(3))
    really = Mark.statements

    def statements(self, after=None):
        if self.email == second:
            raise TypeError("a bug")
        return really(self, after)

    monkeypatch.setattr(Mark, "statements", statements)
    run(channel)

    for email in (first, second, third):
        email.refresh_from_db()
    assert (first.status, third.status) == (Status.DELIVERED, Status.DELIVERED)
    assert second.status == Status.SCHEDULED
    assert second.claims_lost > 0


def test_an_answer_that_comes_after_the_lease_keeps_the_providers_id(rita):
    email = make_email(rita, Status.IN_PROGRESS)
    attempt = email.attempts.get()
    Email.objects.filter(pk=email.pk).update(lease_until=Now() - timedelta(seconds=1))
    recover()
    details = {"stage": "answer", "provider_id": "0100019-abcdef", "recipients": {}}

    dispatching.record(
        [observed(email, attempt, Event.Kind.ACCEPTED, {"words": "Ok", "attempt": details})]
    )

    attempt.refresh_from_db()
    assert attempt.provider_id == "0100019-abcdef"


def test_the_first_email_of_a_new_channel_can_be_too_late_too(rita, channel, sink):
    long_ago = timezone.now() - timedelta(hours=30)
    Channel.objects.filter(pk=channel.pk).update(attended_at=long_ago)  # when it was made
    email = due(rita, send_at=long_ago + timedelta(hours=1))

    run(channel)  # a job left in the broker may run before the clock's first

    email.refresh_from_db()
    assert (email.status, email.reason) == (Status.FAILED, "too_late")
    assert not sink.messages


def test_a_channel_is_attended_from_its_making(channel):
    assert channel.attended_at


def test_a_retry_goes_through_the_channel_that_its_identity_has_now(rita, sink):
    email = make_email(rita, Status.FAILED)
    other = make_channel(rita, port=sink.port)
    rita.identities.update(channel=other)

    email = Email.objects.get(pk=email.pk)
    email.retry(by=rita)

    assert email.channel == other


def test_send_now_wakes_a_worker(rita, monkeypatch, django_capture_on_commit_callbacks):
    woken = []
    monkeypatch.setattr("emails.jobs.wake", woken.append)
    email = due(rita, send_at=timezone.now() + timedelta(days=1))

    with django_capture_on_commit_callbacks(execute=True):
        email.bring_forward(by=rita)

    assert woken == [email.channel_id]
    assert email.send_at <= timezone.now()


def test_a_refused_copy_is_told_beside_the_delivered_email(rita, channel, sink):
    sink.at("rcpt", "550 5.1.1 No such boss", who="boss*")
    email = due(rita, cc=["boss@nordlys.example", "fine@nordlys.example"])
    run(channel)

    email.refresh_from_db()
    assert email.status == Status.DELIVERED
    assert "boss@nordlys.example" in why(email)
    assert "No such boss" in why(email)
    assert "fine@nordlys.example" not in why(email)


def test_an_answer_that_cannot_be_applied_is_kept(rita, channel, sink, monkeypatch):
    sink.at("dot", "554 5.7.1 Not from you")
    email = due(rita)

    def broken(*args):
        raise TypeError("a bug")

    monkeypatch.setattr("emails.events.roll_up", broken)
    run(channel)
    monkeypatch.undo()

    event = email.events.get()
    assert (event.kind, event.applied_at) == (Event.Kind.REFUSED, None)
    from emails.events import apply_events

    apply_events()
    email.refresh_from_db()
    assert email.status == Status.FAILED
    assert Attempt.objects.get().recipients
