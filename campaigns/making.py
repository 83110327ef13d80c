"""The emails of automatic steps, by the hundred: one statement makes the turns, the emails with all
that belongs to them, and takes the enrollments forward.

Even if all this were wrong, no step has a second turn with anybody: the table forbids it, and the
whole statement with it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache, partial
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.db import connection, transaction

from emails.bulk.making import columns
from emails.fields import About, Values, render
from emails.fields.quoting import quoted, without_codes
from emails.following import again
from emails.jobs import wake as wake_channel
from emails.models import Email, EmailContent, Lane, Status
from emails.models.email import wall_columns
from emails.sending.html import line_of
from prospects.words import folded

from .chunks import Chunk, Next
from .models import Enrollment, Kind, Turn

# Each column of a row, and its type in PostgreSQL; `text` is the number of its HTML.
_ROW = {
    "enrollment_id": "bigint", "campaign_id": "bigint", "step_id": "bigint", "due_at": "timestamptz",
    "owner_id": "bigint", "identity_id": "bigint", "channel_id": "bigint", "person_id": "bigint",
    "to_address": "text", "to_name": "text", "shown": "text", "snippet": "text",
    "search_text": "text", "subject": "text", "text": "bigint", "template_version_id": "bigint",
    "continues_id": "bigint", "send_at": "timestamptz", "send_wall": "text", "send_zone": "text",
}  # fmt: skip
_OF_EMAIL = (
    "campaign_id", "step_id", "owner_id", "identity_id", "channel_id", "person_id", "to_address",
    "to_name", "snippet", "template_version_id", "continues_id", "send_at", "send_wall", "send_zone",
)  # fmt: skip

_MAKE = """
WITH texts AS MATERIALIZED (
    SELECT * FROM unnest(%(texts)s::text[]) WITH ORDINALITY AS text (html, number)
), chunk AS MATERIALIZED (
    SELECT nextval(pg_get_serial_sequence('emails_email', 'id')) AS id, *
      FROM unnest({arrays}) AS row ({names})
), turned AS (
    INSERT INTO campaigns_turn (enrollment_id, step_id, due_at, email_id, skipped)
    SELECT enrollment_id, step_id, due_at, id, false FROM chunk
), made AS (
    INSERT INTO emails_email (id, {own_columns}, subject, compose_key, message_id, answered_at,
                              {email_columns})
    SELECT id, {own_columns}, shown, md5(%(salt)s || id)::uuid, md5(id || %(salt)s) || %(at_domain)s,
           -- As emails/conversations.py has it: who answered one email of it has answered this one.
           (SELECT max(before.answered_at) FROM emails_email AS before
             WHERE before.person_id = chunk.person_id AND before.owner_id = chunk.owner_id
               AND before.campaign_id = chunk.campaign_id),
           {email_values}
      FROM chunk
), contents AS (
    INSERT INTO emails_emailcontent ({content_columns}, email_id, subject, html, search_text)
    SELECT {content_values}, chunk.id, chunk.subject, texts.html, chunk.search_text
      FROM chunk JOIN texts ON texts.number = chunk.text
), attached AS (
    INSERT INTO emails_attachment (email_id, file_id)
    SELECT chunk.id, file.storedfile_id
      FROM chunk JOIN campaigns_step_files AS file USING (step_id)
     ORDER BY chunk.id, file.id
), noted AS (
    INSERT INTO emails_transition (email_id, cause, from_status, to_status, reason, reason_values,
                                   server_words)
    SELECT id, cause, from_status, to_status, '', '{{}}', ''
      FROM (VALUES (1, 'create', '', 'draft'), (2, 'schedule', 'draft', 'scheduled'))
           AS happened (number, cause, from_status, to_status) CROSS JOIN chunk
     ORDER BY number, id
)
UPDATE campaigns_enrollment AS enrollment SET step_id = chunk.step_id, advance_at = NULL
  FROM chunk WHERE enrollment.id = chunk.enrollment_id
"""


class NothingToSay(ValueError):
    """The email would have no subject."""


@dataclass(frozen=True)
class Words:
    """What an email says to one person: as it is written, and as lists show and find it."""

    subject: str
    html: str
    shown: str
    snippet: str
    search_text: str
    continues: Email | None


def make(chunk: Chunk, turns: Sequence[Next]) -> None:
    """Make the emails of `turns`, Scheduled for when they are due, or now if that is past."""
    before = arrived_before(chunk, turns)
    texts: dict[str, int] = {}
    rows = [
        _row(turn, words_for(chunk, turn, before.get(turn.enrollment.pk)), texts, chunk.now)
        for turn in turns
    ]
    told = {name: [row[name] for row in rows] for name in _ROW}
    fixed: dict[str, Any] = {
        "texts": list(texts),
        "salt": uuid4().hex,
        "at_domain": f"@{settings.MAIL_DOMAIN}",
    }
    with connection.cursor() as cursor:
        cursor.execute(_statement(), {**told, **fixed, **_same_for_all()})
    for channel in {row["channel_id"] for row in rows if row["send_at"] <= chunk.now}:
        transaction.on_commit(partial(wake_channel, channel), robust=True)


def words_for(chunk: Chunk, turn: Next, before: Email | None) -> Words:
    """What the email of `turn` says; a follow-up answers the email that has arrived `before`, with
    what was really sent below. Raises NothingToSay."""
    person, text = turn.enrollment.person, turn.text
    answers = before if turn.step.follows else None
    subject = text.subject or _subject_again(chunk, turn, answers)
    if not subject.strip():
        raise NothingToSay(f"step {turn.step.pk} has no subject")
    enrollment = turn.enrollment
    values = Values(About(enrollment.owner, enrollment.identity, person, person.email, person.name))
    shown = render(subject, values, html=False).shown[:500]
    told = " ".join(filter(None, [person.name, person.email, person.company, shown]))
    return Words(
        subject=subject,
        html=text.html + (without_codes(quoted(answers)) if answers else ""),
        shown=shown,
        snippet=line_of_start(text.html, values),
        search_text=folded(told)[:1200],
        continues=answers,
    )


def line_of_start(html: str, values: Values) -> str:
    """The first words of a text as lists show them."""
    return render(_beginning(html), values, html=False).shown[:200]


@lru_cache(maxsize=64)
def _beginning(html: str) -> str:
    """The first words of a text on one line, with no field cut in two."""
    line = line_of(html)[:400]
    opened = max(line.rfind("{{"), line.rfind("{%"))
    return line[:opened] if opened > max(line.rfind("}}"), line.rfind("%}")) else line


def _subject_again(chunk: Chunk, turn: Next, before: Email | None) -> str:
    """“Re: …” of what was really sent; where nothing was, what the email before would have said."""
    if before:
        return without_codes(again(before.subject))
    ahead = (
        step.subject
        for step in reversed(chunk.steps[turn.step.campaign_id])
        if step.place < turn.step.place and step.kind == Kind.EMAIL and step.subject
    )
    return next(ahead, "")


def arrived_before(chunk: Chunk, turns: Sequence[Next]) -> dict[int, Email]:
    """By enrollment: the last of its emails that has arrived, for those that follow it up."""
    following = [turn for turn in turns if turn.step.follows]
    ids = [had.email_id for turn in following for had in turn.turns if had.email_id]
    if not ids:
        return {}
    arrived = Email.objects.of_ids(ids).with_status(Status.DELIVERED, Status.ARCHIVED).unpurged()
    related = arrived.select_related("content", "identity").prefetch_related("links")
    emails = {email.pk: email for email in related}
    return {
        turn.enrollment.pk: _sharing(emails[had.email_id], turn.enrollment)
        for turn in following
        for had in sorted(turn.turns, key=_order)
        if had.email_id in emails
    }


def _sharing(email: Email, enrollment: Enrollment) -> Email:
    """`email` with the sender and the person whom its enrollment knows already: to ask for them,
    and for what hangs on them, email by email takes longer than all else."""
    if email.owner_id == enrollment.owner_id:
        email.owner = enrollment.owner
    if email.person_id == enrollment.person_id:
        email.person = enrollment.person
    return email


def _order(turn: Turn) -> tuple[bool, Any, int]:
    return turn.done_at is not None, turn.done_at, turn.pk


def _row(turn: Next, words: Words, texts: dict[str, int], now: datetime) -> dict[str, Any]:
    enrollment, person, identity = turn.enrollment, turn.enrollment.person, turn.enrollment.identity
    assert identity is not None  # the engine has asked
    return {
        "enrollment_id": enrollment.pk,
        "campaign_id": enrollment.campaign_id,
        "step_id": turn.step.pk,
        "due_at": turn.due.at,
        "owner_id": enrollment.owner_id,
        "identity_id": identity.pk,
        "channel_id": identity.channel_id,
        "person_id": person.pk,
        "to_address": person.email,
        "to_name": person.name[:200],
        "shown": words.shown,
        "snippet": words.snippet,
        "search_text": words.search_text,
        "subject": words.subject,
        "text": texts.setdefault(words.html, len(texts) + 1),
        "template_version_id": turn.step.template_version_id,
        "continues_id": words.continues.pk if words.continues else None,
        **wall_columns(max(turn.due.at, now), enrollment.campaign.zone),
    }


_SAME = {"status": Status.SCHEDULED, "lane": Lane.BULK}
_OWN_OF_EMAIL = {name.removesuffix("_id") for name in _OF_EMAIL} | {
    "subject", "compose_key", "message_id", "answered_at",
}  # fmt: skip
_OWN_OF_CONTENT = {"email", "subject", "html", "search_text"}


def _same_for_all() -> dict[str, Any]:
    """What every email and every content begins with."""
    email = columns(Email, _SAME, besides=_OWN_OF_EMAIL)
    content = columns(EmailContent, {}, besides=_OWN_OF_CONTENT)
    told = {f"e_{column}": value for column, value in email.items()}
    return told | {f"c_{column}": value for column, value in content.items()}


def _statement() -> str:
    email = columns(Email, _SAME, besides=_OWN_OF_EMAIL)
    content = columns(EmailContent, {}, besides=_OWN_OF_CONTENT)
    return _MAKE.format(
        arrays=", ".join(f"%({name})s::{kind}[]" for name, kind in _ROW.items()),
        names=", ".join(_ROW),
        own_columns=", ".join(_OF_EMAIL),
        email_columns=", ".join(email),
        email_values=", ".join(f"%(e_{column})s" for column in email),
        content_columns=", ".join(content),
        content_values=", ".join(f"%(c_{column})s" for column in content),
    )
