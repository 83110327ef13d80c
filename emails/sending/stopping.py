"""Whether this worker has been asked to stop.

The parent of a prefork pool is told; its children, who send, look here between two emails, so
that a stop finishes the email in hand, gives back the rest and only then exits.
"""

from billiard import Event
from celery.signals import worker_init, worker_shutting_down

_asked = Event()  # shared with the children, which are forked later


@worker_init.connect
def _start(**_kwargs: object) -> None:
    _asked.clear()


@worker_shutting_down.connect
def _stop(**_kwargs: object) -> None:
    _asked.set()


def stopping() -> bool:
    return bool(_asked.is_set())
