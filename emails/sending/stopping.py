"""Whether this worker has been asked to stop.

The parent of a prefork pool is told; its children, who send, look here between two emails, so
that a stop finishes the email in hand, gives back the rest and only then exits.
"""

from billiard.sharedctypes import RawValue
from celery.signals import worker_init, worker_shutting_down

# Shared with the children, which are forked later. Without a lock: a child that is killed while
# it looks must not keep the others from looking.
_asked = RawValue("b", 0)


@worker_init.connect
def _start(**_kwargs: object) -> None:
    _asked.value = 0


@worker_shutting_down.connect
def _stop(**_kwargs: object) -> None:
    _asked.value = 1


def stopping() -> bool:
    return bool(_asked.value)
