"""What it takes to keep 200 saved searches fresh in the side bars of ten users while they read.

500 events a second change emails of all of them. Each user has a page open that asks once a second,
as a browser does, whether something has changed, and if so for the counts of their 20 searches. The
result is the processor time of that, of ours and PostgreSQL's, as a share of one core.
"""

import os
import threading
import time
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import Any

from django.db import connection

from tests.bench import search
from tests.bench._asked import EMAILS, PEOPLE

SEARCHES = 20  # of each user
EVENTS = 500  # a second
TICK = 0.1


def options(parser: ArgumentParser) -> None:
    """What can be asked for besides the figures."""
    search.options(parser)
    parser.add_argument("--seconds", type=int, default=30, help="how long it is measured")


def measure(asked: Namespace) -> dict[str, Any]:
    """The share of a core, and how long the counts of one user took at worst."""
    search.load(asked)
    users = with_searches()
    stop = threading.Event()
    events = threading.Thread(target=make_events, args=(stop, [user.pk for user in users]))
    for user in users:  # nobody's first page is measured
        ask(user)
    began, spent, took = time.monotonic(), processor_time(), []
    events.start()
    for second in range(asked.seconds):
        for user in users:
            at = time.monotonic()
            ask(user)
            took.append((time.monotonic() - at) * 1000)
        time.sleep(max(0.0, began + second + 1 - time.monotonic()))
    elapsed, spent = time.monotonic() - began, processor_time() - spent
    stop.set()
    events.join()
    return {
        "unit": "of a core",
        "result": round(spent / elapsed, 3),
        "p50_ms": round(search.percentile(took, 50), 1),
        "p95_ms": round(search.percentile(took, 95), 1),
        "sizes": search.sizes()
        | {"users": len(users), "searches": SEARCHES * len(users), "events_per_second": EVENTS},
        "checks": {"stale": stale(users), "rounds_behind": round(elapsed - asked.seconds, 1)},
    }


def with_searches() -> list[Any]:
    """The users, each with their searches, at all of which they have looked."""
    from accounts.models import User
    from tests.factories import make_saved_search

    users = list(User.objects.order_by("pk")[: search.USERS])
    texts = [("people", text) for text in PEOPLE] + [("emails", text) for text in EMAILS]
    for user in users:
        for number, (subject, text) in enumerate(texts[:SEARCHES]):
            saved = make_saved_search(user, text, subject=subject, name=f"Search {number}")
            saved.looked_at_by(user, saved.found_for(user).count())
    return users


def ask(user: Any) -> Any:
    """What the side bar asks for."""
    from search.counting import counted
    from search.models import SavedSearch

    return counted(SavedSearch.beside_pages(user), user)


def make_events(stop: threading.Event, owners: list[int]) -> None:
    """Somebody views an email, 500 times a second; told to the pages as the recorder tells it."""
    from accounts.changes import announce

    turn = 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT max(id) FROM emails_email")
        last = cursor.fetchone()[0]
        while not stop.wait(TICK):
            turn += 1
            cursor.execute(
                "UPDATE emails_email SET views = views + 1, last_viewed_at = now() WHERE id IN"
                " (SELECT 1001 + (n * 7919 + %s * 104729) %% %s FROM generate_series(1, %s) AS n)",
                [turn, last - 1001, int(EVENTS * TICK)],
            )
            announce(*owners)
    connection.close()


def stale(users: list[Any]) -> int:
    """How many counts are not what they should be, once pages have asked again."""
    from search.counting import seconds_of_rest

    time.sleep(max(map(seconds_of_rest, users)) + 1)
    wrong = 0
    for user in users:
        for one in ask(user):
            wrong += one.count != one.saved.found_for(user).count()
    return wrong


def processor_time() -> float:
    """Seconds that this thread and its side of PostgreSQL have taken, parallel workers too."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (backend,) = cursor.fetchone()
    own, _waited, parent = _times(backend)
    _server, workers, _init = _times(parent)
    return time.thread_time() + own + workers


def _times(process: int) -> tuple[float, float, int]:
    """Its own time, that of its children that are gone, and its parent."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    ticks = os.sysconf("SC_CLK_TCK")
    own, children = sum(map(int, fields[11:13])), sum(map(int, fields[13:15]))
    return own / ticks, children / ticks, int(fields[1])
