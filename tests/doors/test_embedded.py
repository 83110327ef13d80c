import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import psycopg
import pytest
import redis

from commandcenter import embedded


@pytest.fixture
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("data")


@pytest.fixture
def postgres(folder):
    server = embedded.Postgres(folder, durable=False)
    yield server
    server.stop()


@pytest.fixture
def valkey(folder):
    server = embedded.Valkey(folder)
    yield server
    server.stop()


def ask(folder, query):
    with psycopg.connect(embedded.database_url(folder)) as connection:
        return connection.execute(query).fetchone()[0]


def test_addresses_are_known_before_anything_runs(folder):
    assert str(embedded.socket_dir(folder)) in embedded.database_url(folder)
    assert embedded.redis_url(folder).startswith("unix:///")
    assert embedded.socket_dir(folder) != embedded.socket_dir(folder / "other")


def test_a_long_temporary_folder_does_not_make_a_socket_too_long(folder, monkeypatch):
    monkeypatch.setattr("tempfile.gettempdir", lambda: "/long" * 30)

    assert len(str(embedded.socket_dir(folder) / ".s.PGSQL.5432")) < 104


def test_postgres_starts_keeps_what_it_was_told_and_stops(folder, postgres):
    postgres.start()
    with psycopg.connect(embedded.database_url(folder)) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    postgres.stop()
    assert not postgres.running
    assert not (folder / "postgres" / "postmaster.pid").exists()

    postgres.start()
    assert ask(folder, "SELECT answer FROM kept") == 42


def test_swedish_letters_have_case_and_stems(folder, postgres):
    postgres.start()

    assert ask(folder, "SELECT lower('ÅÄÖ')") == "åäö"
    assert ask(folder, "SELECT to_tsvector('swedish', 'ÅTGÄRDER')::text") == "'åtgärd':1"


def test_valkey_keeps_its_queue_over_a_restart(folder, valkey):
    valkey.start()
    redis.Redis.from_url(embedded.redis_url(folder)).rpush("queue", "job")
    valkey.stop()
    valkey.start()

    assert redis.Redis.from_url(embedded.redis_url(folder)).lrange("queue", 0, -1) == [b"job"]


def test_only_we_may_enter_the_folder_of_the_sockets(folder, valkey):
    valkey.start()
    assert embedded.socket_dir(folder).stat().st_mode & 0o077 == 0
    valkey.stop()
    embedded.socket_dir(folder).mkdir(mode=0o777)
    embedded.socket_dir(folder).chmod(0o777)

    with pytest.raises(embedded.EmbeddedError, match="open to others"):
        valkey.start()


def test_a_stale_lock_file_is_dealt_with(folder, postgres):
    postgres.start()
    postgres.stop()
    # The number belongs to a living process that has nothing to do with it.
    (folder / "postgres" / "postmaster.pid").write_text(f"{os.getpid()}\n{folder}/postgres\n")

    postgres.start()

    assert ask(folder, "SELECT 1") == 1


def test_after_a_kill_it_starts_again_with_all_that_was_committed(folder, postgres):
    postgres.durable = True
    postgres.start()
    with psycopg.connect(embedded.database_url(folder)) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    postgres.kill()
    postgres.start()

    assert ask(folder, "SELECT answer FROM kept") == 42


def test_who_is_still_there_is_stopped_by_the_next_one(folder, postgres):
    other = embedded.Postgres(folder, durable=False)
    other.start()
    postgres.start()

    assert other.process.wait(10) == 0
    assert ask(folder, "SELECT 1") == 1


STARTER = """
import sys
from pathlib import Path
from commandcenter import embedded
for kind in (embedded.Postgres, embedded.Valkey):
    kind(Path(sys.argv[1]), durable=False).start()
print("started", flush=True)
sys.stdin.read()
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel is asked for this on Linux only")
def test_servers_go_when_their_starter_is_killed(folder):
    starter = subprocess.Popen(
        [sys.executable, "-c", STARTER, folder],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])},
    )
    assert starter.stdout.readline() == "started\n"
    servers = psutil.Process(starter.pid).children()
    assert {server.name() for server in servers} == {"postgres", "valkey-server"}

    starter.send_signal(signal.SIGKILL)
    starter.communicate()

    assert psutil.wait_procs(servers, timeout=20)[1] == []


def test_a_half_made_cluster_is_made_anew(folder, postgres):
    (folder / "postgres.new").mkdir()
    (folder / "postgres.new" / "half").write_text("killed here")

    postgres.start()

    assert ask(folder, "SELECT current_database()") == "commandcenter"


def test_data_of_another_version_is_left_alone(folder, postgres):
    (folder / "postgres").mkdir()
    (folder / "postgres" / "PG_VERSION").write_text("16\n")

    with pytest.raises(
        embedded.EmbeddedError, match=r"written by PostgreSQL 16, but here is .* 18"
    ):
        postgres.start()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root must become somebody else")
def test_without_namespaces_root_runs_postgres_as_nobody(tmp_path_factory, monkeypatch):
    monkeypatch.setattr(embedded, "namespaces_work", lambda: False)
    folder = Path(subprocess.check_output(["mktemp", "-d"], text=True).strip())
    folder.chmod(0o755)
    server = embedded.Postgres(folder, durable=False)
    try:
        server.start()
        assert psutil.Process(server.process.pid).uids().real == 65534
        assert ask(folder, "SELECT 1") == 1
        server.stop()
        server.start()
    finally:
        server.stop()
        subprocess.run(["rm", "-rf", folder, embedded.socket_dir(folder)])


@pytest.mark.skipif(os.geteuid() != 0, reason="only root must become somebody else")
def test_nobody_cannot_enter_a_private_folder_and_that_is_said(tmp_path, monkeypatch):
    monkeypatch.setattr(embedded, "namespaces_work", lambda: False)
    tmp_path.chmod(0o700)

    with pytest.raises(embedded.EmbeddedError, match="nobody, who cannot enter"):
        embedded.Postgres(tmp_path / "data").start()
