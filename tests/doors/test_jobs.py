import psycopg
import pytest
from celery.signals import task_prerun
from django.conf import settings
from django.db import OperationalError, connection

from accounts.models import User
from commandcenter.celery import SCHEDULE, app, broker_url
from emails.jobs import wake_channels


@pytest.mark.parametrize(
    ("redis", "broker"),
    [
        ("unix:///tmp/cc/valkey.sock", "redis+socket:///tmp/cc/valkey.sock"),
        ("redis://redis:6379/0", "redis://redis:6379/0"),
        ("rediss://user:pw@redis:6380/1", "rediss://user:pw@redis:6380/1"),
    ],
)
def test_the_broker_is_the_one_that_the_cache_uses(redis, broker):
    assert broker_url(redis) == broker


def test_every_job_that_runs_by_itself_exists():
    app.loader.import_default_modules()

    assert {job for job, _every, _expires in SCHEDULE.values()} <= set(app.tasks)


def test_a_run_that_nobody_took_is_dropped():
    assert all(entry["options"]["expires"] for entry in app.conf.beat_schedule.values())


def test_no_job_is_given_to_another_worker_while_it_may_still_run():
    longest = settings.SENDING["DISPATCH_SECONDS"] + settings.SENDING["LEASE_SECONDS"]

    assert longest < app.conf.task_time_limit
    assert app.conf.task_time_limit < app.conf.broker_transport_options["visibility_timeout"]


def test_a_job_that_was_cut_runs_again_and_none_waits_behind_another():
    assert app.conf.task_acks_late
    assert app.conf.task_reject_on_worker_lost
    assert app.conf.worker_prefetch_multiplier == 1
    assert app.conf.get("CELERY_DB_REUSE_MAX") > 0


@pytest.mark.django_db(transaction=True)
def test_a_job_after_a_restart_of_the_database_has_a_connection_that_works():
    User.objects.count()
    pid = connection.connection.info.backend_pid
    with psycopg.connect(_dsn()) as other:
        other.execute("SELECT pg_terminate_backend(%s)", [pid])
    with pytest.raises(OperationalError):
        User.objects.count()

    task_prerun.send(sender=wake_channels)

    User.objects.count()


def _dsn() -> str:
    known = connection.get_connection_params()
    names = {"dbname", "user", "password", "host", "port"}
    return psycopg.conninfo.make_conninfo(**{name: known[name] for name in names & known.keys()})
