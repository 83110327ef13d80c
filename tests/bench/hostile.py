"""What becomes of searches that were made to hang, of 100,000 people and 1,000,000 emails.

Each is asked by requests as a browser sends them: the page of people and of emails, a file of all
that is found, the same words in the header, and the side bar when twenty such searches are saved.
The result is how long the longest single query took, `p95_ms` what a request took. A request is
answered, says with a sentence what to do (`refused` says how often it was that a search takes too
long), or is an error.
"""

import json
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from statistics import median
from typing import Any
from urllib.parse import urlencode

from django.db import connection

from tests.bench import search
from tests.bench._filled import TEXT
from tests.bench._hostile import LOOKS, TEXTS, TREES

# A query is cancelled after two seconds; so much later at most it has come to an end.
LIMIT_MS, SLACK_MS = 2000, 250
# What a whole request may take: see search/limits.py.
REQUEST_MS = 4000
IN_SIDE_BAR = 20
SLOW = "takes too long"


def options(parser: ArgumentParser) -> None:
    """Those of bin/bench search, and how many of the questions are asked."""
    search.options(parser)
    parser.add_argument("--every", type=int, default=1, help="ask only every nth question")


def measure(asked: Namespace) -> dict[str, Any]:
    """Milliseconds of the longest query, and what became of all requests."""
    from django.core.management import call_command

    call_command("collectstatic", interactive=False, verbosity=0)
    rita = search.load(asked)
    fill_more(asked)
    asking = Asking(rita, prints=asked.each)
    for kind, query in islice(questions(), 0, None, asked.every):
        asking.page(kind, query)
        asking.file(kind, query)
    for words in [*LOOKS, *TEXTS][:: asked.every]:
        asking.ask("header", "/search/quick/", {"q": words[:300]})
    asking.side_bar(rita)
    took = [one.took for one in asking.requests]
    longest = max(asking.requests, key=lambda one: one.longest)
    return {
        "unit": "ms",
        "result": round(longest.longest, 1),
        "p50_ms": round(median(took), 1),
        "p95_ms": round(search.percentile(took, 95), 1),
        "sizes": search.sizes()
        | {"texts": len(TEXTS), "trees": len(TREES), "requests": len(took)}
        | {"refused": sum(one.refused for one in asking.requests)}
        | {"longest_request_ms": round(max(took), 1)},
        "checks": {
            "over_limit": sum(one.longest > LIMIT_MS + SLACK_MS for one in asking.requests),
            "requests_over_limit": sum(each > REQUEST_MS for each in took),
            "errors": sum(bool(one.error) for one in asking.requests),
        },
    }


def questions() -> Iterator[tuple[str, dict[str, str]]]:
    """Each text and tree, of people and of emails."""
    for subject in ("people", "emails"):
        for text in TEXTS:
            yield subject, {"q": text, "of": subject}
        for tree in TREES:
            yield subject, {"tree": json.dumps(tree), "of": subject}


@dataclass
class Request:
    """What became of one: milliseconds of all of it, and of its longest query."""

    what: str
    took: float = 0.0
    longest: float = 0.0
    sql: str = ""
    refused: bool = False
    error: str = ""
    queries: int = field(default=0)

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        began = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            self.queries += 1
            took = (time.perf_counter() - began) * 1000
            if took > self.longest:
                self.longest, self.sql = took, sql


class Asking:
    """A browser of `user`, and all that it has asked for."""

    def __init__(self, user: Any, *, prints: bool) -> None:
        from django.conf import settings
        from django.test import Client

        self.prints = prints
        self.client = Client(SERVER_NAME=settings.BASE_HOST, raise_request_exception=True)
        self.client.force_login(user)
        self.requests: list[Request] = []

    def page(self, subject: str, query: dict[str, str]) -> None:
        self.ask(subject, "/search/", query)

    def file(self, subject: str, query: dict[str, str]) -> None:
        told = {"all": "yes", "list": "search", "query": urlencode(query)}
        self.ask(f"file of {subject}", f"/search/export/{subject}/", told, post=True)

    def ask(self, kind: str, address: str, told: dict[str, str], *, post: bool = False) -> None:
        """One request, of a stream its first rows."""
        what = told["query"] if post else next(iter(told.values()))
        request = Request(f"{kind}: {what[:60]}")
        send = self.client.post if post else self.client.get
        began = time.perf_counter()
        with connection.execute_wrapper(request):
            try:
                response = send(address, told, headers={"HX-Request": "true"})
                said = _said(response)
                request.refused = SLOW in said
                if response.status_code not in {200, 409}:
                    request.error = f"{response.status_code}: {said[:200]}"
            except Exception as error:  # whatever it is, it is what this looks for
                request.error = repr(error)
        request.took = (time.perf_counter() - began) * 1000
        self.requests.append(request)
        if self.prints or request.error:
            how = request.error or ("too long" if request.refused else "")
            told_of = f"{request.took:8.0f} {request.longest:8.0f} {request.queries:4}"
            print(f"{told_of}  {request.what}  {how}", flush=True)  # noqa: T201
            if self.prints and request.longest > LIMIT_MS + SLACK_MS:
                print(f"    {request.sql[:600]}", flush=True)  # noqa: T201

    def side_bar(self, user: Any) -> None:
        """Twenty of them, counted until none is left that waits."""
        from search.counting import seconds_of_rest
        from tests.factories import make_saved_search

        for number, text in enumerate(TEXTS[:IN_SIDE_BAR]):
            make_saved_search(user, text, subject=("people", "emails")[number % 2])
        for _time in range(3):
            self.ask("side bar", "/search/side/", {"q": ""})
            time.sleep(min(5, seconds_of_rest(user)))


def _said(response: Any) -> str:
    if not response.streaming:
        return str(response.content.decode())
    try:
        return b"".join(islice(response.streaming_content, 3)).decode()
    finally:
        response.close()  # as servers do when nobody reads on


# What there is to be searched besides ------------------------------------------------------------


def fill_more(asked: Namespace) -> None:
    """Notes on people, and two tasks and one call for each."""
    from accounts.models import User
    from tests.factories import make_task

    make_task(User.objects.earliest("pk"))
    with connection.cursor() as cursor:
        cursor.execute(NOTES)
        search.copied(cursor, *TASKS, SOURCE % {"rows": asked.people * 2})
        cursor.execute(CALLS)
        cursor.execute("VACUUM ANALYZE")


NOTES = (
    "UPDATE prospects_person AS email SET notes = 'Met at the fair in hall ' || id % 40 || '. ' || "
    f"{TEXT} WHERE id > 1000"
)
SOURCE = "(SELECT n, 1001 + n %% %(rows)s / 2 AS person FROM generate_series(1, %(rows)s - 2) AS n) AS made"
TASKS = (
    "tasks_task",
    {
        "id": "1000 + made.n",
        "assignee_id": "(SELECT min(id) FROM accounts_user) + made.n % 10",
        "person_id": "made.person",
        "status": "CASE WHEN made.n % 3 = 0 THEN 'open' ELSE 'complete' END",
        "closed_at": "CASE WHEN made.n % 3 > 0 THEN now() - made.n * interval '1 minute' END",
        "due_on": "current_date + made.n::int % 60 - 30",
    },
)
CALLS = (
    "INSERT INTO tasks_call (person_id, user_id, began_at, seconds, notes)"
    " SELECT id, owner_id, now() - id * interval '5 minutes', 60, 'Calls back'"
    " FROM prospects_person WHERE id > 1000 AND id % 3 > 0"
)
