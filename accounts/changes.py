"""One counter per user that live pages compare by “different”.

It lives in Redis and only saves asking: a lost count costs a visible page one reload a minute
later, never data, so that nothing here ever raises.
"""

import structlog
from django.core.cache import cache
from django.db import transaction

log = structlog.get_logger(__name__)


def seen_by(user_id: int) -> int:
    """The count now. Read it before the data that the page shows."""
    try:
        return int(cache.get(f"changes:{user_id}") or 0)
    except Exception as error:  # redis-py raises its own family, and OSError below it
        log.warning("change counter not read", error=str(error))
        return 0


def announce(*user_ids: int) -> None:
    """Tell the pages of these users, once the running transaction has committed."""
    transaction.on_commit(lambda: _count(user_ids), robust=True)


def _count(user_ids: tuple[int, ...]) -> None:
    for user_id in set(user_ids):
        key = f"changes:{user_id}"
        try:
            cache.add(key, 0, timeout=None)
            cache.incr(key)
        except Exception as error:
            log.warning("change counter not raised", error=str(error))
