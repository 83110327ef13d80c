"""From a due email to what became of it, over real SMTP."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db.models.functions import Now
from django.utils import timezone

from emails.jobs import dispatch, recover
from emails.models import Channel, Email, Event, IllegalTransition, Status
from emails.sending import dispatch as dispatching
from emails.sending.claim import claim, claim_one, give_back
from emails.sending.dispatch import Dispatcher
from emails.sending.mark import mark
from emails.sending.message import prepare
from emails.sending.observed import observed
from emails.tracking import tokens
from prospects.models import Suppression
from tests.factories import make_channel, make_email, make_identity, make_user
from tests.sinks import Sink, drop

pytestmark = pytest.mark.django_db


@pytest.fixture
def sink():
    with Sink() as sink:
        yield sink


@pytest.fixture
def rita(sink):
    rita = make_user("Rita Berg")
    make_identity(rita, channel=make_channel(rita, port=sink.port))
    return rita


def due(owner, **fields) -> Email:
    return make_email(owner, Status.SCHEDULED, **fields)


def send(email: Email) -> Email:
    Dispatcher(Channel.objects.get(pk=email.channel_id)).run()
    email.refresh_from_db()
    return email


def test_a_due_email_is_delivered_with_the_servers_words(rita, sink):
    email = send(due(rita, subject="Pris för Åsa"))

    assert email.status == Status.DELIVERED
    attempt = email.attempts.get()
    assert attempt.recipients["maria@nordlys.example"]["code"] == 250
    assert [step.cause for step in email.transitions.all()] == [
        "create",
        "schedule",
        "mark",
        "arrive",
    ]
    [message] = sink.messages
    assert message.message_id == f"<{email.message_id}>"
    assert email.lease is None


def test_the_message_carries_our_token_and_tracked_links(rita, sink):
    email = send(due(rita, html='<p><a href="https://nordlys.example/price">Price</a></p>'))

    text = sink.messages[0].data.decode()
    token = text.split("X-Command-Center: ")[1].split("\r\n")[0]
    assert tokens.read(token, tokens.Use.RETURN) == (tokens.Use.RETURN, email.pk, 1)
    assert "/t/c/" in text and "/t/o/" in text
    assert email.links.get().url == "https://nordlys.example/price"


def test_what_is_not_due_waits(rita, sink):
    email = send(due(rita, send_at=timezone.now() + timedelta(minutes=1)))

    assert email.status == Status.SCHEDULED
    assert not sink.messages


def test_bcc_gets_the_message_and_stands_in_no_header(rita, sink):
    send(due(rita, cc=["boss@nordlys.example"], bcc=["crm@team.example"]))

    [message] = sink.messages
    assert set(message.recipients) == {
        "maria@nordlys.example",
        "boss@nordlys.example",
        "crm@team.example",
    }
    assert b"boss@nordlys.example" in message.data
    assert b"crm@team.example" not in message.data


def test_a_refused_address_is_bounced_and_suppressed(rita, sink):
    sink.at("rcpt", "550 5.1.1 No such user here", who="maria*")
    email = send(due(rita))

    assert email.status == Status.BOUNCED
    assert "No such user" in email.server_words
    assert Suppression.objects.covering(email.to_address).get().reason == "bounced"


def test_a_refusal_for_another_reason_is_failed(rita, sink):
    sink.at("dot", "554 5.7.1 Looks like spam to us")
    email = send(due(rita))

    assert email.status == Status.FAILED
    assert not email.is_unconfirmed
    assert not Suppression.objects.exists()


def test_not_now_is_tried_again_later_and_fails_after_three_days(rita, sink):
    sink.at("rcpt", "451 4.7.1 Greylisted, come back")
    email = due(rita)
    tries = 0
    while send(email).status == Status.SCHEDULED:
        assert email.send_at > timezone.now()
        Email.objects.filter(pk=email.pk).update(send_at=Now())
        tries += 1
        assert tries < 100

    assert email.status == Status.FAILED
    assert email.reason == "tried_long_enough"
    assert 10 < tries < 40
    assert not sink.messages


def test_a_connection_lost_before_the_dot_is_tried_again(rita, sink):
    sink.at("body", drop(), times=1)
    # More than the sockets between can hold, so that the dot cannot be on its way already.
    email = send(due(rita, html=f"<p>{'many words ' * 700_000}</p>"))

    assert (email.status, email.deferrals) == (Status.SCHEDULED, 1)


def test_a_connection_lost_after_the_dot_is_unconfirmed_and_never_sent_by_itself(rita, sink):
    sink.at("dot", drop())
    email = send(due(rita))
    assert email.is_unconfirmed
    assert len(sink.messages) == 1

    send(email)
    with pytest.raises(IllegalTransition):
        email.retry(by=rita)
    assert len(sink.messages) == 1

    email.send_again(by=rita)
    send(email)
    assert set(sink.counts.values()) == {2}


@pytest.mark.parametrize(
    ("stage", "answer", "reason"),
    [
        ("connect", "421 4.3.2 Shutting down", "channel_"),
        ("mail", "550 5.7.60 This sender may not send", "channel_"),
    ],
)
def test_a_fault_of_the_channel_holds_the_channel_and_not_the_email(
    rita, sink, stage, answer, reason
):
    sink.at(stage, answer)
    email = send(due(rita))

    assert (email.status, email.deferrals) == (Status.SCHEDULED, 0)
    channel = email.channel
    channel.refresh_from_db()
    assert channel.is_held
    assert channel.reason.startswith(reason)
    sink.scripts.clear()
    assert send(email).status == Status.SCHEDULED
    channel.release()
    assert send(email).status == Status.DELIVERED


def test_a_server_that_is_not_there_costs_no_attempt(rita, sink):
    sink.stop()
    email = send(due(rita))

    assert email.status == Status.SCHEDULED
    assert not email.attempts.exists()
    assert Channel.objects.get(pk=email.channel_id).is_held


def test_a_server_that_works_again_ends_no_pause(rita):
    channel = rita.identities.get().channel
    channel.hold("channel_timeout", "")
    channel.pause()
    channel.works_again()

    assert channel.paused
    assert not channel.is_held
    channel.release()
    assert channel.is_open


def test_each_fault_in_a_row_rests_longer(rita, sink):
    channel = rita.identities.get().channel
    pauses = []
    for _ in range(8):
        channel.hold("channel_timeout", "")
        pauses.append(round((channel.held_until - timezone.now()).total_seconds(), -1))
    assert pauses == sorted(pauses)
    assert pauses[-1] < 7200


@pytest.mark.parametrize("field", ["to", "cc", "bcc", "domain"])
def test_nobody_suppressed_is_mailed_even_if_it_happens_between_claim_and_mark(rita, sink, field):
    email = due(rita, cc=["cc@nordlys.example"], bcc=["bcc@nordlys.example"])
    lease = uuid4()
    claim_one(email, lease)
    email = Email.objects.get(pk=email.pk)
    prepared = prepare(email)
    value = {
        "to": "maria@nordlys.example",
        "cc": "cc@nordlys.example",
        "bcc": "bcc@nordlys.example",
        "domain": "nordlys.example",
    }[field]
    Suppression.suppress(value, "blocked")

    assert mark(email, lease, worker="test", prepared=prepared) is None
    give_back(lease)
    assert send(email).status == Status.FAILED
    assert (email.reason, email.reason_values["because"]) == ("suppressed", "blocked")
    assert not sink.messages


def test_two_workers_share_no_email(rita):
    for _ in range(6):
        due(rita)
    channel = rita.identities.get().channel

    first, second = claim(channel, uuid4(), size=4), claim(channel, uuid4(), size=4)

    assert (len(first.emails), len(second.emails)) == (4, 2)
    assert not {e.pk for e in first.emails} & {e.pk for e in second.emails}


def test_senders_take_turns(rita, sink):
    channel = make_channel(None, port=sink.port)
    for owner in (rita, make_user("Sam"), make_user("Tom")):
        identity = make_identity(owner, channel=channel, address=f"{owner.pk}@team.example")
        for _ in range(5):
            due(owner, identity=identity)

    claimed = claim(channel, uuid4(), size=3)

    assert len({email.owner_id for email in claimed.emails}) == 3


def test_an_email_that_keeps_crashing_its_workers_is_claimed_alone_and_then_failed(rita):
    email, other = due(rita), due(rita)
    channel = email.channel
    for lost in range(3):
        claimed = claim(channel, uuid4(), size=5).emails
        assert len(claimed) == (1 if lost == 2 else 2)
        Email.objects.filter(pk__in=[e.pk for e in claimed]).update(
            lease_until=Now() - timedelta(seconds=1)
        )
        Email.objects.filter(pk=other.pk).update(claims_lost=0)

    claim(channel, uuid4(), size=5)
    email.refresh_from_db()
    assert (email.status, email.reason) == (Status.FAILED, "could_not_be_prepared")


def test_a_claim_that_expired_marks_nothing(rita):
    email = due(rita)
    lease = uuid4()
    claim_one(email, lease)
    Email.objects.filter(pk=email.pk).update(lease_until=Now() - timedelta(seconds=1))

    assert mark(email, lease, worker="test") is None


def test_a_claimed_email_can_still_be_pulled_back(rita):
    email = due(rita)
    lease = uuid4()
    claim_one(email, lease)
    email.pull_back(by=rita)

    assert mark(email, lease, worker="test") is None
    assert email.status == Status.DRAFT


def test_what_was_rewritten_since_it_was_prepared_is_not_marked(rita):
    email = due(rita)
    lease = uuid4()
    claim_one(email, lease)
    prepared = prepare(Email.objects.get(pk=email.pk))
    Email.objects.filter(pk=email.pk).update(version=7)

    assert mark(email, lease, worker="test", prepared=prepared) is None


def test_every_attempt_sends_the_same_message(rita, sink):
    sink.at("dot", "451 4.3.0 Later", times=1)
    email = send(due(rita, html='<p>Hi <a href="https://a.example/">there</a></p>'))
    sent = email.content.sent_html
    Email.objects.filter(pk=email.pk).update(send_at=Now())
    send(email)

    assert email.status == Status.DELIVERED
    email.content.refresh_from_db()
    assert email.content.sent_html == sent
    assert email.links.count() == 1
    assert email.attempts.count() == 2


def test_the_daily_limit_waits_instead_of_failing(rita, sink, settings):
    settings.LIMITS = settings.LIMITS | {"EMAILS_PER_DAY": 2}
    emails = [due(rita) for _ in range(3)]
    send(emails[0])

    assert len(sink.messages) == 2
    assert Email.objects.with_status(Status.SCHEDULED).count() == 1


def test_what_the_channel_failed_does_not_count_into_the_day(rita, sink, settings):
    settings.LIMITS = settings.LIMITS | {"EMAILS_PER_DAY": 1}
    sink.at("mail", "421 4.3.2 Shutting down", times=1)
    email = send(due(rita))
    assert email.attempts.count() == 1
    email.channel.refresh_from_db()
    email.channel.release()

    assert send(email).status == Status.DELIVERED
    assert send(due(rita)).status == Status.SCHEDULED


def test_a_channels_limit_holds(rita, sink):
    channel = rita.identities.get().channel
    Channel.objects.filter(pk=channel.pk).update(per_minute=2)
    emails = [due(rita) for _ in range(4)]
    send(emails[0])

    assert len(sink.messages) == 2


def test_what_waited_unattended_for_a_day_is_too_late(rita, sink):
    long_ago = timezone.now() - timedelta(hours=30)
    email = due(rita, send_at=long_ago)
    email.channel.gaps.create(began_at=long_ago, ended_at=timezone.now() - timedelta(hours=1))
    send(email)

    assert (email.status, email.reason) == (Status.FAILED, "too_late")
    assert not sink.messages


def test_waiting_for_a_held_channel_is_not_too_late(rita, sink):
    email = due(rita, send_at=timezone.now() - timedelta(days=3))
    email.channel.attend()

    assert send(email).status == Status.DELIVERED


def test_a_lease_that_is_over_leaves_it_unconfirmed_once(rita):
    email = make_email(rita, Status.IN_PROGRESS)
    recover()
    email.refresh_from_db()
    assert email.status == Status.IN_PROGRESS

    Email.objects.filter(pk=email.pk).update(lease_until=Now() - timedelta(seconds=1))
    recover()
    recover()

    email.refresh_from_db()
    assert email.is_unconfirmed
    assert email.transitions.filter(cause="doubt").count() == 1


def test_an_answer_that_comes_after_the_lease_still_counts(rita, sink):
    email = make_email(rita, Status.IN_PROGRESS)
    attempt = email.attempts.get()
    Email.objects.filter(pk=email.pk).update(lease_until=Now() - timedelta(seconds=1))
    recover()

    dispatching.record([observed(email, attempt, Event.Kind.ACCEPTED, {"words": "250 Ok"})])

    email.refresh_from_db()
    assert email.status == Status.DELIVERED


def test_a_job_that_runs_twice_delivers_once(rita, sink):
    email = due(rita)
    dispatch(email.channel_id)
    dispatch(email.channel_id)

    assert list(sink.counts.values()) == [1]


def test_several_refusals_in_a_row_hold_the_channel(rita, sink):
    sink.at("dot", "554 5.7.1 We do not like your face")
    emails = [due(rita) for _ in range(8)]
    send(emails[0])

    assert Email.objects.with_status(Status.FAILED).count() == dispatching.REFUSALS_IN_A_ROW
    assert Channel.objects.get(pk=emails[0].channel_id).is_held


def test_an_impossible_header_fails_with_its_reason(rita, sink):
    email = send(due(rita, subject="Hello\r\nBcc: everyone@example.com"))

    assert (email.status, email.reason) == (Status.FAILED, "could_not_be_built")
    assert not sink.messages
