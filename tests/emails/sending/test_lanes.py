"""What is written to one person never waits behind a bulk email, and a paused one waits whole."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.utils import timezone

from emails.models import Channel, Email, IllegalTransition, Lane, Status
from emails.sending.claim import _CLAIM, _SENDERS, claim, claim_one
from emails.sending.mark import mark
from emails.why import why
from tests.factories import make_channel, make_email, make_identity, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def channel():
    return make_channel(None)


@pytest.fixture
def rita(channel):
    return make_sender("Rita", channel)


def make_sender(name, channel):
    sender = make_user(name)
    make_identity(sender, channel=channel)
    return sender


def make_backlog(owner, count, **fields):
    """So many due emails of a bulk email, which have waited longer than anything else."""
    fields = {"lane": Lane.BULK, "send_at": timezone.now() - timedelta(hours=1)} | fields
    identity = owner.identities.get()
    Email.objects.bulk_create(
        Email(
            owner=owner,
            identity=identity,
            channel=identity.channel,
            status=Status.SCHEDULED,
            to_address=f"person{number}@nordlys.example",
            **fields,
        )
        for number in range(count)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE emails_email")


def blocks(sql, **values) -> int:
    """How many blocks PostgreSQL looks at for it, which does not depend on the machine."""
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {sql}", values)
        plan = cursor.fetchone()[0][0]["Plan"]
    return plan["Shared Hit Blocks"] + plan["Shared Read Blocks"]


def cost_of_a_claim(channel, sender) -> int:
    asked = {"channel": channel.pk, "size": 20, "after": 0, "without": []}
    taken = {"senders": [sender.pk], "share": 20, "lease": uuid4(), "seconds": 60}
    cost = blocks(_SENDERS, **asked) + blocks(_CLAIM, **asked, **taken)
    Email.objects.update(lease=None, lease_until=None)
    return cost


def test_a_single_email_is_in_the_very_next_claim_whatever_its_sender_has_in_bulk(rita, channel):
    make_backlog(rita, 5000)
    single = make_email(rita, Status.SCHEDULED)

    first = claim(channel, uuid4(), size=20).emails

    assert first[0] == single
    assert [email.lane for email in first] == [Lane.SINGLE] + [Lane.BULK] * 19


def test_bulk_emails_of_one_sender_do_not_push_out_the_single_email_of_another(rita, channel):
    make_backlog(rita, 50)
    sam = make_sender("Sam", channel)
    single = make_email(sam, Status.SCHEDULED)
    make_backlog(sam, 50)

    claimed = claim(channel, uuid4(), size=4).emails

    assert claimed[0] == single
    assert sorted(email.owner_id for email in claimed) == [rita.pk, rita.pk, sam.pk, sam.pk]


def test_lanes_are_each_taken_in_the_order_of_their_time(rita, channel):
    make_backlog(rita, 3)
    late, early = (
        make_email(rita, Status.SCHEDULED, send_at=timezone.now() - timedelta(minutes=minutes))
        for minutes in (1, 2)
    )

    claimed = claim(channel, uuid4(), size=4).emails

    assert claimed[:2] == [early, late]
    assert len(claimed) == 4


def test_a_claim_costs_the_same_whatever_waits_in_either_lane_or_on_hold(rita, channel):
    make_backlog(rita, 100)
    make_backlog(rita, 100, lane=Lane.SINGLE)
    before = cost_of_a_claim(channel, rita)

    make_backlog(rita, 3000)
    make_backlog(rita, 3000, lane=Lane.SINGLE)
    make_backlog(rita, 3000, on_hold=True)
    make_backlog(rita, 3000, send_at=timezone.now() + timedelta(days=1))

    assert cost_of_a_claim(channel, rita) < before * 2 + 100  # for thirty times as many


def test_whether_anything_is_due_costs_the_same_whatever_is_not(rita, channel):
    for sender in (rita, make_sender("Sam", channel)):
        make_backlog(sender, 3000, send_at=timezone.now() + timedelta(days=1), lane=Lane.SINGLE)
        make_backlog(sender, 3000, on_hold=True)
    with connection.cursor() as cursor:
        asked = cursor.mogrify(*Channel.objects.with_due().values("pk").query.sql_with_params())

    assert not Channel.objects.with_due().exists()
    assert blocks(asked) < 60

    make_email(rita, Status.SCHEDULED)
    assert Channel.objects.with_due().get() == channel


def test_what_is_on_hold_is_neither_due_nor_claimed_and_says_why(rita, channel):
    email = make_email(rita, Status.SCHEDULED)
    Email.objects.update(on_hold=True)
    email.refresh_from_db()

    assert not Email.objects.due().exists()
    assert not Channel.objects.with_due().exists()
    assert not claim(channel, uuid4(), size=20).emails
    with pytest.raises(IllegalTransition):
        claim_one(email, uuid4())
    assert why(email) == "It is on hold: what it is part of is paused."


def test_what_is_paused_after_it_was_claimed_is_not_marked(rita):
    email = make_email(rita, Status.SCHEDULED)
    lease = uuid4()
    claim_one(email, lease)
    Email.objects.update(on_hold=True)

    assert mark(email, lease, worker="test") is None
    Email.objects.update(on_hold=False)
    assert mark(email, lease, worker="test")
