"""Own PostgreSQL and Valkey for a test run, unless DATABASE_URL and REDIS_URL name others.

A pytest plugin and not a conftest: it runs before pytest-django reads the settings.
"""

import os
import shutil
import tempfile
from collections.abc import Generator
from pathlib import Path

import pytest

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

folder: Path | None = None
running: list[embedded.Server] = []


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests() -> Generator[None]:
    global folder
    folder = Path(tempfile.mkdtemp(prefix="cc-tests-"))
    folder.chmod(0o755)
    (folder / "static").mkdir()
    os.environ["DATA_DIR"] = str(folder)
    for name, value in DEFAULTS.items():
        os.environ.setdefault(name, value)
    wanted = {"DATABASE_URL": embedded.Postgres, "REDIS_URL": embedded.Valkey}
    for variable, kind in wanted.items():
        if not os.environ.get(variable):
            os.environ.pop(variable, None)
            running.append(kind(folder, durable=False))
            running[-1].start()
    return (yield)


@pytest.hookimpl(trylast=True)
def pytest_unconfigure() -> None:
    while running:
        running.pop().stop()
    if folder:
        shutil.rmtree(folder, ignore_errors=True)
        shutil.rmtree(embedded.socket_dir(folder), ignore_errors=True)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if failed := os.environ.get("FAILED_BEFORE_THE_TESTS"):
        terminalreporter.section(f"FAILED before the tests: {failed}", red=True, bold=True)


def own_redis() -> bool:
    """Whether the cache belongs to this run alone, so that it may be emptied."""
    return any(isinstance(server, embedded.Valkey) for server in running)
