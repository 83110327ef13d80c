"""What it takes to keep 200 saved searches fresh in the side bars of ten users while they read.

500 events a second change emails of all of them, and are announced as the recorder does. Each user
has a page open that asks once a second, as a browser does, whether something has changed, and if so
for the counts of their 20 searches. The result is the processor time of that, of ours and
PostgreSQL's, as a share of one core. Some of the events are answers, which one search of each user
counts: `p50_ms`, `p95_ms` and `latest_ms` say how long after its commit the counts have an answer.
"""

import os
import threading
import time
from argparse import ArgumentParser, Namespace
from collections import defaultdict, deque
from pathlib import Path
from typing import Any

from django.db import connection

from tests.bench import search
from tests.bench._asked import EMAILS, PEOPLE

SEARCHES = 20  # of each user
EVENTS = 500  # a second
TICK = 0.1
ANSWERS = "replied"  # the search that counts the answers


def options(parser: ArgumentParser) -> None:
    """What can be asked for besides the figures."""
    search.options(parser)
    parser.add_argument("--seconds", type=int, default=30, help="how long it is measured")


def measure(asked: Namespace) -> dict[str, Any]:
    """The share of a core, how long the counts of one user took, and how late they were."""
    from accounts.changes import announce

    search.load(asked)
    users = with_searches()
    events = Events(users)
    announce(0, *events.owners)  # as some time ago
    for user in users:  # nobody's first page is measured
        events.expect(user, counts_of(user))
    began, spent, took = time.monotonic(), processor_time(), []
    events.start()
    for second in range(asked.seconds):
        for user in users:
            at = time.monotonic()
            counts = ask(user)
            took.append((time.monotonic() - at) * 1000)
            events.seen(user, counts)
        time.sleep(max(0.0, began + second + 1 - time.monotonic()))
    elapsed, spent = time.monotonic() - began, processor_time() - spent
    events.stop()
    for user in users:
        events.seen(user, ask(user))
    late = events.late
    return {
        "unit": "of a core",
        "result": round(spent / elapsed, 3),
        "p50_ms": round(search.percentile(late, 50)),
        "p95_ms": round(search.percentile(late, 95)),
        "sizes": search.sizes()
        | {"users": len(users), "searches": SEARCHES * len(users)}
        | {"events_per_second": round(events.made / elapsed), "answers": len(late)}
        | {"latest_ms": round(max(late)), "asking_p50_ms": round(search.percentile(took, 50), 1)}
        | {"asking_p95_ms": round(search.percentile(took, 95), 1)},
        "checks": {
            "stale": stale(users),
            "never_counted": events.uncounted(),
            "later_than_2_s": sum(each > 2000 for each in late),
            "rounds_behind": round(elapsed - asked.seconds, 1),
        },
    }


def with_searches() -> list[Any]:
    """The users, each with their searches, at all of which they have looked."""
    from accounts.models import User
    from tests.factories import make_saved_search

    users = list(User.objects.order_by("pk")[: search.USERS])
    texts = [("people", text) for text in PEOPLE] + [("emails", text) for text in EMAILS]
    for user in users:
        for number, (subject, text) in enumerate(texts[:SEARCHES]):
            name = text if subject == "emails" else f"Search {number}"
            saved = make_saved_search(user, text, subject=subject, name=name)
            found = saved.found_for(user).order_by()
            saved.looked_at_by(user, found.values_list("pk", flat=True))
    return users


def ask(user: Any) -> Any:
    """What the side bar asks for."""
    from search.counting import counted
    from search.models import SavedSearch

    return counted(SavedSearch.beside_pages(user), user)


class Events(threading.Thread):
    """Somebody views an email, 500 times a second; each tick one of each user's is answered."""

    def __init__(self, users: list[Any]) -> None:
        super().__init__()
        self.owners = [user.pk for user in users]
        self.stopped = threading.Event()
        self.turn = self.made = 0
        self.late: list[float] = []
        # By user: the counts that include an answer, each with when it was committed.
        self.answers: dict[int, deque[tuple[int, float]]] = defaultdict(deque)
        self.last: dict[int, int] = {}

    def expect(self, user: Any, counts: Any) -> None:
        """What is counted before anything happens."""
        self.last[user.pk] = self.answers_in(counts)

    def seen(self, user: Any, counts: Any) -> None:
        """These counts have just come: which answers are in them for the first time."""
        now, count, waiting = time.monotonic(), self.answers_in(counts), self.answers[user.pk]
        while waiting and waiting[0][0] <= count:
            self.late.append((now - waiting.popleft()[1]) * 1000)

    def uncounted(self) -> int:
        return sum(map(len, self.answers.values()))

    def answers_in(self, counts: Any) -> int:
        return next(one.count for one in counts if one.saved.name == ANSWERS)

    def stop(self) -> None:
        self.stopped.set()
        self.join()

    def run(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT max(id) FROM emails_email")
            last = cursor.fetchone()[0]
            at = time.monotonic()
            while not self.stopped.wait(max(0.0, at - time.monotonic())):
                self.tick(cursor, last)
                at += TICK
        connection.close()

    def tick(self, cursor: Any, last: int) -> None:
        """One batch, as the worker that applies evidence commits and announces it."""
        from accounts.changes import announce

        self.turn += 1
        cursor.execute(VIEWED, [self.turn, last - 1001, int(EVENTS * TICK) - len(self.owners)])
        changed = cursor.fetchall()
        cursor.execute(ANSWERED, [self.owners])
        answered = cursor.fetchall()
        now = time.monotonic()
        by_owner: dict[int, list[int]] = defaultdict(list)
        for pk, owner in changed + answered:
            by_owner[owner].append(pk)
        for _pk, owner in answered:
            self.last[owner] += 1
            self.answers[owner].append((self.last[owner], now))
        for owner, emails in by_owner.items():
            announce(owner, emails=emails)
        self.made += len(changed) + len(answered)


VIEWED = (
    "UPDATE emails_email SET views = views + 1, last_viewed_at = now() WHERE id IN"
    " (SELECT 1001 + (n * 7919 + %s * 104729) %% %s FROM generate_series(1, %s) AS n)"
    " RETURNING id, owner_id"
)
ANSWERED = (
    "UPDATE emails_email SET replies = 1, last_replied_at = now(), answered_at = now() WHERE id IN"
    " (SELECT email.id FROM unnest(%s::bigint[]) AS owner (id) CROSS JOIN LATERAL"
    " (SELECT id FROM emails_email WHERE owner_id = owner.id AND answered_at IS NULL"
    " AND removed_at IS NULL AND status = 'delivered' LIMIT 1) AS email) RETURNING id, owner_id"
)


def counts_of(user: Any) -> Any:
    """The counts once all are known: the first time nothing is in memory yet."""
    from search.counting import seconds_of_rest

    while any(one.count is None for one in ask(user)):
        time.sleep(seconds_of_rest(user))
    return ask(user)


def stale(users: list[Any]) -> int:
    """How many counts are not what they should be, once pages have asked again."""
    from search.counting import seconds_of_rest

    time.sleep(max(map(seconds_of_rest, users)))
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
