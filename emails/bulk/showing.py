"""What lists show and find of the emails of a bulk email that do not all say the same.

Set by set they are made with the common words as these were written. Where there are fields to fill
in, or words of their own, their rows are brought up to date behind that: their emails are there
already, and may be on their way. A run that is killed is gone on with, like the making.
"""

from functools import cache
from typing import TYPE_CHECKING

from django.db import connection, transaction
from django.db.models.functions import Now

from prospects.words import folded

from ..fields import Values, render
from ..fields.scanning import has_codes
from ..models import Email
from ..resolving import about
from ..sending.html import line_of

if TYPE_CHECKING:
    from ..models import BulkSend
    from ..models.querysets import EmailQuerySet

CHUNK = 1000

# What was sent is on the row already, and stays.
_SHOW = """
UPDATE emails_email SET subject = shown.subject, snippet = shown.snippet
  FROM unnest(%s::bigint[], %s::text[], %s::text[]) AS shown (id, subject, snippet),
       emails_emailcontent AS content
 WHERE emails_email.id = shown.id AND content.email_id = shown.id AND content.sent_html = ''
"""
_FIND = """
UPDATE emails_emailcontent SET search_text = shown.words
  FROM unnest(%s::bigint[], %s::text[]) AS shown (id, words)
 WHERE email_id = shown.id
"""


def show_all(bulk: "BulkSend", *, size: int = CHUNK) -> None:
    """Bring the rows of all emails of `bulk` up to date, once they are all made."""
    while show_chunk(bulk, size):
        pass


@transaction.atomic
def show_chunk(bulk: "BulkSend", size: int = CHUNK) -> bool:
    """Bring the next rows up to date; False if none is left."""
    bulk._lock()
    if not bulk.is_being_shown:
        return False
    emails = list(_different(bulk).filter(bulk_recipient__gt=bulk.shown_up_to)[:size])
    if not emails:
        bulk._set(shown_at=Now())
        return False
    _store(emails)
    bulk._set(shown_up_to=emails[-1].bulk_recipient_id)
    return True


def _different(bulk: "BulkSend") -> "EmailQuerySet":
    """Those that say something else than the common words as they were written."""
    emails = bulk.emails.exclude(bulk_recipient=None).order_by("bulk_recipient")
    emails = emails.select_related("content", "person", "owner", "identity")
    if has_codes(bulk.subject, html=False) or has_codes(bulk.html, html=True):
        return emails
    return emails.filter(bulk_recipient__in=bulk.recipients.edited())


def _store(emails: list[Email]) -> None:
    beginning = cache(_beginning)
    subjects, snippets, words = [], [], []
    for email in emails:
        values, content = Values(about(email)), email.content
        subject = render(content.subject, values, html=False).shown[:500]
        subjects.append(subject)
        start = beginning(content.html)
        snippets.append(line_of(render(start, values, html=False).shown)[:200])
        known = content.search_text.removesuffix(folded(content.subject))
        words.append(f"{known}{folded(subject)}"[:1200])
    ids = [email.pk for email in emails]
    # By id, as everybody locks them, and so that the statement sees what was sent meanwhile.
    list(Email.objects.of_ids(ids).locked().values_list("pk"))
    with connection.cursor() as cursor:
        cursor.execute(_SHOW, [ids, subjects, snippets])
        cursor.execute(_FIND, [ids, words])


def _beginning(html: str) -> str:
    """The first words of a text on one line, with no field cut in two."""
    line = line_of(html)[:400]
    opened = max(line.rfind("{{"), line.rfind("{%"))
    return line[:opened] if opened > max(line.rfind("}}"), line.rfind("%}")) else line
