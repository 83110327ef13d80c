"""Workers and PostgreSQL killed with SIGKILL: nothing is lost, nothing is sent twice.

Real Celery workers, a PostgreSQL of their own with fsync on, and a mail server that counts the
Message-IDs it took. These are among the few tests that use the real clock.
"""

import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from commandcenter import embedded
from tests import servers

pytestmark = pytest.mark.xdist_group("celery")
ROOT = Path(__file__).resolve().parents[3]
HANG = 90  # seconds
SHORT = {
    "CLAIM_SECONDS": "2",
    "HAND_OVER_SECONDS": "4",
    "LEASE_SECONDS": "5",
    "DISPATCH_SECONDS": "4",
    "CLAIM_SIZE": "5",
}
MAKE = """
import django, sys
django.setup()
from tests.factories import make_user, make_identity, make_channel, make_email
from emails.models import Status
rita = make_user("Rita")
make_identity(rita, channel=make_channel(rita, port=int(sys.argv[1]), sessions=int(sys.argv[3])))
for number in range(int(sys.argv[2])):
    make_email(rita, Status.SCHEDULED, to_address=f"person{number}@nordlys.example")
"""


class Stage:
    """Own servers, an own database, a sink in its own process, and workers to kill."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.log = folder / "sink.log"
        self.postgres = embedded.Postgres(folder)
        self.valkey = embedded.Valkey(folder)
        self.environment = os.environ | {
            "DATA_DIR": str(folder),
            "DATABASE_URL": embedded.database_url(folder),
            "REDIS_URL": embedded.redis_url(folder),
            "PROCESS": "worker",
            "DJANGO_SETTINGS_MODULE": "commandcenter.settings",
            "LOG_LEVEL": "WARNING",
            **SHORT,
        }

    def open(self) -> None:
        servers.start_migrated(self.postgres)
        self.valkey.start()
        command = [sys.executable, "-m", "tests.sinks", "--log", str(self.log)]
        self.sink = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT)
        self.port = int(self.sink.stdout.readline().split()[-1])

    def close(self) -> None:
        self.sink.kill()
        self.sink.wait()
        self.valkey.stop()
        self.postgres.stop()

    def python(self, *arguments: str) -> None:
        subprocess.run([sys.executable, *arguments], env=self.environment, cwd=ROOT, check=True)

    def make_emails(self, count: int, *, sessions: int = 1) -> None:
        self.python("-c", MAKE, str(self.port), str(count), str(sessions))

    @contextmanager
    def worker(self, die_at: str = "never 0"):
        """A worker with beat inside, in a process group of its own."""
        celery = [sys.executable, "-m", "celery", "-A", "tests.emails.sending.deadly", "worker"]
        options = ["--beat", "-c", "2", "-l", "WARNING", "-s", str(self.folder / "beat")]
        with (self.folder / "worker.log").open("ab") as log:
            process = subprocess.Popen(
                [*celery, *options],
                env=self.environment | {"DIE_AT": die_at},
                cwd=ROOT,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        try:
            yield process
        finally:
            if process.poll() is None:
                os.killpg(process.pid, 9)
            process.wait()

    def rows(self) -> list[tuple[str, str, str]]:
        """(status, reason, Message-ID) of every email."""
        with psycopg.connect(embedded.database_url(self.folder)) as connection:
            return connection.execute(
                "SELECT status, reason, message_id FROM emails_email"
            ).fetchall()

    def finished(self) -> bool:
        return all(status not in {"scheduled", "in_progress"} for status, *_ in self.rows())

    def arrived(self) -> Counter[str]:
        lines = self.log.read_text().splitlines()
        return Counter(json.loads(line)["message_id"].strip("<>") for line in lines)


@pytest.fixture
def stage(tmp_path_factory):
    stage = Stage(tmp_path_factory.mktemp("kill"))
    stage.open()
    yield stage
    stage.close()


def wait_for(condition: Callable[[], bool], what: str) -> None:
    until = time.monotonic() + HANG
    while not condition():
        assert time.monotonic() < until, f"{what} did not happen within {HANG} s"
        time.sleep(0.1)


def unconfirmed(rows: list[tuple[str, str, str]]) -> list[str]:
    return [message for status, reason, message in rows if reason == "unconfirmed"]


def assert_none_lost_and_none_twice(stage: Stage) -> None:
    arrived, rows = stage.arrived(), stage.rows()
    assert max(arrived.values()) == 1, "sent twice"
    in_doubt = unconfirmed(rows)
    for status, reason, message in rows:
        if message not in in_doubt:
            assert status == "delivered", (status, reason)
            assert arrived[message] == 1, "said to be delivered and is not there"


def test_a_worker_killed_at_any_point_loses_nothing_and_sends_nothing_twice(stage):
    from tests.emails.sending.deadly import POINTS

    stage.make_emails(30)
    for point in POINTS:
        with stage.worker(die_at=f"{point} 2") as worker:
            wait_for(lambda: worker.poll() is not None, f"dying {point}")
    with stage.worker():
        wait_for(stage.finished, "finishing")

    assert_none_lost_and_none_twice(stage)
    # Once marked, who dies leaves one email in doubt; before, none.
    in_doubt = unconfirmed(stage.rows())
    assert len(in_doubt) == len(POINTS) - 1
    # Of these the server has those whose final dot was written.
    assert sum(stage.arrived()[message] for message in in_doubt) == 2


def test_a_killed_database_loses_nothing_and_sends_nothing_twice(stage):
    stage.make_emails(60, sessions=2)
    with stage.worker():
        for reached in (8, 30):
            wait_for(lambda: sum(stage.arrived().values()) >= reached, "sending")  # noqa: B023
            stage.postgres.kill()
            stage.postgres.start()
        wait_for(stage.finished, "finishing")

    assert_none_lost_and_none_twice(stage)
    assert len(unconfirmed(stage.rows())) <= 4  # two sessions, cut twice
