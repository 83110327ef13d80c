from datetime import timedelta

from django.core.cache import cache
from django.db import OperationalError
from django.utils import timezone

from commandcenter import health, jobs
from emails.models import Status
from tests.factories import make_email, make_user


def test_anybody_may_ask_whether_all_is_well(client, db):
    response = client.get("/healthz")

    assert response.status_code == 200
    assert response.json() == {
        "web": "ok",
        "database": "ok",
        "redis": "ok",
        "jobs_ran_seconds_ago": None,
        "oldest_due_email_seconds": None,
    }


def test_it_tells_when_a_job_last_ran(client, db):
    jobs.note_that_jobs_run()

    assert client.get("/healthz").json()["jobs_ran_seconds_ago"] < 5


def test_it_tells_how_late_the_oldest_due_email_is(client, db):
    make_email(make_user(), Status.SCHEDULED, send_at=timezone.now() - timedelta(minutes=2))

    late = client.get("/healthz").json()["oldest_due_email_seconds"]

    assert 120 <= late < 150


def test_a_database_that_is_down_is_a_503(client, monkeypatch):
    def refused(*args, **kwargs):
        raise OperationalError("connection refused")

    monkeypatch.setattr(health.transaction, "atomic", refused)
    response = client.get("/healthz")

    assert response.status_code == 503
    assert response.json()["database"] == "down"


def test_redis_that_is_down_does_not_take_the_pages_away(client, db, monkeypatch):
    def refused(*args, **kwargs):
        raise ConnectionError("refused")

    monkeypatch.setattr(cache, "get", refused)
    response = client.get("/healthz")

    assert response.status_code == 200
    assert response.json()["redis"] == "down"


def test_both_hosts_answer(client, db, settings):
    settings.ALLOWED_HOSTS = ["crm.example", "links.example"]
    settings.BASE_HOST, settings.TRACKING_HOST = "crm.example", "links.example"
    for host in settings.ALLOWED_HOSTS:
        assert client.get("/healthz", headers={"host": host}).status_code == 200
