"""Makes the emails of a bulk email in processes that are killed at random, until all are there.

`python -m tests.emails.bulk.killed 2000 10 SEED`: so many recipients, killed so many times; prints
what is there in the end as JSON. On the database of the environment, which it may fill.
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
from django.db.models import Count  # noqa: E402

from emails.bulk import making  # noqa: E402
from emails.models import BulkSend, Email, Status, Transition  # noqa: E402
from tests.bench.bulk import make_bulk  # noqa: E402


def start(pk: int, size: int) -> int:
    """A process of its own that makes emails, as the job does; its id."""
    connection.close()
    child = os.fork()
    if not child:
        making.make_all(BulkSend.objects.get(pk=pk), size=size)
        os._exit(0)
    return child


def kill_at_random(pk: int, times: int, chance: random.Random) -> int:
    """Start and kill, so many times in the midst of it; how many emails were there after each."""
    killed = 0
    while killed < times:
        children = [start(pk, size=20) for _ in range(chance.choice([1, 2]))]
        time.sleep(chance.uniform(0.0, 0.12))
        for child in children:
            os.kill(child, signal.SIGKILL)
        killed += sum(os.WIFSIGNALED(os.waitpid(child, 0)[1]) for child in children)
        if not BulkSend.objects.get(pk=pk).is_being_made:
            break
    return killed


def main(count: int, times: int, seed: int) -> None:
    bulk = make_bulk(count)
    bulk.send(by=bulk.owner, window=3600)
    killed = kill_at_random(bulk.pk, times, random.Random(seed))
    after_kills = Email.objects.count()
    for child in [start(bulk.pk, size=200), start(bulk.pk, size=200)]:
        os.waitpid(child, 0)
    emails = BulkSend.objects.get(pk=bulk.pk).emails
    told = {
        "killed": killed,
        "after_kills": after_kills,
        "emails": emails.in_folder(Status.SCHEDULED).count(),
        "people": emails.values("person").distinct().count(),
        "contents": emails.filter(content__isnull=False).count(),
        "histories": Transition.objects.values("email")
        .annotate(rows=Count("pk"))
        .filter(rows=2)
        .count(),
        "being_made": BulkSend.objects.get(pk=bulk.pk).is_being_made,
    }
    sys.stdout.write(json.dumps(told))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
