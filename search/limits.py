"""No search takes longer than somebody waits for, and none holds the database up."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from django.db import OperationalError, connection, transaction
from django.utils.translation import gettext as _
from psycopg.errors import QueryCanceled

from .problems import Problem, TooSlow

if TYPE_CHECKING:
    from django.db.models import QuerySet

SECONDS = 2
# Where a page asks several times.
TOGETHER = 3
# PostgreSQL is only told again when what is left has shrunk by so much.
_ABOUT = 0.02

_until: ContextVar[float | None] = ContextVar("until", default=None)


@contextmanager
def together(seconds: float = TOGETHER) -> Iterator[None]:
    """All that is asked `within_limit` in here takes so long at most; what comes too late raises
    TooSlow at once."""
    token = _until.set(time.monotonic() + seconds)
    try:
        yield
    finally:
        _until.reset(token)


@contextmanager
def within_limit(seconds: float = SECONDS) -> Iterator[None]:
    """Each query in here takes so long at most; raises TooSlow otherwise."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('statement_timeout')")
            before = cursor.fetchone()
            _let_it_take(f"{int(seconds * 1000)}ms")
            with connection.execute_wrapper(_Left(seconds)):
                yield
            _let_it_take(before[0])  # of a transaction around this one the rest
    except OperationalError as error:
        if not isinstance(error.__cause__, QueryCanceled):
            raise
        raise _too_slow() from error


def quick_enough[Found: "QuerySet[Any]"](found: Found) -> Found:
    """`found` itself, if what is done with all of it will not hang; raises TooSlow otherwise."""
    with within_limit():
        found.order_by().count()
    return found


class _Left:
    """Before each query: it may take no longer than what is left for all `together`."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        until = None if sql.startswith(_CONTROL) else _until.get()
        if until is not None and (left := until - time.monotonic()) < self.seconds - _ABOUT:
            if left < _ABOUT:
                raise _too_slow()
            self.seconds = left
            # Past Django, which would ask here again.
            context["connection"].connection.execute(_SET, [f"{int(left * 1000)}ms"])
        return execute(sql, params, many, context)


# What ends a transaction that has failed, in which nothing else can be said.
_CONTROL = ("SAVEPOINT", "RELEASE", "ROLLBACK")
_SET = "SELECT set_config('statement_timeout', %s, true)"


def _let_it_take(how_long: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_SET, [how_long])


def _too_slow() -> TooSlow:
    return TooSlow(
        Problem(
            _(
                "This search takes too long. Say more about what you look for: a campaign, a"
                " status, a date."
            )
        )
    )
