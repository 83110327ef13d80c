"""Asking the database until it is known what became of what it was asked for."""

import time
from collections.abc import Callable

import structlog
from django.db import InterfaceError, OperationalError, connection

log = structlog.get_logger(__name__)

# After these it is not known whether what was asked for was committed.
IN_DOUBT = (OperationalError, InterfaceError)


def insist[Known](ask: Callable[[], Known]) -> Known:
    """Ask the database until it answers, however long it is away."""
    pause = 0.2
    while True:
        connection.close()
        try:
            return ask()
        except IN_DOUBT as error:
            log.warning("the database does not answer", error=str(error))
            time.sleep(pause)
            pause = min(pause * 2, 5)
