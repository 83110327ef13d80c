"""What /healthz tells."""

import time
from typing import Any

from django.core.cache import cache
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from emails.models import Email

JOBS_RAN = "health:jobs-ran"


def report() -> dict[str, Any]:
    """How the parts are: each "ok" or "down", and how late jobs and emails are, in seconds.

    `jobs_ran_seconds_ago` is None if none has run for an hour; `oldest_due_email_seconds` is
    None if no email is due. Neither is judged here: a worker can be replaced without taking the
    pages away.
    """
    redis, ran = _redis()
    database, due = _database()
    return {
        "web": "ok",
        "database": database,
        "redis": redis,
        "jobs_ran_seconds_ago": ran,
        "oldest_due_email_seconds": due,
    }


def note_that_jobs_run() -> None:
    """Called by a job every few seconds."""
    cache.set(JOBS_RAN, time.time(), timeout=3600)


def _redis() -> tuple[str, float | None]:
    try:
        at = cache.get(JOBS_RAN)
    except Exception:  # the families of errors of clients and sockets are many
        return "down", None
    return "ok", None if at is None else round(max(0.0, time.time() - at), 1)


def _database() -> tuple[str, float | None]:
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL statement_timeout = '3s'")
            due = Email.objects.due().soonest_first().values_list("send_at", flat=True).first()
    except DatabaseError:
        return "down", None
    return "ok", None if due is None else round((timezone.now() - due).total_seconds(), 1)
