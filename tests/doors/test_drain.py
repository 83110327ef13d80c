"""Before migrating: workers finish what they have in hand and take nothing more."""

import io
from datetime import timedelta

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db.models.functions import Now

from commandcenter import embedded
from commandcenter.celery import app
from emails.models import Email, Status
from tests.emails.sending.test_kill import Stage, wait_for
from tests.factories import make_email, make_user


class Workers:
    """As many as a test wants, by what they answer."""

    def __init__(self) -> None:
        self.running: dict[str, list[dict[str, str]]] = {}
        self.takes_jobs = True

    def cancel_consumer(self, queue, **_options):
        self.takes_jobs = False
        return [{name: {"ok": queue}} for name in self.running]

    def add_consumer(self, queue, **_options):
        self.takes_jobs = True
        return [{name: {"ok": queue}} for name in self.running]

    def inspect(self, **_options):
        return self

    def active(self):
        return self.running or None

    def reserved(self):
        return None


@pytest.fixture
def workers(monkeypatch):
    workers = Workers()
    for name in ("cancel_consumer", "add_consumer", "inspect"):
        monkeypatch.setattr(app.control, name, getattr(workers, name))
    return workers


def drain(*arguments):
    said = io.StringIO()
    call_command("drain", "--timeout", "0", *arguments, stdout=said)
    return said.getvalue()


def test_idle_workers_are_drained_at_once(db, workers):
    workers.running = {"celery@office": []}

    assert drain() == "1 workers take no more jobs.\nNothing is in hand.\n"
    assert not workers.takes_jobs


def test_a_running_job_is_named_when_the_time_is_over(db, workers):
    workers.running = {"celery@office": [{"name": "emails.jobs.dispatch"}]}

    with pytest.raises(CommandError, match=r"emails\.jobs\.dispatch at celery@office") as stopped:
        drain()
    assert stopped.value.returncode == 1


def test_an_email_in_progress_is_waited_for(db, workers):
    make_email(make_user(), Status.IN_PROGRESS)

    with pytest.raises(CommandError, match="1 emails In Progress"):
        drain()


def test_what_a_dead_worker_left_is_given_up(db, workers):
    email = make_email(make_user(), Status.IN_PROGRESS)
    Email.objects.update(lease_until=Now() - timedelta(seconds=1))

    assert "Nothing is in hand." in drain()
    email.refresh_from_db()
    assert email.is_unconfirmed


def test_workers_can_be_let_go_on(db, workers):
    workers.running = {"celery@office": []}
    drain()

    assert drain("--resume") == "1 workers take jobs again.\n"
    assert workers.takes_jobs


@pytest.fixture
def stage(tmp_path_factory):
    stage = Stage(tmp_path_factory.mktemp("drain"))
    stage.open()
    yield stage
    stage.close()


def execute(stage, query):
    with psycopg.connect(embedded.database_url(stage.folder)) as connection:
        connection.execute(query)


@pytest.mark.long
@pytest.mark.xdist_group("celery")
def test_a_drained_worker_takes_nothing_until_it_is_let_go_on(stage):
    stage.make_emails(40)
    execute(stage, "UPDATE emails_email SET send_at = now() + interval '1 day' WHERE id % 2 = 0")
    with stage.worker():
        wait_for(lambda: stage.arrived(), "sending")
        stage.python("manage.py", "drain", "--timeout", "60")
        assert "in_progress" not in {status for status, *_ in stage.rows()}

        execute(stage, "UPDATE emails_email SET send_at = now() WHERE status = 'scheduled'")
        arrived = sum(stage.arrived().values())
        stage.python("manage.py", "drain", "--timeout", "60")  # as long as it takes, nothing goes
        assert sum(stage.arrived().values()) == arrived

        stage.python("manage.py", "drain", "--resume")
        wait_for(stage.finished, "going on")
    assert list(stage.arrived().values()) == [1] * 40
