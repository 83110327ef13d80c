"""A sign of life that passes through everything jobs need: clock, broker, worker, cache."""

from celery import shared_task

from . import health


@shared_task(ignore_result=True)
def note_that_jobs_run() -> None:
    """Let /healthz see that jobs run."""
    health.note_that_jobs_run()
