"""Taking what is due, a few emails at a time, so that no two workers prepare the same one.

A claim is no transition: it sets lease columns, and the email stays Scheduled and can be pulled
back, edited or stopped meanwhile. PostgreSQL is the queue and its clock the only one.
"""

from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F
from django.db.models.functions import Now

from ..models import Channel, Email, IllegalTransition

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

# After so many claims lost to crashes it is claimed alone; after one more it is Failed.
ALONE_AFTER = 2
# The two halves of PostgreSQL's advisory lock keys: this one is for slots of channels.
_SLOTS = 0x43430001

# A sender's next due email is found in the index (channel, owner, send_at), whatever the backlog:
# the recursion steps from sender to sender, and each one's oldest are taken in turn. Every part asks
# in that index's own order, else the planner goes through all that a sender ever wrote.
_SENDERS = """
WITH RECURSIVE senders AS (
    (SELECT owner_id FROM emails_email
      WHERE channel_id = %(channel)s AND status = 'scheduled' AND removed_at IS NULL
      ORDER BY owner_id, send_at, id LIMIT 1)
    UNION ALL
    SELECT (SELECT owner_id FROM emails_email
             WHERE channel_id = %(channel)s AND status = 'scheduled' AND removed_at IS NULL
               AND owner_id > senders.owner_id
             ORDER BY owner_id, send_at, id LIMIT 1)
      FROM senders WHERE senders.owner_id IS NOT NULL
)
SELECT owner_id FROM senders
 WHERE owner_id IS NOT NULL AND owner_id <> ALL(%(without)s::bigint[]) AND (
    SELECT id FROM emails_email
     WHERE channel_id = %(channel)s AND owner_id = senders.owner_id
       AND status = 'scheduled' AND removed_at IS NULL AND send_at <= statement_timestamp()
       AND (lease_until IS NULL OR lease_until <= statement_timestamp())
     ORDER BY send_at, id LIMIT 1) IS NOT NULL
 ORDER BY owner_id <= %(after)s, owner_id
 LIMIT %(size)s
"""

# A lease whose holder is gone was lost to a crash: as long as it lives, it keeps an advisory lock
# on its lease, so that trying that lock tells a dead worker from a slow one.
_CLAIM = """
WITH picked AS MATERIALIZED (
    SELECT due.id FROM unnest(%(senders)s::bigint[]) AS sender(id), LATERAL (
        SELECT id FROM emails_email
         WHERE channel_id = %(channel)s AND owner_id = sender.id
           AND status = 'scheduled' AND removed_at IS NULL AND send_at <= statement_timestamp()
           AND (lease_until IS NULL OR lease_until <= statement_timestamp())
         ORDER BY send_at, id LIMIT %(share)s
         FOR NO KEY UPDATE SKIP LOCKED
    ) AS due
)
UPDATE emails_email
   SET lease = %(lease)s,
       lease_until = statement_timestamp() + make_interval(secs => %(seconds)s),
       claims_lost = claims_lost + CASE
           WHEN lease IS NOT NULL AND pg_try_advisory_xact_lock(hashtextextended(lease::text, 0))
           THEN 1 ELSE 0 END
  FROM picked
 WHERE emails_email.id = picked.id
RETURNING emails_email.id, claims_lost
"""


class Claimed(NamedTuple):
    emails: list[Email]
    last_sender: int


@contextmanager
def slot(channel: Channel, lease: UUID) -> "Iterator[int | None]":
    """One of the channel's connections at a time for this process, or None if all are taken.

    PostgreSQL frees it when the process dies, and with it the sign that `lease` is alive.
    """
    with connection.cursor() as cursor:
        taken = next(
            (number for number in range(channel.sessions) if _take(cursor, channel, number)), None
        )
        if taken is not None:
            cursor.execute("SELECT pg_advisory_lock(hashtextextended(%s, 0))", [str(lease)])
    try:
        yield taken
    finally:
        if taken is not None and connection.is_usable():
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT pg_advisory_unlock(%s, %s),"
                    " pg_advisory_unlock(hashtextextended(%s, 0))",
                    [_SLOTS, _slot_key(channel, taken), str(lease)],
                )


def _take(cursor: object, channel: Channel, number: int) -> bool:
    cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [_SLOTS, _slot_key(channel, number)])  # type: ignore[attr-defined]
    return bool(cursor.fetchone()[0])  # type: ignore[attr-defined]


def _slot_key(channel: Channel, number: int) -> int:
    return (channel.pk * 64 + number) % 2**31


def free_slots(channel: Channel) -> int:
    """How many of the channel's connections no process holds now."""
    keys = [_slot_key(channel, number) for number in range(channel.sessions)]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted"
            " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
            " AND classid = %s AND objid = ANY(%s)",
            [_SLOTS, keys],
        )
        return channel.sessions - int(cursor.fetchone()[0])


@transaction.atomic
def claim(
    channel: Channel, lease: UUID, *, size: int, after: int = 0, without: "Collection[int]" = ()
) -> Claimed:
    """Take up to `size` due emails of `channel`, in turn from all its senders but those `without`.

    `after` is the id of the sender who was served last. What was lost to crashes three times is
    Failed here; what was lost twice comes alone, so that it takes nobody with it.
    """
    seconds = settings.SENDING["CLAIM_SECONDS"]
    with connection.cursor() as cursor:
        cursor.execute(
            _SENDERS,
            {"channel": channel.pk, "after": after, "size": size, "without": list(without)},
        )
        senders = [row[0] for row in cursor.fetchall()]
        if not senders:
            return Claimed([], 0)
        cursor.execute(
            _CLAIM,
            {
                "channel": channel.pk,
                "senders": senders,
                "share": -(-size // len(senders)),
                "lease": lease,
                "seconds": seconds,
            },
        )
        lost = dict(cursor.fetchall())
    mine = _without_the_dangerous(lost, lease)
    emails = Email.objects.filter(pk__in=mine).select_related(
        "content", "identity", "channel", "owner", "person", "continues"
    )
    in_turn = sorted(emails.soonest_first(), key=lambda email: senders.index(email.owner_id))
    return Claimed(in_turn, senders[-1])


def _without_the_dangerous(lost: dict[int, int], lease: UUID) -> list[int]:
    """The ids to go on with, after those that keep crashing their workers are set apart."""
    for pk in [pk for pk, times in lost.items() if times > ALONE_AFTER]:
        Email.objects.get(pk=pk).stop("could_not_be_prepared", lease=lease)
        del lost[pk]
    suspect = next((pk for pk, times in lost.items() if times == ALONE_AFTER), None)
    if suspect is None:
        return list(lost)
    give_back(lease, [pk for pk in lost if pk != suspect])
    return [suspect]


def claim_one(email: Email, lease: UUID) -> None:
    """Claim exactly `email`, due or not; raises IllegalTransition if somebody else has it."""
    until = Now() + timedelta(seconds=settings.SENDING["CLAIM_SECONDS"])
    moved = (
        Email.objects.in_folder(Email.Status.SCHEDULED)
        .unclaimed()
        .filter(pk=email.pk)
        .update(lease=lease, lease_until=until)
    )
    if not moved:
        raise IllegalTransition(Email.objects.get(pk=email.pk), Email.Cause.MARK)
    email.refresh_from_db()


def give_back(lease: UUID, pks: "Sequence[int] | None" = None) -> int:
    """Let others have what this lease has claimed and not marked; returns how many."""
    mine = Email.objects.in_folder(Email.Status.SCHEDULED).filter(lease=lease)
    if pks is not None:
        mine = mine.filter(pk__in=pks)
    return mine.update(lease=None, lease_until=None)


def count_as_lost(lease: UUID, email: Email) -> None:
    """Give back one that broke the work of whoever had it, as if they had died of it."""
    mine = Email.objects.in_folder(Email.Status.SCHEDULED).filter(lease=lease, pk=email.pk)
    mine.update(lease=None, lease_until=None, claims_lost=F("claims_lost") + 1)
