"""Tests shared out to workers: each has servers of its own, and nothing of them is left."""

import os
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

ROOT = Path(__file__).parents[2]
ONE_DIES = """
import os, pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection

@pytest.mark.parametrize("number", range(6))
def test_it(number, db):
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('unix_socket_directories')")
        sockets = cursor.fetchone()[0]
    assert sockets in settings.REDIS_URL
    cache.set("number", number)
    assert cache.get("number") == number
    with open(os.environ["SEEN"], "a") as seen:
        print(sockets, file=seen)
    if number == 3:
        os.kill(os.getpid(), 9)
"""


@pytest.mark.long
def test_a_worker_that_dies_leaves_no_server_and_no_folder(tmp_path):
    tests, seen, here = tmp_path / "test_it.py", tmp_path / "seen", tmp_path / "t"
    tests.write_text(ONE_DIES)
    here.mkdir()
    ours = {"DATA_DIR", "DATABASE_URL", "REDIS_URL", "PYTEST_XDIST_WORKER"}
    environment = {name: value for name, value in os.environ.items() if name not in ours}
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-n",
        "2",
        "-q",
        "-c",
        ROOT / "pyproject.toml",
        tests,
    ]
    told = subprocess.run(
        command,
        cwd=ROOT,
        env=environment | {"TMPDIR": str(here), "SEEN": str(seen)},
        capture_output=True,
        text=True,
    ).stdout

    assert "1 failed, 5 passed" in told, told
    assert len(set(seen.read_text().split())) > 1
    assert list(here.glob("cc-*")) == []
    assert not [p for p in psutil.process_iter(["cwd"]) if str(here) in (p.info["cwd"] or "")]
