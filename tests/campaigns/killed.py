"""Advances people in processes that are killed at random, until all have had their turn.

`python -m tests.campaigns.killed 1500 10 SEED`: so many people, killed so many times; prints what is
there in the end as JSON. On the database of the environment, which it may fill.
"""

import json
import os
import random
import signal
import sys
import time

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "commandcenter.settings")
django.setup()

from django.db import connection  # noqa: E402

from campaigns import engine  # noqa: E402
from campaigns.models import Campaign, Turn  # noqa: E402
from tests.bench.campaigns import check, count, make_campaign, rewind  # noqa: E402


def start(size: int) -> int:
    """A process of its own that advances, as the job does; its id."""
    connection.close()
    child = os.fork()
    if not child:
        while engine.advance(size):
            pass
        os._exit(0)
    return child


def kill_at_random(campaign: Campaign, times: int, chance: random.Random) -> int:
    """Start and kill, so many times in the midst of it; how many were really killed.

    Where they had no time to do anything, the next ones have twice as much: how long that takes
    depends on what else the machine does.
    """
    killed, longest = 0, 0.12
    made = before = count(campaign)[0]
    while killed < times or made == before:
        children = [start(size=10) for _ in range(chance.choice([1, 2]))]
        time.sleep(chance.uniform(0.0, longest))
        for child in children:
            os.kill(child, signal.SIGKILL)
        killed += sum(os.WIFSIGNALED(os.waitpid(child, 0)[1]) for child in children)
        was, made = made, count(campaign)[0]
        longest *= 2 if was == made else 1
        if not campaign.enrollments.due().exists():
            break
    return killed


def main(people: int, times: int, seed: int) -> None:
    campaign = make_campaign(people + 50, people)
    rewind(campaign, people)
    turns, emails, tasks = count(campaign)
    killed = kill_at_random(campaign, times, random.Random(seed))
    after_kills = Turn.objects.count() - turns
    for child in [start(size=200), start(size=200)]:
        os.waitpid(child, 0)
    now = count(campaign)
    told = {
        "killed": killed,
        "after_kills": after_kills,
        "turns": now[0] - turns,
        "emails and tasks": now[1] - emails + now[2] - tasks,
        "due": campaign.enrollments.due().count(),
    }
    sys.stdout.write(json.dumps(told | check(campaign, people, now[0] - turns)))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
