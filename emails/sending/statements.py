"""The two steps that every email takes on the usual way, as SQL: the mark, and its settling when the
server has taken the message. Whatever else happens to an email goes through `Email._change`.

They are run together, in one round trip and one commit, because an email costs little else: through
the ORM these steps are thirty round trips. Where they lead is read off the table of transitions, and
`test_statements.py` sees to it that they leave the very rows that the ORM would.
"""

import re
from collections.abc import Mapping
from functools import cache
from typing import Any
from weakref import WeakKeyDictionary

from django.db import connection
from django.db.models import QuerySet

from ..models import Attempt, Channel, Event, Outcome, Status
from ..models.due import WAITING
from ..models.vocabulary import TRANSITIONS, Cause

Values = Mapping[str, Any]

MARKED, ARRIVED = TRANSITIONS[Cause.MARK], TRANSITIONS[Cause.ARRIVE]
assert MARKED.origins == {Status.SCHEDULED}  # which is what WAITING asks for
assert Status.IN_PROGRESS in ARRIVED.origins

_EMPTY = "'{}'::jsonb"
_NO_REASON = f"reason = '', reason_values = {_EMPTY}, server_words = ''"
_TRANSITION = """emails_transition (email_id, cause, from_status, to_status, at,
            attempt_id, event_id, reason, reason_values, server_words)"""

# One at a time where a limit is counted, so that two do not both take the last place. A statement
# of its own before the mark, which then sees what those before it have done.
TURN = "SELECT pg_advisory_xact_lock(%(kind)s::int, %(key)s::int)"

# Before an answer is weighed nobody else may speak to its email. A statement of its own too.
LOCK = "SELECT id FROM emails_email WHERE id = %(email)s FOR NO KEY UPDATE"


# What becomes of the row that is `free`.
_MARKED = f"""marked AS (
    UPDATE emails_email
       SET status = '{MARKED.target}', moved_at = moment, updated_at = moment, claims_lost = 0,
           lease_until = moment + make_interval(secs => %(seconds)s),
           subject = coalesce(%(subject)s::text, subject), {_NO_REASON}
      FROM free WHERE emails_email.id = free.id
    RETURNING emails_email.id, channel_id, owner_id, message_id, moved_at, lease_until
), attempt AS (
    INSERT INTO emails_attempt (
            email_id, number, lease, channel_id, owner_id, message_id, worker, started_at,
            outcome, counts_above, reason, reason_values, server_words,
            stage, bytes_sent, provider_id, recipients)
    SELECT id, 1 + (SELECT count(*) FROM emails_attempt WHERE email_id = marked.id), %(lease)s::uuid,
           channel_id, owner_id, message_id, %(worker)s::text, moved_at,
           {Outcome.NONE}, {Outcome.NONE}, '', {_EMPTY}, '', '', 0, '', {_EMPTY}
      FROM marked
    RETURNING id, number, started_at
), step AS (
    INSERT INTO {_TRANSITION}
    SELECT marked.id, '{Cause.MARK}', '{Status.SCHEDULED}', '{MARKED.target}', moved_at,
           attempt.id, NULL, '', {_EMPTY}, ''
      FROM marked, attempt
)"""  # noqa: S608 - of this file's words alone


def mark(suppressions: str, open_channel: str, keep: str) -> str:
    """Scheduled → In Progress with its transition and the new attempt, which it gives back.

    `suppressions` and `open_channel` are questions that must find nothing and something; `keep`
    are further parts of the statement that store something of what is `marked`. It waits for
    nobody: the answer of the email before may be in the same transaction, and who has this row
    now is about to change what it says.
    """
    return f"""
WITH free AS ({_free(suppressions, open_channel)}), {_MARKED}{keep}
SELECT attempt.id, attempt.number, attempt.started_at, marked.lease_until FROM marked, attempt
"""  # noqa: S608 - of this file's words alone


def _free(suppressions: str, open_channel: str) -> str:
    """The row, locked, if it may be marked."""
    return f"""
    SELECT id, clock_timestamp() AS moment FROM emails_email
     WHERE id = %(email)s AND {WAITING}
       AND lease = %(lease)s::uuid AND lease_until > clock_timestamp()
       AND (%(version)s::int IS NULL OR version = %(version)s::int)
       AND (%(after)s::bytea IS NULL OR EXISTS (
            SELECT FROM emails_event WHERE fingerprint = %(after)s::bytea AND applied_at IS NOT NULL))
       AND NOT EXISTS ({suppressions})
       AND EXISTS ({open_channel})
       AND %(room)s::bigint > (
            SELECT count(*) FROM emails_attempt
             WHERE owner_id = %(owner)s AND started_at > %(since)s::timestamptz AND {Attempt.COUNTED})
       AND (%(per_minute)s::int IS NULL OR %(per_minute)s::int > (
            SELECT count(*) FROM emails_attempt
             WHERE channel_id = %(channel)s
               AND started_at > clock_timestamp() - interval '1 minute'))
       FOR NO KEY UPDATE SKIP LOCKED
"""  # noqa: S608 - of this file's words alone


# In Progress → Delivered with its transition, the event and what is known of the attempt. Only of
# the attempt in hand, of which nothing else is known, and only if no older one has a say; else it
# does nothing, and what was answered is weighed.
ACCEPT = f"""
WITH arrived AS (
    UPDATE emails_email
       SET status = '{ARRIVED.target}', moved_at = statement_timestamp(),
           updated_at = statement_timestamp(), failed_at = NULL,
           delivered_at = coalesce(delivered_at, statement_timestamp()),
           lease = NULL, lease_until = NULL, {_NO_REASON}
      FROM emails_attempt AS attempt
     WHERE emails_email.id = %(email)s AND emails_email.status = '{Status.IN_PROGRESS}'
       AND attempt.id = %(attempt)s AND attempt.email_id = emails_email.id
       AND attempt.lease = emails_email.lease AND attempt.ended_at IS NULL
       AND attempt.outcome = {Outcome.NONE} AND attempt.counts_above < {Outcome.ARRIVED}
       AND NOT EXISTS (
            SELECT FROM emails_attempt AS older
             WHERE older.email_id = emails_email.id AND older.outcome >= {Outcome.ARRIVED})
       AND NOT EXISTS (SELECT FROM emails_event WHERE fingerprint = %(fingerprint)s)
    RETURNING emails_email.id, moved_at
), event AS (
    INSERT INTO emails_event (
            email_id, attempt_id, kind, at, recorded_at, fingerprint, source, who, via, judged_by,
            data, applied_at, tries, problem)
    SELECT id, %(attempt)s::bigint, '{Event.Kind.ACCEPTED}', %(at)s::timestamptz, moved_at,
           %(fingerprint)s::bytea, %(source)s::text, %(who)s::text, %(via)s::text, '', %(data)s::jsonb, moved_at, 0, ''
      FROM arrived
    RETURNING id
), ended AS (
    UPDATE emails_attempt
       SET ended_at = %(at)s::timestamptz, outcome = {Outcome.ARRIVED}, reason = '', reason_values = {_EMPTY},
           server_words = %(words)s::text, stage = %(stage)s::text, bytes_sent = %(bytes_sent)s::int,
           provider_id = %(provider_id)s::text, recipients = %(recipients)s::jsonb
      FROM arrived WHERE emails_attempt.id = %(attempt)s
), step AS (
    INSERT INTO {_TRANSITION}
    SELECT arrived.id, '{Cause.ARRIVE}', '{Status.IN_PROGRESS}', '{ARRIVED.target}', moved_at,
           %(attempt)s::bigint, event.id, '', {_EMPTY}, ''
      FROM arrived, event
    RETURNING id
)
SELECT event.id, step.id FROM event, step
"""  # noqa: S608


# By connection: the names under which it knows statements. It has parsed and planned each of them
# once, which would take longer than running it.
_PREPARED: WeakKeyDictionary[Any, dict[str, str]] = WeakKeyDictionary()
_MOST_PREPARED = 100
_NAMED = re.compile(r"%\((\w+)\)s")


def bound(sql: str, values: Values) -> str:
    """`sql` with the values in it, quoted by the database's own rules, ready for `run`."""
    with connection.cursor() as cursor, connection.wrap_database_errors:
        name, names = _prepared(cursor, sql), dict.fromkeys(_NAMED.findall(sql))
        if name:
            sql = f"EXECUTE {name}({', '.join(f'%({each})s' for each in names)})"
        return str(cursor.mogrify(sql, values))


def _prepared(cursor: Any, sql: str) -> str | None:
    """The name under which the running connection knows `sql`; None if it knows too many."""
    known = _PREPARED.setdefault(connection.connection, {})
    if sql not in known and len(known) < _MOST_PREPARED:
        places = {name: f"${n}" for n, name in enumerate(dict.fromkeys(_NAMED.findall(sql)), 1)}
        name = f"step_{len(known)}"
        cursor.execute(f"PREPARE {name} AS {sql % places}")
        known[sql] = name
    return known.get(sql)


def asked(found: QuerySet, name: str) -> tuple[str, Values]:
    """The question of a queryset as a part of other SQL, and its values, called by `name`."""
    sql, given = found.order_by().values("pk").query.sql_with_params()
    values = {f"{name}{number}": value for number, value in enumerate(given)}
    return sql % tuple(f"%({each})s" for each in values), values


@cache
def open_channel() -> str:
    """The question whether the channel of a mark may send now."""
    sql, _values = asked(Channel.objects.open().filter(pk=0), "channel")
    return sql.replace("%(channel0)s", "%(channel)s")


def run(*statements: str) -> list[tuple[Any, ...] | None]:
    """The first row of each: in one round trip, and in one transaction of their own unless the
    caller has begun one."""
    with connection.cursor() as cursor:
        cursor.execute(";".join(statements))
        rows = [cursor.fetchone()]
        while cursor.nextset():
            rows.append(cursor.fetchone())
    return rows
