"""A clock for PostgreSQL and Python that shows what it is told.

On the running connection a schema with functions of the clock's names stands before PostgreSQL's
own. What a column's default says is bound to the real ones and stays real.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import time_machine
from django.db import connection

_FUNCTIONS = "\n".join(
    f"CREATE OR REPLACE FUNCTION sim.{name}() RETURNS timestamptz LANGUAGE sql STABLE"
    " AS $$ SELECT current_setting('sim.now')::timestamptz $$;"
    for name in ("now", "statement_timestamp", "transaction_timestamp", "clock_timestamp")
)


class Clock:
    """What it is now, for both."""

    def __init__(self, traveller: time_machine.Traveller) -> None:
        self.traveller = traveller

    def show(self, moment: datetime) -> None:
        self.moment = moment
        self.traveller.move_to(moment, tick=False)
        tell_database(moment)


def tell_database(moment: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('sim.now', %s, false)", [moment.isoformat()])


def listen() -> None:
    """Let the running connection ask the simulated clock."""
    with connection.cursor() as cursor:
        cursor.execute("SET search_path = sim, public, pg_catalog")


@contextmanager
def simulated_clock(start: datetime) -> Iterator[Clock]:
    """Let the time stand still at `start`, on the running connection and in this process."""
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE SCHEMA IF NOT EXISTS sim; {_FUNCTIONS}")
    with time_machine.travel(start.astimezone(UTC), tick=False) as traveller:
        clock = Clock(traveller)
        clock.show(start)
        listen()
        try:
            yield clock
        finally:
            with connection.cursor() as cursor:
                cursor.execute("SET search_path = DEFAULT")
