"""bin/start itself, with everything behind it. Takes a minute or two."""

import os
import shutil
import signal
import subprocess
import urllib.request
from pathlib import Path

import psutil
import pytest

from commandcenter import embedded

ROOT = Path(__file__).parents[2]
OURS = {"DATABASE_URL", "REDIS_URL", "BASE_URL", "TRACKING_URL", "SECRET_KEY", "DEBUG", "LOG_LEVEL"}

pytestmark = [pytest.mark.long, pytest.mark.xdist_group("celery")]


class Start:
    """One bin/start in a session of its own, as a terminal would have it."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        environment = {k: v for k, v in os.environ.items() if k not in OURS}
        self.said: list[str] = []
        self.process = subprocess.Popen(
            [ROOT / "bin" / "start", *arguments],
            env=environment | {"DATA_DIR": str(folder)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def until(self, words: str) -> str:
        """The line that holds `words`."""
        for line in self.process.stdout:
            self.said.append(line)
            if words in line:
                return line
        raise AssertionError("".join(self.said))

    def family(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children(recursive=True)

    def child(self, words: str) -> psutil.Process:
        return next(
            child
            for child in psutil.Process(self.process.pid).children()
            if words in " ".join(child.cmdline())
        )

    def end(self) -> int:
        self.said += self.process.stdout.readlines()
        return self.process.wait(60)


@pytest.fixture
def folder():
    folder = Path(subprocess.check_output(["mktemp", "-d"], text=True).strip())
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)
    shutil.rmtree(embedded.socket_dir(folder), ignore_errors=True)


@pytest.fixture
def start(folder):
    started = []

    def run(*arguments):
        started.append(Start(folder, *arguments))
        return started[-1]

    yield run
    for each in started:
        if each.process.poll() is None:
            each.process.terminate()
            each.end()


def gone(processes):
    return psutil.wait_procs(processes, timeout=60)[1] == []


def test_one_life_of_bin_start(start, folder):
    first = start("--port", "18000")
    url = first.until("Command Center ").split()[-1]
    first.until("Ctrl-C stops everything")
    assert urllib.request.urlopen(f"{url}/healthz").status == 200

    second = start("--port", "18000")
    assert second.end() == 1
    assert f"already running with {folder}: {url}" in "".join(second.said)

    family = first.family()
    os.killpg(first.process.pid, signal.SIGINT)  # what Ctrl-C does
    assert first.end() == 0
    assert first.said[-1] == "Stopped.\n"
    assert gone(family)
    assert not (folder / "postgres" / "postmaster.pid").exists()


def test_a_killed_predecessor_and_a_child_that_dies(start):
    first = start("--port", "18000")
    first.until("Ctrl-C stops everything")
    family = first.family()
    first.process.kill()
    first.process.wait()

    second = start("--port", "18000")
    second.until("Ctrl-C stops everything")
    assert gone(family)

    family = second.family()
    second.child("granian").kill()
    assert second.end() == 1
    assert "web has stopped" in "".join(second.said)
    assert gone(family)


def test_it_can_be_stopped_while_it_starts(start):
    first = start("--port", "18000")
    first.until("valkey")
    family = first.family()
    first.process.terminate()

    assert first.end() == 0
    assert gone(family)


def test_the_check_sends_an_email_and_leaves_nothing_behind(start, folder):
    check = start("--check")

    assert check.end() == 0, "".join(check.said)
    assert "Scheduled → Delivered" in "".join(check.said)
    assert list(folder.iterdir()) == []
