"""Cc and Bcc that the server does not take for now are handed over again, each alone and once."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db.models.functions import Now
from django.utils import timezone

from emails.jobs import recover
from emails.models import Channel, Copy, Email, Status
from emails.restoring import hold
from emails.sending.dispatch import Dispatcher
from emails.timeline import timeline
from emails.why import why
from prospects.models import Suppression
from tests.factories import make_channel, make_email, make_identity, make_user
from tests.sinks import Sink, drop

pytestmark = pytest.mark.django_db
TO, BOSS, CRM = "maria@nordlys.example", "boss@nordlys.example", "crm@team.example"
LATER = "451 4.7.1 Greylisted, come back"


@pytest.fixture
def sink():
    with Sink() as sink:
        yield sink


@pytest.fixture
def rita(sink):
    rita = make_user("Rita Berg")
    make_identity(rita, channel=make_channel(None, port=sink.port))
    return rita


@pytest.fixture
def email(rita, sink):
    """Delivered, without the copy to the boss."""
    sink.at("rcpt", LATER, who="boss*", times=1)
    return send(make_email(rita, Status.SCHEDULED, cc=[BOSS], bcc=[CRM]))


def send(email: Email) -> Email:
    Dispatcher(Channel.objects.get(pk=email.channel_id)).run()
    return Email.objects.get(pk=email.pk)


def send_when_it_is_time(email: Email) -> Email:
    Copy.objects.filter(state="waiting").update(send_at=Now())
    return send(email)


def arrived(sink) -> list[set[str]]:
    return [set(message.recipients) for message in sink.messages]


def test_a_copy_is_tried_again_alone_with_the_very_same_message(email, sink):
    assert email.status == Status.DELIVERED
    assert arrived(sink) == [{TO, CRM}]
    assert "Greylisted" in why(email) and "It is tried again" in why(email)

    email = send_when_it_is_time(email)

    assert arrived(sink) == [{TO, CRM}, {BOSS}]
    first, second = (message.data.split(b"\r\nDate:") for message in sink.messages)
    assert first[0] == second[0]
    assert first[1].split(b"\r\n", 1)[1] == second[1].split(b"\r\n", 1)[1]
    assert email.status == Status.DELIVERED
    assert "boss" not in why(email)
    assert any("went out later" in moment.title for moment in timeline(email))


def test_it_waits_for_its_time_and_goes_once(email, sink):
    send(email)
    assert len(sink.messages) == 1

    for _ in range(3):
        send_when_it_is_time(email)

    assert len(sink.messages) == 2
    assert email.copies.get().state == "sent"
    assert email.transitions.count() == 4
    assert email.attempts.count() == 1


def test_a_channel_with_nothing_but_a_due_copy_is_woken(email):
    assert not Channel.objects.with_due().exists()
    Copy.objects.update(send_at=Now())
    assert Channel.objects.with_due().exists()


def test_it_is_given_up_after_three_days_and_that_is_said(email, sink):
    sink.at("rcpt", LATER, who="boss*")
    tries = 0
    while email.copies.filter(state="waiting").exists():
        copy = email.copies.get()
        assert copy.send_at > timezone.now()
        send_when_it_is_time(email)
        tries += 1
        assert tries < 100

    assert 10 < tries < 40
    assert email.copies.get().state == "given_up"
    assert "for three days" in why(email) and "Greylisted" in why(email)
    assert len(sink.messages) == 1
    assert Email.objects.get(pk=email.pk).status == Status.DELIVERED


def test_a_copy_that_is_refused_later_is_told_and_not_repeated(email, sink):
    sink.at("rcpt", "550 5.1.1 No such boss", who="boss*")
    for _ in range(2):
        send_when_it_is_time(email)

    assert email.copies.get().state == "refused"
    assert "No such boss" in why(email)
    assert Email.objects.get(pk=email.pk).status == Status.DELIVERED


def test_a_copy_in_doubt_is_said_and_not_repeated(email, sink):
    sink.at("dot", drop())
    for _ in range(2):
        send_when_it_is_time(email)

    assert len(sink.messages) == 2
    assert email.copies.get().state == "unconfirmed"
    assert "may have arrived" in why(email)


def test_a_worker_that_disappears_leaves_it_unconfirmed(email, sink):
    Copy.objects.update(send_at=Now())
    copy = Copy.objects.select_related("email").get()
    assert copy.mark(uuid4(), unless=Suppression.objects.none())
    recover()
    assert email.copies.get().state == "in_hand"

    Copy.objects.update(lease_until=Now() - timedelta(seconds=1))
    recover()
    send_when_it_is_time(email)

    assert email.copies.get().state == "unconfirmed"
    assert len(sink.messages) == 1
    copy.settle(Copy.State.SENT)  # its worker had only been slow
    assert email.copies.get().state == "sent"


def test_of_two_workers_one_marks_it(email):
    Copy.objects.update(send_at=Now())
    first, second = (Copy.objects.select_related("email").get() for _ in range(2))
    nobody = Suppression.objects.none()

    assert first.mark(uuid4(), unless=nobody)
    assert not second.mark(uuid4(), unless=nobody)
    second.settle(Copy.State.REFUSED)
    assert email.copies.get().state == "in_hand"


def test_who_was_suppressed_meanwhile_gets_no_copy(email, sink):
    Suppression.suppress(BOSS, "blocked")
    send_when_it_is_time(email)

    assert len(sink.messages) == 1
    assert email.copies.get().state == "stopped"
    assert why(email).endswith("did not go out: that address must not be mailed.")


def test_nothing_goes_of_an_email_that_was_deleted_or_came_back(email, rita, sink):
    Email.objects.update(status=Status.BOUNCED)
    send_when_it_is_time(email)
    Email.objects.update(status=Status.ARCHIVED, removed_at=Now())
    send_when_it_is_time(email)

    assert len(sink.messages) == 1
    assert email.copies.get().state == "waiting"


def test_a_fault_of_the_channel_counts_nothing(email, sink):
    sink.at("mail", "421 4.3.2 Shutting down", times=1)
    send_when_it_is_time(email)

    copy = email.copies.get()
    assert (copy.state, copy.deferrals) == ("waiting", 1)
    channel = Channel.objects.get(pk=email.channel_id)
    assert channel.is_held
    channel.release()
    send_when_it_is_time(email)
    assert arrived(sink) == [{TO, CRM}, {BOSS}]


def test_a_second_attempt_leaves_out_who_has_it_and_who_waits(email, rita, sink):
    Email.objects.update(status=Status.BOUNCED)
    email.refresh_from_db()
    email.retry(by=rita)
    send(email)

    assert arrived(sink) == [{TO, CRM}, {TO}]
    send_when_it_is_time(email)
    assert arrived(sink) == [{TO, CRM}, {TO}, {BOSS}]


def test_after_a_restore_no_copy_goes_by_itself(email, sink):
    hold()
    Channel.objects.update(paused=False)
    send_when_it_is_time(email)

    assert len(sink.messages) == 1
    assert email.copies.get().state == "unconfirmed"


def test_a_copy_not_taken_by_an_email_in_doubt_goes_once_that_has_arrived(rita, sink):
    sink.at("rcpt", LATER, who="boss*", times=1)
    sink.at("dot", drop(), times=1)
    email = send(make_email(rita, Status.SCHEDULED, cc=[BOSS]))
    assert email.is_unconfirmed
    assert not email.copies.exists()

    from emails import events
    from emails.events import Observation
    from emails.models import Event

    seen = Observation(email_id=email.pk, kind=Event.Kind.OPEN, at=timezone.now(), source="test")
    events.record([seen])
    events.apply_events()
    send_when_it_is_time(email)

    assert arrived(sink) == [{TO}, {BOSS}]
