"""The job that advances people in campaigns, killed with SIGKILL: no step is lost, none done twice.

On a PostgreSQL of its own with fsync on; among the few tests that use the real clock.
"""

import json
import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

from commandcenter import embedded

ROOT = Path(__file__).resolve().parents[2]
PEOPLE, TIMES = 1500, 12

pytestmark = pytest.mark.long


@pytest.fixture
def environment(tmp_path_factory):
    folder = tmp_path_factory.mktemp("campaigns")
    servers = [embedded.Postgres(folder), embedded.Valkey(folder)]
    for server in servers:
        server.start()
    yield os.environ | {
        "DATA_DIR": str(folder),
        "DATABASE_URL": embedded.database_url(folder),
        "REDIS_URL": embedded.redis_url(folder),
        "DJANGO_SETTINGS_MODULE": "commandcenter.settings",
        "LOG_LEVEL": "WARNING",
    }
    for server in reversed(servers):
        server.stop()


def test_killed_at_random_twelve_times_no_step_is_lost_and_none_is_done_twice(environment):
    def python(*arguments):
        command = [sys.executable, *arguments]
        done = subprocess.run(
            command, env=environment, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True
        )
        return done.stdout

    python("manage.py", "migrate", "--verbosity", "0")
    seed = random.randrange(10**6)
    told = json.loads(python("-m", "tests.campaigns.killed", *map(str, (PEOPLE, TIMES, seed))))

    assert told["killed"] >= TIMES and 0 < told["after_kills"] < PEOPLE, (seed, told)
    assert told["turns"] == told["emails and tasks"] == PEOPLE, (seed, told)
    for nothing in ("due", "doubled", "lost", "broken", "orphans"):
        assert told[nothing] == 0, (seed, told)
