"""The engine: claims enrollments whose next turn is due to be made, and makes it, by the hundred.

A chunk is one transaction: it makes the turns with their emails and tasks, and takes the enrollments
forward. A run that is killed leaves whole chunks; two at once pass over what the other one has
locked; and no step is done twice even if all this were wrong: the table allows each step one turn.
The only clock is PostgreSQL's.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from functools import partial

import structlog
from django.db import DataError, Error, IntegrityError, transaction
from django.db.models.functions import Now

from emails.jobs import once

from . import assigning, making
from .chunks import Chunk, Next
from .models import Because, Enrollment, Hitch, State
from .models.enrollments import tell_owners

log = structlog.get_logger(__name__)

CHUNK = 500

Make = Callable[[Chunk, Sequence[Next]], None]


@transaction.atomic
def advance(limit: int = CHUNK) -> int:
    """Make the next turn of enrollments that are due, at most `limit`; returns how many were taken
    forward, which is 0 only if nothing is due or others are at it."""
    chunk = Chunk.claim(limit)
    _complete(chunk.finished)
    # Nothing is under way for them: what came before is done.
    _set(chunk.gone, state=State.ENDED, because=Because.REMOVED, ended_at=Now(), advance_at=None)
    trouble: dict[Hitch, list[Next]] = defaultdict(list)
    emails, tasks = [], []
    for each in chunk.following:
        if each.is_task:
            tasks.append(each)
        elif each.is_ready:
            emails.append(each)
        else:
            trouble[Hitch.NO_CHANNEL].append(each)
    trouble[Hitch.NOT_MADE] = [
        *_make(making.make, chunk, emails),
        *_make(assigning.make, chunk, tasks),
    ]
    for hitch, those in trouble.items():
        _needs_attention(hitch, those)
    tell_owners([each.enrollment for each in chunk.following])
    return len(chunk.enrollments)


def wake() -> None:
    """Let a worker advance what this transaction makes due, once it has committed."""
    from .jobs import advance as job

    transaction.on_commit(partial(once, "wake:campaigns", job.delay), robust=True)


def _make(make: Make, chunk: Chunk, turns: list[Next]) -> list[Next]:
    """Make all of `turns`, or where that breaks off each by itself; returns those that failed."""
    if not turns:
        return []
    try:
        with transaction.atomic():
            make(chunk, turns)
    except Exception as error:
        if len(turns) == 1:
            return [_failed(turns[0], error)]
        return [failed for each in turns for failed in _make(make, chunk, [each])]
    return []


def _failed(turn: Next, error: Exception) -> Next:
    """Note why; when the database is away it is nobody's fault, and the chunk is tried again."""
    if isinstance(error, Error) and not isinstance(error, DataError | IntegrityError):
        raise error
    log.error("turn not made", enrollment=turn.enrollment.pk, step=turn.step.pk, exc_info=error)
    return turn


def _complete(enrollments: list[Enrollment]) -> None:
    _set(enrollments, state=State.COMPLETED, ended_at=Now(), advance_at=None)


def _needs_attention(hitch: Hitch, turns: list[Next]) -> None:
    those = [each.enrollment for each in turns]
    _set(those, state=State.ATTENTION, hitch=hitch, advance_at=None)


def _set(enrollments: list[Enrollment], **changes: object) -> None:
    if enrollments:
        ids = [enrollment.pk for enrollment in enrollments]
        Enrollment.objects.filter(pk__in=ids).update(**changes)
        tell_owners(enrollments)
