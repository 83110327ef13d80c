"""Own PostgreSQL and Valkey for a test run, unless DATABASE_URL and REDIS_URL name others.

A pytest plugin and not a conftest: it runs before pytest-django reads the settings. Where the tests are shared
out (`-n 2`), every worker has servers of its own in its own part of the folder, and the process that shares out has none.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Generator
from pathlib import Path
from uuid import uuid4

import pytest
import redis

from commandcenter import embedded

DEFAULTS = {
    "DEBUG": "yes",
    "SECRET_KEY": "only-for-the-tests",
    "BASE_URL": "http://127.0.0.1:8000",
    "TRACKING_URL": "http://localhost:8000",
    "LOG_LEVEL": "WARNING",
    # The synchronous Playwright keeps an event loop in the tests' thread.
    "DJANGO_ALLOW_ASYNC_UNSAFE": "true",
}
ROOT = Path(__file__).resolve().parents[1]
KINDS = {"DATABASE_URL": embedded.Postgres, "REDIS_URL": embedded.Valkey}

folder: Path | None = None
running: list[embedded.Server] = []


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Generator[None]:
    global folder
    worker = os.environ.get("PYTEST_XDIST_WORKER")
    folder = _part_of(worker) if worker else Path(tempfile.mkdtemp(prefix="cc-tests-"))
    folder.chmod(0o755)
    (folder / "static").mkdir()
    os.environ["DATA_DIR"] = str(folder)
    # On a Redis that others use too, nobody takes anybody's jobs.
    os.environ["REDIS_PREFIX"] = f"cc-tests-{uuid4().hex[:12]}"
    for name, value in DEFAULTS.items():
        os.environ.setdefault(name, value)
    for variable, kind in KINDS.items():
        if not os.environ.get(variable):
            os.environ.pop(variable, None)
            if worker or not _shares_out(early_config):
                running.append(kind(folder, durable=False))
                running[-1].start()
    return (yield)


@pytest.hookimpl(trylast=True)
def pytest_unconfigure() -> None:
    if folder and not own_redis() and os.environ.get("REDIS_URL"):
        empty_redis()
    while running:
        running.pop().stop()
    if folder:
        for left in folder.glob("gw*"):  # by a worker that died
            for kind in KINDS.values():
                kind(left).kill()
            _remove(left)
        _remove(folder)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if failed := os.environ.get("FAILED_BEFORE_THE_TESTS"):
        terminalreporter.section(f"FAILED before the tests: {failed}", red=True, bold=True)


def empty_redis() -> None:
    """Let no test meet another's rate limits, counters and jobs; somebody else's keys stay."""
    from django.conf import settings
    from django.core.cache import cache

    if own_redis():
        cache.clear()
        return
    with redis.from_url(settings.REDIS_URL) as server:
        for key in server.scan_iter(match=f"{settings.REDIS_PREFIX}:*", count=1000):
            server.delete(key)


def own_redis() -> bool:
    """Whether the cache belongs to this run alone."""
    return any(isinstance(server, embedded.Valkey) for server in running)


def start_migrated(postgres: embedded.Postgres) -> None:
    """Start a server of a test's own with all of our tables in it.

    They are made once in a run, which takes seconds; after that the folder of a server that has been
    stopped is copied, owners included.
    """
    kept = Path(os.environ["DATA_DIR"], "migrated")
    if not kept.exists():
        maker = embedded.Postgres(postgres.data_dir, durable=False)
        maker.start()
        url = embedded.database_url(postgres.data_dir)
        command = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
        subprocess.run(command, cwd=ROOT, env=os.environ | {"DATABASE_URL": url}, check=True)
        maker.stop()
        subprocess.run(["cp", "-a", str(postgres.folder), str(kept)], check=True)
    else:
        subprocess.run(["cp", "-a", str(kept), str(postgres.folder)], check=True)
    postgres.start()


def _shares_out(config: pytest.Config) -> bool:
    asked = config.known_args_namespace
    alone = asked.collectonly or asked.usepdb
    return bool(getattr(asked, "numprocesses", 0)) and not alone


def _part_of(worker: str) -> Path:
    # The process that shares out has made the folder and removes it.
    part = Path(os.environ["DATA_DIR"], worker)
    part.mkdir()
    return part


def _remove(place: Path) -> None:
    shutil.rmtree(place, ignore_errors=True)
    shutil.rmtree(embedded.socket_dir(place), ignore_errors=True)
