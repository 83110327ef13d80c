"""What has changed of late: a short log for each user, in Redis.

A page compares where its user's log ends by “different”; whoever keeps what was found once reads what
has been announced since. That only saves asking: a log that is lost costs a visible page one reload a
minute later, and what was found is found anew; never data, so that nothing here ever raises.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any

import structlog
from django.conf import settings
from django.db import transaction
from redis import Redis

log = structlog.get_logger(__name__)
redis = Redis.from_url(settings.REDIS_URL)

# Instead of a user's id: a log that whoever counts reads beside their own. It wakes only what counts
# on a page, and seldom; all pages would reload whenever anybody edits a person.
EVERYBODY = 0
# A log is as long as what a page may miss while it is open; `since` says when it is too short.
_ENTRIES = 1000
_KEPT_SECONDS = 3600
# From so many ids on it may as well be anything.
MOST = 2000


@dataclass(frozen=True)
class News:
    """The ids of emails, and of people, of which something has changed: of people what is known of
    them, or of any email to them; of emails all but to whom they go."""

    emails: frozenset[int] = frozenset()
    people: frozenset[int] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.emails or self.people)


def announce(
    *user_ids: int, emails: Iterable[int] | None = None, people: Iterable[int] | None = None
) -> None:
    """Tell these users, once the running transaction has committed, that something has changed.

    Of emails and people it is no others than these, by their ids (`News` says what that means); it
    may be anything if neither are given.
    """
    given = {"emails": emails, "people": people}
    told = {name: list(ids) for name, ids in given.items() if ids is not None}
    if sum(map(len, told.values())) > MOST:
        told = {}
    fields = {name: " ".join(map(str, ids)) for name, ids in told.items()} or {"anything": ""}
    transaction.on_commit(partial(_write, set(user_ids), fields), robust=True)


def announce_elsewhere() -> None:
    """Let whoever counts what colleagues do, tasks and campaigns, count anew once the running
    transaction has committed: they find all of it, whatever has changed."""
    announce(EVERYBODY, people=())


def seen_by(*user_ids: int) -> str:
    """Where the logs of these end now. Read it before the data that is shown or kept."""
    try:
        with redis.pipeline(transaction=False) as asked:
            for user_id in user_ids:
                asked.xrevrange(_log_of(user_id), count=1)
            return " ".join(found[0][0].decode() if found else "0" for found in asked.execute())
    except Exception as error:  # redis-py raises its own family, and OSError below it
        log.warning("changes not read", error=str(error))
        return ""


def since(seen: str, *user_ids: int) -> News | None:
    """What has been announced to these since `seen_by` said `seen` of them; None if it may be anything."""
    emails, people = set[int](), set[int]()
    try:
        with redis.pipeline(transaction=False) as asked:
            for end, user_id in zip(seen.split(), user_ids, strict=True):
                asked.xrange(_log_of(user_id), min=end)
            for end, entries in zip(seen.split(), asked.execute(), strict=True):
                for fields in _after(end, entries):
                    emails |= _unpacked(fields.get(b"emails", b""))
                    people |= _unpacked(fields.get(b"people", b""))
    except Anything:
        return None
    except Exception as error:
        log.warning("changes not read", error=str(error))
        return None
    return News(frozenset(emails), frozenset(people)) if len(emails) + len(people) <= MOST else None


class Anything(Exception):
    """Somebody said so, or nobody can say what it was."""


def _after(end: str, entries: list[Any]) -> list[dict[bytes, bytes]]:
    """What was written after the entry `end`, with which `entries` begin, unless it has gone."""
    if end == "0" and not entries:
        return []
    if not entries or entries[0][0].decode() != end:
        raise Anything
    told = [fields for _id, fields in entries[1:]]
    if any(b"anything" in fields for fields in told):
        raise Anything
    return told


def _write(user_ids: set[int], fields: dict[str, str]) -> None:
    try:
        with redis.pipeline(transaction=False) as told:
            for user_id in user_ids:
                key = _log_of(user_id)
                told.xadd(key, fields, maxlen=_ENTRIES)  # type: ignore[arg-type]
                told.expire(key, _KEPT_SECONDS)
            told.execute()
    except Exception as error:
        log.warning("changes not written", error=str(error))


def _log_of(user_id: int) -> str:
    return f"{settings.REDIS_PREFIX}:changes:{user_id}"


def _unpacked(told: bytes) -> set[int]:
    return set(map(int, told.split()))
