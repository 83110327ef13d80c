"""No search takes longer than somebody waits for, and none holds the database up."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from django.db import OperationalError, connection, transaction
from django.utils.translation import gettext as _
from psycopg.errors import QueryCanceled

from .problems import Problem, TooSlow

if TYPE_CHECKING:
    from django.db.models import QuerySet

SECONDS = 2


@contextmanager
def within_limit(seconds: float = SECONDS) -> Iterator[None]:
    """Each query in here takes so long at most; raises TooSlow otherwise."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('statement_timeout')")
            before = cursor.fetchone()
            _let_it_take(f"{int(seconds * 1000)}ms")
            yield
            _let_it_take(before[0])  # of a transaction around this one the rest
    except OperationalError as error:
        if not isinstance(error.__cause__, QueryCanceled):
            raise
        raise TooSlow(
            Problem(
                _(
                    "This search takes too long. Say more about what you look for: a campaign, a"
                    " status, a date."
                )
            )
        ) from error


def quick_enough[Found: "QuerySet[Any]"](found: Found) -> Found:
    """`found` itself, if what is done with all of it will not hang; raises TooSlow otherwise."""
    with within_limit():
        found.order_by().count()
    return found


def _let_it_take(how_long: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('statement_timeout', %s, true)", [how_long])
