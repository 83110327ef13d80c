"""How much may be sent: a user's emails of a day, a channel's of a minute.

Both are counted from the attempts themselves. What was counted once for a batch is asked again by
every mark, which takes its turn first: of two that are marked at once one sees the other.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from django.conf import settings
from django.db import connection

from ..models import Attempt, Channel
from .statements import TURN, bound

# The first half of the keys of PostgreSQL's advisory locks.
_CHANNELS, _OWNERS = 0x43430002, 0x43430003

# Whoever was marked before has committed when this has their turns, and whoever comes later
# begins after `now`: so what is counted here and what a mark counts since is each one once.
_SENT = f"""
SELECT pg_advisory_xact_lock({_OWNERS}, owner) FROM unnest(%(turns)s::int[]) AS owner;
SELECT clock_timestamp(), owner.id, (
        SELECT count(*) FROM emails_attempt
         WHERE owner_id = owner.id AND started_at > clock_timestamp() - interval '1 day'
           AND {Attempt.COUNTED})
  FROM unnest(%(owners)s::bigint[]) AS owner(id)
"""  # noqa: S608


class Room(NamedTuple):
    """How many emails each of some users may send today, as of a moment."""

    left: dict[int, int]
    since: datetime | None

    @property
    def full(self) -> set[int]:
        """Those whose limit for a day is reached."""
        return {owner for owner, left in self.left.items() if left <= 0}


def room_today(owners: Iterable[int]) -> Room:
    """What is left of the day's limit of the users with these ids."""
    ids = sorted(set(owners))
    turns = sorted({_key(owner) for owner in ids})
    with connection.cursor() as cursor:
        cursor.execute(_SENT, {"turns": turns, "owners": ids})
        cursor.nextset()
        rows = cursor.fetchall()
    limit = settings.LIMITS["EMAILS_PER_DAY"]
    # The earliest moment counts one twice rather than none.
    return Room(
        {owner: limit - sent for _, owner, sent in rows}, min((r[0] for r in rows), default=None)
    )


def minute_is_full(channel: Channel) -> bool:
    """Whether the channel has sent what it may within a minute."""
    last = (channel.per_minute or 0) - 1
    return last >= 0 and Attempt.objects.of_minute(channel)[last : last + 1].exists()


def turns(channel: Channel, owner_id: int) -> list[str]:
    """What a mark waits for before it counts: those before it on its channel, if that has a limit,
    and those of its sender."""
    keys = [(_CHANNELS, channel.pk)] if channel.per_minute else []
    return [
        bound(TURN, {"kind": kind, "key": _key(pk)}) for kind, pk in [*keys, (_OWNERS, owner_id)]
    ]


def _key(pk: int) -> int:
    return pk % 2**31
