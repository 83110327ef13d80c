"""A backup taken, mail sent, the backup restored, workers started: as docs/operate.md says."""

import subprocess

import psycopg
import pytest

from commandcenter import embedded
from tests.emails.sending.test_kill import Stage, wait_for

pytestmark = [pytest.mark.long, pytest.mark.xdist_group("celery")]


@pytest.fixture
def stage(tmp_path_factory):
    stage = Stage(tmp_path_factory.mktemp("restore"))
    stage.open()
    yield stage
    stage.close()


def postgres(stage, name, *arguments):
    command = [embedded.binaries_of_postgres() / name, *arguments]
    subprocess.run(command, env=stage.environment, check=True)


def execute(stage, query):
    with psycopg.connect(embedded.database_url(stage.folder)) as connection:
        connection.execute(query)


def test_a_restored_backup_sends_nothing_twice(stage):
    url, backup = embedded.database_url(stage.folder), stage.folder / "backup.dump"
    sockets = ["-h", str(embedded.socket_dir(stage.folder)), "-U", "postgres"]
    stage.make_emails(12)
    execute(stage, "UPDATE emails_email SET send_at = now() + interval '1 day' WHERE id % 3 = 0")
    postgres(stage, "pg_dump", "--format=custom", f"--file={backup}", url)
    execute(stage, "UPDATE emails_email SET send_at = now()")  # somebody brings the rest forward
    with stage.worker():
        wait_for(stage.finished, "sending")
    assert sum(stage.arrived().values()) == 12

    postgres(stage, "dropdb", *sockets, "commandcenter")
    postgres(stage, "createdb", *sockets, "commandcenter")
    postgres(stage, "pg_restore", "--exit-on-error", "--no-owner", f"--dbname={url}", str(backup))
    stage.python("manage.py", "hold_after_restore")
    execute(stage, "UPDATE emails_channel SET paused = false")
    with stage.worker():
        # What goes out after the restore goes out once, and nothing else does.
        stage.python("manage.py", "check_sending", "--seconds", "60")

    assert list(stage.arrived().values()) == [1] * 13
    assert [status for status, *_ in stage.rows()].count("failed") == 8
    assert [status for status, *_ in stage.rows()].count("draft") == 4
