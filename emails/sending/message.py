"""From an email to the bytes that are handed over."""

import json
from dataclasses import dataclass
from typing import ClassVar

from django.conf import settings
from django.db import connection
from django.db.models import Max
from django.utils import timezone

from ..models import Attempt, Email, Link
from ..tracking import tokens
from ..tracking.rewriting import instrument
from . import mime
from .html import for_mail, text_of


class CannotBeBuilt(Exception):
    """The email cannot become a message; the words say why."""


@dataclass(frozen=True)
class Prepared:
    """An email made ready for one attempt, and what of it is to be kept once it is marked."""

    email: Email
    version: int
    number: int  # of the attempt
    html: str
    text: str
    links: list[Link]
    data: bytes

    # Parts of a statement that store what was resolved for the first attempt; later ones find it.
    # Of the email that is `marked` there, so that nothing is kept of what was not.
    KEEP: ClassVar = """, kept AS (
    UPDATE emails_emailcontent SET sent_html = %(sent_html)s::text, sent_text = %(sent_text)s::text
      FROM marked WHERE email_id = marked.id AND sent_html = ''
), linked AS (
    INSERT INTO emails_link (email_id, number, url, text)
    SELECT marked.id, link.number, link.url, link.text
      FROM marked, jsonb_to_recordset(%(links)s::jsonb) AS link(number int, url text, text text)
    ON CONFLICT DO NOTHING
)"""

    @property
    def kept(self) -> dict[str, str]:
        """The values of KEEP."""
        links = [{"number": one.number, "url": one.url, "text": one.text} for one in self.links]
        return {"sent_html": self.html, "sent_text": self.text, "links": json.dumps(links)}

    @property
    def token(self) -> str:
        """What comes back with delivery reports and names this attempt."""
        return tokens.make(tokens.Use.RETURN, self.email.pk, self.number)

    def keep(self) -> None:
        """Store what was resolved for the first attempt, where no mark does."""
        marked = "WITH marked AS (SELECT %(email)s::bigint AS id)"
        with connection.cursor() as cursor:
            cursor.execute(f"{marked}{self.KEEP} SELECT", self.kept | {"email": self.email.pk})


def prepare(email: Email, *, again: Attempt | None = None) -> Prepared:
    """Build the message of the next attempt, from what is stored of an earlier one if there was;
    or that of the attempt `again` once more.

    Writes nothing. Raises CannotBeBuilt for what no message can be made of.
    """
    content = email.content
    earlier = list(email.attempts.all())
    try:
        html: str = content.sent_html
        links: list[Link] = []
        if not html:
            after = _last_link(email) if earlier else 0
            html, links = instrument(email, content.html, after=after)
        text = content.sent_text or text_of(content.html)
        number = again.number if again else len(earlier) + 1
        data = mime.build(_outgoing(email, html, text, earlier, number))
    except (ValueError, OSError) as error:
        raise CannotBeBuilt(str(error)) from error
    return Prepared(email, email.version, number, html, text, links, data)


def _last_link(email: Email) -> int:
    """The number of its last link so far. A number once sent keeps its meaning for ever."""
    return email.links.aggregate(last=Max("number"))["last"] or 0


def _outgoing(
    email: Email, html: str, text: str, earlier: list[Attempt], number: int
) -> mime.Outgoing:
    token = tokens.make(tokens.Use.RETURN, email.pk, number)
    assert email.identity is not None  # a constraint of the table: it is scheduled
    return mime.Outgoing(
        from_name=email.identity.name,
        from_address=email.identity.address,
        to_name=email.to_name,
        to_address=email.to_address,
        cc=email.content.cc,
        subject=email.subject,
        html=for_mail(html),
        text=text,
        message_id=f"<{email.message_id}>",
        date=timezone.localtime(
            earlier[0].started_at if earlier else timezone.now(), timezone=email.owner.zone
        ),
        headers={settings.TOKEN_HEADER: token},
        attachments=[
            mime.Attachment(kept.file.name, kept.file.content_type, kept.file.file.read())
            for kept in email.attachments.all()
        ],
    )
