"""The worker's side: background jobs (`jobs.py` of each app) and the clock that starts them.

PostgreSQL holds what is to be sent; what is lost here costs seconds and no email. So every job
may run twice, late or never, and none has an ETA.
"""

import logging.config
import os
from pathlib import Path
from typing import Any

from celery import Celery
from celery.schedules import crontab
from celery.signals import setup_logging, task_prerun, worker_ready

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "commandcenter.settings")

from django.conf import settings  # the line above must come first
from django.db import close_old_connections

# The one place that says what runs by itself: name → job, seconds or crontab (UTC), and after how
# many seconds a run that nobody took is dropped, so that a pause leaves no pile behind it.
SCHEDULE: dict[str, tuple[str, float | crontab, float]] = {
    "wake the channels": ("emails.jobs.wake_channels", 1, 5),
    "recover what a worker lost": ("emails.jobs.recover", 5, 20),
    "apply the evidence": ("emails.jobs.apply_events", 2, 10),
    "show that jobs run": ("commandcenter.jobs.note_that_jobs_run", 5, 20),
    "advance campaigns": ("campaigns.jobs.advance", 1, 5),
    "go on with campaigns": ("campaigns.jobs.go_on", 60, 50),
    "go on with bulk emails": ("emails.jobs.finish_bulk_sends", 5, 20),
    "go on with many emails": ("search.jobs.go_on_with_all", 5, 20),
    "tell of new matches": ("search.jobs.tell_of_new", 15, 14),
    "remind of tasks": ("tasks.jobs.remind", 5, 20),
    "prune emails": ("emails.jobs.prune", crontab(hour="3", minute="17"), 3600),
    "prune people": ("prospects.jobs.prune", crontab(hour="3", minute="37"), 3600),
    "prune tasks": ("tasks.jobs.prune", crontab(hour="3", minute="42"), 3600),
    "prune searches": ("search.jobs.prune", crontab(hour="3", minute="44"), 3600),
    "prune accounts": ("accounts.jobs.prune", crontab(hour="3", minute="47"), 3600),
}


def broker_url(redis_url: str) -> str:
    """REDIS_URL as Celery spells it: unix:///folder/x.sock is redis+socket:///folder/x.sock."""
    if redis_url.startswith("unix://"):
        return "redis+socket://" + redis_url.removeprefix("unix://")
    return redis_url


app = Celery("commandcenter")
app.set_default()  # in every thread, not only in this one
app.conf.update(
    broker_url=broker_url(settings.REDIS_URL),
    # A worker that starts before the broker, or outlives it for a while, waits for it.
    broker_connection_retry_on_startup=True,
    broker_connection_max_retries=None,
    broker_transport_options={
        "global_keyprefix": f"{settings.REDIS_PREFIX}:",
        # A job whose worker died with its machine is given to another after so long: well above
        # the longest job, for a longer one would run twice.
        "visibility_timeout": 3600,
        "unacked_restore_interval": 10,
        # Look every time; the default would look every tenth time.
        "unacked_restore_throttle": 1,
        "socket_connect_timeout": 3,
        "socket_keepalive": True,
    },
    # A wake that fails is made good by the next one: whoever commits must not wait for it.
    task_publish_retry_policy={"max_retries": 1, "interval_start": 0, "interval_step": 0.1},
    task_ignore_result=True,
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    task_time_limit=1800,
    worker_prefetch_multiplier=1,
    worker_cancel_long_running_tasks_on_connection_loss=False,
    worker_redirect_stdouts=False,
    accept_content=["json"],
    task_serializer="json",
    timezone="UTC",
    beat_schedule={
        name: {"task": job, "schedule": every, "options": {"expires": expires}}
        for name, (job, every, expires) in SCHEDULE.items()
    },
    beat_max_loop_interval=1,
    # This very key: without it Django's connection is made anew for every job.
    CELERY_DB_REUSE_MAX=1000,
)
app.autodiscover_tasks(related_name="jobs")


@setup_logging.connect
def _log_like_the_rest(**kwargs: Any) -> None:
    logging.config.dictConfig(settings.LOGGING)


@task_prerun.connect
def _let_go_of_dead_connections(**kwargs: Any) -> None:
    """A connection that did not survive the last job, or a restart of PostgreSQL, is made anew.

    Django does so for every request; Celery, which keeps it for many jobs, would not.
    """
    close_old_connections()


@worker_ready.connect
def _tell_the_starter(**kwargs: Any) -> None:
    # bin/start waits for this file before it says that all is ready.
    if path := os.environ.get("READY_FILE"):
        Path(path).touch()
