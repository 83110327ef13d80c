"""From the frozen list of recipients to one email for each, by the thousand.

Set by set in PostgreSQL: a chunk is one transaction that inserts the emails with all that belongs
to them and notes how far it has come. A run that is killed leaves whole chunks, and the next one
goes on behind the last of them. Two at once take turns, for each chunk holds the bulk email's row.
Even if all this were wrong, no recipient can have a second email: the table forbids it.
"""

from typing import TYPE_CHECKING, Any
from uuid import uuid4

from django.conf import settings
from django.db import connection, transaction
from django.db.models.functions import Now

from ..models import Email, EmailContent, Lane
from ..sending.html import line_of
from .checking import obstacles

if TYPE_CHECKING:
    from django.db.models import Model

    from ..models import BulkSend

CHUNK = 2500

# Whose turn it is: the next recipients on the list behind the last whose email is there, in the
# order in which they came onto it.
_MAKE = """
WITH chunk AS MATERIALIZED (
    SELECT recipient.*, person.search_text AS known_by,
           earlier.id AS continues_id, earlier.answered_at AS answered_at
      FROM (
        SELECT * FROM emails_bulkrecipient
         WHERE bulk_id = %(bulk)s AND id > %(made_up_to)s
           AND removed_at IS NULL AND left_out = ''
         ORDER BY id LIMIT %(size)s
      ) AS recipient
      LEFT JOIN prospects_person AS person ON person.id = recipient.person_id
      -- The last that they got of the campaign. Who answered one email of it has answered this one,
      -- as emails/conversations.py has it.
      LEFT JOIN LATERAL (
        SELECT id, answered_at FROM emails_email AS of_campaign
         WHERE of_campaign.person_id = recipient.person_id AND of_campaign.owner_id = %(by)s
           AND of_campaign.campaign_id = %(campaign)s AND of_campaign.purged_at IS NULL
           AND of_campaign.status IN ('delivered', 'archived')
         ORDER BY of_campaign.delivered_at DESC, id DESC LIMIT 1
      ) AS earlier ON %(campaign)s IS NOT NULL
), made AS (
    INSERT INTO emails_email ({email_columns}, person_id, to_address, to_name, subject, snippet,
                              continues_id, answered_at, compose_key, message_id,
                              bulk_recipient_id)
    SELECT {email_values}, person_id, address, name, coalesce(subject, %(subject)s),
           CASE WHEN html IS NULL THEN %(snippet)s ELSE '' END, continues_id, answered_at,
           md5(%(salt)s || id)::uuid, md5(id || %(salt)s) || %(at_domain)s, id
      FROM chunk
        ON CONFLICT (bulk_recipient_id) WHERE bulk_recipient_id IS NOT NULL DO NOTHING
    RETURNING id, bulk_recipient_id
), contents AS (
    INSERT INTO emails_emailcontent ({content_columns}, email_id, subject, html, cc, bcc,
                                     search_text)
    SELECT {content_values}, made.id, coalesce(subject, %(subject)s), coalesce(html, %(html)s),
           CASE WHEN chunk.id = %(first)s THEN %(cc)s::jsonb ELSE '[]' END,
           CASE WHEN chunk.id = %(first)s THEN %(bcc)s::jsonb ELSE '[]' END,
           left(coalesce(known_by, words_folded(name || ' ' || address)) || ' '
                || words_folded(coalesce(subject, %(subject)s)), 1200)
      FROM made JOIN chunk ON chunk.id = made.bulk_recipient_id
), attached AS (
    INSERT INTO emails_attachment (email_id, file_id)
    SELECT made.id, file.storedfile_id
      FROM made CROSS JOIN emails_bulksend_files AS file
     WHERE file.bulksend_id = %(bulk)s
     ORDER BY made.id, file.id
), created AS (
    INSERT INTO emails_transition (email_id, cause, from_status, to_status, by_id, reason,
                                   reason_values, server_words)
    SELECT id, cause, from_status, to_status, %(by)s, '', '{{}}', ''
      FROM (VALUES (1, 'create', '', 'draft'), (2, 'schedule', 'draft', 'scheduled'))
           AS happened (number, cause, from_status, to_status) CROSS JOIN made
     ORDER BY number, id
)
SELECT count(*), max(id), (SELECT count(*) FROM made) FROM chunk
"""


def make_all(bulk: "BulkSend", *, size: int = CHUNK) -> int:
    """Make what emails of `bulk` are missing; returns how many."""
    count = 0
    while (made := make_chunk(bulk, size)) is not None:
        count += made
    return count


@transaction.atomic
def make_chunk(bulk: "BulkSend", size: int = CHUNK) -> int | None:
    """Make the next emails of `bulk`, at most `size`; None if none is left or it is cancelled."""
    bulk._lock()
    if not bulk.is_being_made:
        return None
    with connection.cursor() as cursor:
        cursor.execute(*_statement(bulk, size))
        asked, last, made = cursor.fetchone()
    bulk._set(**({"made_up_to": last} if asked else {"made_at": Now()}))
    return made if asked else None


def _statement(bulk: "BulkSend", size: int) -> tuple[str, dict[str, Any]]:
    email = columns(Email, _of_every_email(bulk), besides=_OWN_OF_EMAIL)
    content = columns(EmailContent, {}, besides=_OWN_OF_CONTENT)
    told = {
        "bulk": bulk.pk,
        "made_up_to": bulk.made_up_to,
        "size": size,
        "subject": bulk.subject,
        "html": bulk.html,
        "snippet": line_of(bulk.html)[:200],
        "salt": uuid4().hex,  # each a random number would cost more than all else of the row
        "at_domain": f"@{settings.MAIL_DOMAIN}",
        "first": _carrier(bulk, size),
        "cc": _json(bulk.cc),
        "bcc": _json(bulk.bcc),
        "by": bulk.owner_id,
        "campaign": bulk.campaign_continued,
    }
    sql = _MAKE.format(
        email_columns=", ".join(email),
        email_values=", ".join(f"%(e_{column})s" for column in email),
        content_columns=", ".join(content),
        content_values=", ".join(f"%(c_{column})s" for column in content),
    )
    told |= {f"e_{column}": value for column, value in email.items()}
    told |= {f"c_{column}": value for column, value in content.items()}
    return sql, told


def _carrier(bulk: "BulkSend", size: int) -> int | None:
    """Whose message the copies go with: the first in the first chunk whom nothing keeps from
    getting it. What is stopped takes its copies with it."""
    if bulk.made_up_to or not (bulk.cc or bulk.bcc):
        return None
    on_list = bulk.recipients.active().filter(left_out="").select_related("person").in_order()
    some = list(on_list[:size])
    fine = (each.pk for each in some if not obstacles(bulk, [each]))
    return next(fine, some[0].pk if some else None)


# What differs from email to email, and what the database fills in itself.
_OWN_OF_EMAIL = {
    "person", "to_address", "to_name", "subject", "snippet", "continues", "answered_at",
    "compose_key", "message_id", "bulk_recipient",
}  # fmt: skip
_OWN_OF_CONTENT = {"email", "subject", "html", "cc", "bcc", "search_text"}


def _of_every_email(bulk: "BulkSend") -> dict[str, Any]:
    """The columns of an email that are the same for all of `bulk`."""
    return {
        "owner": bulk.owner_id,
        "identity": bulk.identity_id,
        "channel": bulk.channel_id,
        "bulk": bulk.pk,
        "template_version": bulk.template_version_id,
        "status": Email.Status.SCHEDULED,
        "send_at": bulk.send_at,
        "send_wall": bulk.send_wall,
        "send_zone": bulk.send_zone,
        "at_once": bulk.at_once,
        "lane": Lane.BULK,
        "on_hold": bulk.state == bulk.State.PAUSED,
    }


def columns(model: "type[Model]", told: dict[str, Any], *, besides: set[str]) -> dict[str, Any]:
    """Every column that has to be given, as PostgreSQL wants it: what is `told`, else its default."""
    columns: dict[str, Any] = {}
    for field in model._meta.concrete_fields:
        given = field.name in told
        if field.name in besides or field.primary_key or (not given and field.has_db_default()):
            continue
        value = told[field.name] if given else field.get_default()
        columns[str(field.column)] = field.get_db_prep_save(value, connection)
    return columns


def _json(value: list[str]) -> Any:
    return EmailContent._meta.get_field("cc").get_db_prep_save(value, connection)
