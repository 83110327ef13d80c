"""The mark: the fence that an email passes once for every attempt.

One conditional UPDATE together with the INSERT of the attempt, committed before the first byte
leaves. Who did not win it sends nothing.
"""

from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Now

from prospects.models import Suppression

from ..models import Attempt, Cause, Channel, Email, IllegalTransition
from .message import Prepared

_TURNS = 0x43430002


@transaction.atomic
def mark(
    email: Email, lease: UUID, *, worker: str, prepared: Prepared | None = None
) -> Attempt | None:
    """Scheduled → In Progress with a new attempt; None if it may not go now.

    It may go if it is still Scheduled, claimed by this lease and not expired, not removed, not
    changed since it was prepared, its bulk email is not paused, nobody it goes to is suppressed, its channel is open, and
    both the channel and its owner are within their limits. What was resolved for the first
    attempt is stored here and is what every later attempt sends.
    """
    channel = email.channel
    assert channel is not None  # a constraint of the table: it is scheduled
    if channel.per_minute:
        _wait_for_turn(channel)
    until = Now() + timedelta(seconds=settings.SENDING["LEASE_SECONDS"])
    may_go = (
        Q(lease=lease, lease_until__gt=Now(), removed_at=None, on_hold=False)
        & ~Exists(Suppression.objects.covering(email.to_address, *email.content.recipients))
        & Exists(Channel.objects.open().filter(pk=OuterRef("channel_id")))
        & within_limits(email, channel)
    )
    if prepared:
        may_go &= Q(version=prepared.version)
    try:
        marked = email._change(
            Cause.MARK, when=may_go, lease=lease, lease_until=until, claims_lost=0
        )
    except IllegalTransition:
        return None
    attempt = Attempt.objects.create(
        email=email,
        number=email.attempts.count() + 1,
        lease=lease,
        channel=channel,
        owner_id=email.owner_id,
        message_id=email.message_id,
        worker=worker,
    )
    marked.attempt = attempt
    marked.save(update_fields=["attempt"])
    if prepared:
        prepared.keep()
    return attempt


def marked_as(email: Email, lease: UUID) -> Attempt | None:
    """The attempt that `lease` has marked and that is still in hand.

    For a worker that does not know whether its mark was committed.
    """
    return Attempt.objects.filter(email=email, lease=lease, ended_at=None).last()


def within_limits(email: Email, channel: Channel) -> Q:
    """Whether its owner and its channel have room, counted from the attempts themselves."""
    room = _fewer(_today(email.owner_id), settings.LIMITS["EMAILS_PER_DAY"])
    if channel.per_minute:
        room &= _fewer(_this_minute(channel), channel.per_minute)
    return room


def full_days(owners: set[int]) -> set[int]:
    """Those of the users with these ids whose limit for a day is reached."""
    last = settings.LIMITS["EMAILS_PER_DAY"] - 1
    return {owner for owner in owners if _today(owner).order_by()[last : last + 1].exists()}


def minute_is_full(channel: Channel) -> bool:
    """Whether the channel has sent what it may within a minute."""
    last = (channel.per_minute or 0) - 1
    return last >= 0 and _this_minute(channel).order_by()[last : last + 1].exists()


def _today(owner_id: int) -> QuerySet[Attempt]:
    return Attempt.objects.filter(owner=owner_id, started_at__gt=Now() - timedelta(days=1))


def _this_minute(channel: Channel) -> QuerySet[Attempt]:
    return Attempt.objects.filter(channel=channel, started_at__gt=Now() - timedelta(minutes=1))


def _fewer(attempts: QuerySet[Attempt], limit: int) -> Q:
    """Whether there are fewer than `limit`: the one that would be one too many is not there."""
    return ~Q(Exists(attempts.order_by()[limit - 1 : limit]))


def _wait_for_turn(channel: Channel) -> None:
    """One mark at a time where a limit is counted, so that two do not both take the last place."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_TURNS, channel.pk % 2**31])
