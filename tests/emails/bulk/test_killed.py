"""The job that makes the emails of a bulk email, killed with SIGKILL: none is missing, none twice.

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
from tests import servers

# It starts servers and processes of its own, which go one after the other.
pytestmark = pytest.mark.xdist_group("celery")
ROOT = Path(__file__).resolve().parents[3]
RECIPIENTS, TIMES = 2000, 10


@pytest.fixture
def environment(tmp_path_factory):
    folder = tmp_path_factory.mktemp("bulk")
    postgres, valkey = embedded.Postgres(folder), embedded.Valkey(folder)
    servers.start_migrated(postgres)
    valkey.start()
    yield os.environ | {
        "DATA_DIR": str(folder),
        "DATABASE_URL": embedded.database_url(folder),
        "REDIS_URL": embedded.redis_url(folder),
        "DJANGO_SETTINGS_MODULE": "commandcenter.settings",
        "LOG_LEVEL": "WARNING",
    }
    valkey.stop()
    postgres.stop()


def test_killed_at_random_ten_times_no_email_is_missing_and_none_is_there_twice(environment):
    def python(*arguments):
        command = [sys.executable, *arguments]
        done = subprocess.run(
            command, env=environment, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True
        )
        return done.stdout

    seed = random.randrange(10**6)
    told = json.loads(
        python("-m", "tests.emails.bulk.killed", *map(str, (RECIPIENTS, TIMES, seed)))
    )

    assert told["killed"] >= TIMES and 0 < told["after_kills"] < RECIPIENTS, (seed, told)
    for each in ("emails", "people", "contents", "histories"):
        assert told[each] == RECIPIENTS, (seed, told)
    assert not told["being_made"]
