"""How long a search takes, beside the same question asked in SQL by hand.

100,000 people, 1,000,000 emails of ten users and 3,000,000 events. Each search is asked as its page
asks it: how many there are, and the first fifty. The result is the 95th percentile over all
searches and rounds; `ratio` is our time divided by that of the SQL by hand, over all of them.
"""

import time
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from importlib import import_module
from statistics import median, quantiles
from typing import Any

from django.db import connection

from tests.bench._asked import EMAILS, PEOPLE, floor_of
from tests.bench._filled import LAST_NAME, TEXT

USERS = 10
ROUNDS = 5


def options(parser: ArgumentParser) -> None:
    """What can be asked for besides the figures."""
    parser.add_argument("--people", type=int, default=100_000, help="how many (default 100000)")
    parser.add_argument("--emails", type=int, default=1_000_000, help="how many (default 1000000)")
    parser.add_argument("--each", action="store_true", help="print each search as it is measured")
    parser.add_argument("--plan", default="", help="print the plan of searches with this in them")


def measure(asked: Namespace) -> dict[str, Any]:
    """Milliseconds for a search: the count and the first page."""
    from search.language import parse

    rita = load(asked)
    ours: list[float] = []
    floor: list[float] = []
    different, slow = 0, 0
    for subject, searches in (("emails", EMAILS), ("people", PEOPLE)):
        for text, where in searches.items():
            tree = parse(text)
            if asked.plan and asked.plan in text:
                explain(subject, tree, rita)
            mine, by_hand = [], []
            for _round in range(ROUNDS):
                took, found = timed(partial(ask, subject, tree, rita))
                mine.append(took)
                took, same = timed(partial(floor_of, subject, where, rita))
                by_hand.append(took)
            different += found != same
            if found != same and asked.each:
                print(f"different: {found[0]} and {same[0]}")  # noqa: T201
            slow += max(mine) > 2000
            ours += mine
            floor += by_hand
            if asked.each:
                told = f"{median(mine):8.1f} {median(by_hand):8.1f} {found[0]:8}"
                print(f"{told}  {subject}: {text}", flush=True)  # noqa: T201
    return {
        "unit": "ms",
        "result": round(percentile(ours, 95), 1),
        "floor": round(percentile(floor, 95), 1),
        "ratio": round(sum(ours) / sum(floor), 3),
        "p50_ms": round(median(ours), 1),
        "p95_ms": round(percentile(ours, 95), 1),
        "sizes": sizes() | {"searches": len(EMAILS) + len(PEOPLE), "rounds": ROUNDS},
        "checks": {"different": different, "over_two_seconds": slow},
    }


def ask(subject: str, tree: Any, user: Any) -> tuple[int, list[int]]:
    """How many are found, and the ids of the first page."""
    from search.evaluating import emails_matching, people_matching

    if subject == "emails":
        found = emails_matching(tree, user)
        page = found.newest_first().values_list("pk", flat=True)
        return found.count(), list(page[:50])
    people = people_matching(tree, user)
    return people.count(), list(people.by_name().values_list("pk", flat=True)[:50])


def explain(subject: str, tree: Any, user: Any) -> None:
    from search.evaluating import emails_matching, people_matching

    found = emails_matching(tree, user) if subject == "emails" else people_matching(tree, user)
    print(found.order_by().values("pk").explain(analyze=True, buffers=True))  # noqa: T201


def timed(act: Callable[[], Any]) -> tuple[float, Any]:
    began = time.perf_counter()
    done = act()
    return (time.perf_counter() - began) * 1000, done


def percentile(values: list[float], share: int) -> float:
    return quantiles(values, n=100, method="inclusive")[share - 1]


# What there is to be searched --------------------------------------------------------------------


def load(asked: Namespace) -> Any:
    """Rows by INSERT … SELECT, without the indexes, which are built afterwards; returns one user."""
    from prospects.models import Group
    from tests.factories import make_campaign, make_draft, make_person, make_template, make_user

    users = [make_user("Rita" if not number else f"User {number}") for number in range(USERS)]
    for number in range(20):
        make_campaign(users[number % USERS], "Q1 rollout" if not number else f"Campaign {number}")
    make_template(users[0])
    Group.objects.create(owner=users[0], name="Fair")
    make_person(users[0], "Maria")
    make_draft(users[0])
    with connection.cursor() as cursor, without_indexes(cursor):
        cursor.execute("SET session_replication_role = replica")
        fill_all(cursor, asked)
        cursor.execute("SET session_replication_role = DEFAULT")
    migration = import_module("emails.migrations.0014_fill_when_conversations_were_answered")
    with connection.schema_editor() as editor:
        migration.fill(None, editor)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    return users[0]


def fill_all(cursor: Any, asked: Namespace) -> None:
    many = {"people": asked.people, "emails": asked.emails, "users": USERS}
    for table, columns, source in (PERSON, EMAIL, CONTENT, MEMBER):
        copied(cursor, table, columns, source % many)
    cursor.execute(OPENS)
    cursor.execute(ACCEPTED)
    cursor.execute("SELECT setval('emails_email_id_seq', (SELECT max(id) FROM emails_email))")


def copied(cursor: Any, table: str, columns: dict[str, str], source: str) -> None:
    """A row for each of `source`: as the one that is there, but for `columns`."""
    cursor.execute(
        "SELECT column_name FROM information_schema.columns WHERE table_name = %s", [table]
    )
    names = [name for (name,) in cursor.fetchall()]
    told = ", ".join(columns.get(name, f'like_this."{name}"') for name in names)
    listed = ", ".join(f'"{name}"' for name in names)
    one = f"(SELECT * FROM {table} ORDER BY 1 DESC LIMIT 1) AS like_this"
    if table == "prospects_groupmember":
        cursor.execute(f"INSERT INTO {table} (group_id, person_id, added_at) {source}")
        return
    cursor.execute(f"INSERT INTO {table} ({listed}) SELECT {told} FROM {one}, {source}")


@contextmanager
def without_indexes(cursor: Any) -> Iterator[None]:
    """Drop the indexes that are not those of constraints, and build them again afterwards."""
    cursor.execute(
        "SELECT indexname, indexdef FROM pg_indexes WHERE tablename IN ('emails_email',"
        " 'emails_emailcontent', 'emails_event', 'prospects_person') AND indexname NOT IN"
        " (SELECT conname FROM pg_constraint) AND indexdef NOT LIKE 'CREATE UNIQUE%'"
    )
    indexes = cursor.fetchall()
    for name, _definition in indexes:
        cursor.execute(f'DROP INDEX "{name}"')
    yield
    for _name, definition in indexes:
        cursor.execute(definition)


def sizes() -> dict[str, int]:
    tables = {"people": "prospects_person", "emails": "emails_email", "events": "emails_event"}
    counted = {}
    with connection.cursor() as cursor:
        for name, table in tables.items():
            cursor.execute(f"SELECT count(*) FROM {table}")
            counted[name] = cursor.fetchone()[0]
    return counted


# n is the number of the row; the owner of a person and of the emails to them follows from it.
PERSON = (
    "prospects_person",
    {
        "id": "1000 + n",
        "owner_id": "(SELECT min(id) FROM accounts_user) + n % 10",
        "email": "'person' || n || '@company' || n % 5000 || '.example'",
        "first_name": "'Person' || n",
        "last_name": LAST_NAME,
        "company": "'Company ' || n % 5000",
        "title": "(ARRAY['CEO', 'Buyer', 'CTO', 'Engineer'])[1 + n % 4]",
        "source": "(ARRAY['Fair', 'Web', ''])[1 + n % 3]",
        "custom": "jsonb_build_object('industry', 'Industry ' || n % 40)",
        "sort_name": f"lower({LAST_NAME}) || ' person' || n",
        "search_text": f"words_folded('person' || n || ' ' || {LAST_NAME} || ' person' || n"
        " || '@company' || n % 5000 || '.example company ' || n % 5000)",
        "created_at": "now() - n * interval '5 minutes'",
    },
    "generate_series(1, %(people)s) AS n",
)
_VIEWED = "CASE WHEN made.views > 0 THEN made.sent + interval '1 hour' END"
EMAIL = (
    "emails_email",
    {
        "id": "1000 + n",
        "owner_id": "(SELECT min(id) FROM accounts_user) + n % 10",
        "person_id": "1000 + person",
        "to_address": "'person' || person || '@company' || person % 5000 || '.example'",
        "subject": "(ARRAY['Pricing for the Q1 rollout', 'A question', 'Re: your offer',"
        " 'News about prices'])[1 + n % 4] || ' ' || n % 1000",
        "status": "made.status",
        "compose_key": "gen_random_uuid()",
        "campaign_id": "CASE WHEN n % 5 < 3 THEN (SELECT min(id) FROM campaigns_campaign)"
        " + n % 10 + 10 * (person / 10 % 2) END",
        "template_version_id": "CASE WHEN n % 3 > 0 THEN (SELECT min(id) FROM emails_templateversion) END",
        "identity_id": "like_this.identity_id",
        "channel_id": "(SELECT min(id) FROM emails_channel)",
        "send_at": "made.sent",
        "moved_at": "made.sent",
        "created_at": "made.sent - interval '1 hour'",
        "delivered_at": "CASE WHEN made.status IN ('delivered', 'archived', 'bounced', 'spam') THEN made.sent END",
        "failed_at": "CASE WHEN made.status IN ('failed', 'bounced') THEN made.sent END",
        "reason": "CASE WHEN made.status = 'bounced' THEN 'no_such_mailbox' ELSE '' END",
        "views": "made.views",
        "clicks": "made.clicks",
        "replies": "made.replies",
        "first_viewed_at": _VIEWED,
        "last_viewed_at": "CASE WHEN made.views > 0 THEN made.sent + made.views * interval '1 day' END",
        "first_clicked_at": "CASE WHEN made.clicks > 0 THEN made.sent + interval '2 hours' END",
        "last_clicked_at": "CASE WHEN made.clicks > 0 THEN made.sent + made.clicks * interval '1 day' END",
        "first_replied_at": "CASE WHEN made.replies > 0 THEN made.sent + interval '1 day' END",
        "last_replied_at": "CASE WHEN made.replies > 0 THEN made.sent + interval '1 day' END",
    },
    """(
      SELECT n, person, sent, status,
             CASE WHEN arrived AND chance < 0.55 THEN 1 + (chance * 10)::int %% 6 ELSE 0 END AS views,
             CASE WHEN arrived AND chance < 0.15 THEN 1 + n %% 3 ELSE 0 END AS clicks,
             CASE WHEN arrived AND chance < 0.04 THEN 1 ELSE 0 END AS replies
        FROM (
          SELECT n, 10 * (1 + (n / 10 * 7919) %% (%(people)s / 10 - 1)) + n %% 10 AS person,
                 now() - (n * 37 %% 525600) * interval '1 minute' AS sent,
                 (hashint8(n) & 65535) / 65536.0 AS chance,
                 CASE WHEN n / 10 %% 100 < 88 THEN 'delivered' WHEN n / 10 %% 100 < 92 THEN 'archived'
                      WHEN n / 10 %% 100 < 95 THEN 'bounced' WHEN n / 10 %% 100 < 97 THEN 'failed'
                      WHEN n / 10 %% 100 < 98 THEN 'spam' WHEN n / 10 %% 100 < 99 THEN 'draft'
                      ELSE 'scheduled' END AS status,
                 n / 10 %% 100 < 92 AS arrived
            FROM generate_series(1::bigint, %(emails)s) AS n
        ) AS drawn
    ) AS made""",
)
CONTENT = (
    "emails_emailcontent",
    {
        "email_id": "email.id",
        "subject": "email.subject",
        "html": f"'<p>Hi person' || email.person_id || ', ' || {TEXT} || '</p>'",
        "sent_text": f"'Hi person' || email.person_id || ', ' || {TEXT}",
        "search_text": "person.search_text || ' ' || lower(email.subject)",
    },
    "emails_email AS email JOIN prospects_person AS person ON person.id = email.person_id"
    " WHERE email.id > 1000",
)
MEMBER = (
    "prospects_groupmember",
    {},
    "SELECT (SELECT min(id) FROM prospects_group), id, now() FROM prospects_person"
    " WHERE id > 1000 AND id %% 10 = 0 AND id %% 4 = 0",
)
_EVENT = """
INSERT INTO emails_event (email_id, kind, at, recorded_at, fingerprint, source, who, via, judged_by,
                          data, applied_at, tries, problem)
SELECT email.id, %s, now(), sha256(convert_to(%s || email.id || ' ' || n, 'UTF8')), 'bench', 'human',
       'direct', '', '{}', now(), 0, ''
"""
OPENS = _EVENT % ("done.kind, email.delivered_at + n * interval '1 day'", "done.kind") + (
    "FROM emails_email AS email CROSS JOIN LATERAL (VALUES ('open', email.views),"
    " ('click', email.clicks), ('reply', email.replies)) AS done (kind, times)"
    " CROSS JOIN LATERAL generate_series(1, done.times) AS n WHERE email.id > 1000"
)
ACCEPTED = _EVENT % ("'accepted', email.delivered_at", "'accepted'") + (
    "FROM emails_email AS email, generate_series(1, 1) AS n"
    " WHERE email.delivered_at IS NOT NULL AND email.id > 1000"
)
