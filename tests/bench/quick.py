"""How long the header's search takes, beside SQL by hand for the same words.

The rows are those of bin/bench search. The floor asks for the first four people, emails, campaigns
and templates that hold each word, without typos, without who may see what, and in no better order.
"""

from argparse import ArgumentParser, Namespace
from functools import partial
from statistics import median
from typing import Any

from django.db import connection

from tests.bench import search

ROUNDS = 5
WORDS = {
    "frequent": ["sandberg", "offer", "pe", "company 47"],
    "rare": ["person4711", "bjork", "Björk person4702"],
    "address": ["person4711@company4711.example", "@company471.example"],
    "typo": ["sandbreg", "gustafson", "hämälainen"],
    "none": ["zzyzx", "qwertyuiop asdf", "nonsense@nowhere.example"],
}


def options(parser: ArgumentParser) -> None:
    """The same as those of bin/bench search."""
    search.options(parser)


def measure(asked: Namespace) -> dict[str, Any]:
    """Milliseconds for one look."""
    from search.quick import Quick

    rita = search.load(asked)
    ours: list[float] = []
    floor: list[float] = []
    problems = 0
    for kind, several in WORDS.items():
        for words in several:
            for _round in range(ROUNDS):
                look = Quick(rita, words, 4)
                took, sections = search.timed(partial(getattr, look, "sections"))
                ours.append(took)
                problems += any(section.problem for section in sections)
                floor.append(search.timed(partial(by_hand, look.words, rita))[0])
            if asked.each:
                told = f"{median(ours[-ROUNDS:]):8.1f} {median(floor[-ROUNDS:]):8.1f}"
                print(f"{told}  {kind}: {words}", flush=True)  # noqa: T201
    return {
        "unit": "ms",
        "result": round(search.percentile(ours, 95), 1),
        "floor": round(search.percentile(floor, 95), 1),
        "ratio": round(sum(ours) / sum(floor), 3),
        "p50_ms": round(median(ours), 1),
        "p95_ms": round(search.percentile(ours, 95), 1),
        "sizes": search.sizes() | {"looks": sum(map(len, WORDS.values())), "rounds": ROUNDS},
        "checks": {"too_slow": problems},
    }


_BY_HAND = (
    "SELECT id FROM prospects_person WHERE removed_at IS NULL AND {search_text} ORDER BY sort_name",
    "SELECT e.id FROM emails_email e JOIN emails_emailcontent c ON c.email_id = e.id"
    " WHERE e.owner_id = %(user)s AND e.removed_at IS NULL AND {search_text} ORDER BY e.moved_at DESC",
    "SELECT id FROM campaigns_campaign WHERE {name} ORDER BY name",
    "SELECT id FROM emails_template WHERE {name} ORDER BY name",
)


def by_hand(words: list[str], user: Any) -> None:
    told = {f"word{at}": f"%{word}%" for at, word in enumerate(words)} | {"user": user.pk}
    holding = {
        column: " AND ".join(f"{column} ILIKE %(word{at})s" for at in range(len(words)))
        for column in ("search_text", "name")
    }
    with connection.cursor() as cursor:
        for sql in _BY_HAND:
            cursor.execute(f"{sql.format(**holding)} LIMIT 4", told)
            cursor.fetchall()
