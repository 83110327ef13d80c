"""From an email to the bytes that are handed over."""

import json
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

from django.conf import settings
from django.db import connection
from django.db.models import Max
from django.utils import timezone

from ..models import Attempt, Email, Link
from ..resolving import Unresolved, resolved
from ..tracking import tokens
from ..unsubscribing import wording as unsubscribing
from . import mime
from .html import for_mail
from .moulds import cast

# So many messages of a thread are named in References.
MOST_REFERENCES = 10


class CannotBeBuilt(Exception):
    """The email cannot become a message; `reason` and `values` are those of the stored reason."""

    def __init__(self, reason: str, **values: Any) -> None:
        super().__init__(reason, values)
        self.reason = reason
        self.values = values


@dataclass(frozen=True)
class Prepared:
    """An email made ready for one attempt, and what of it is to be kept once it is marked."""

    email: Email
    version: int
    number: int  # of the attempt
    subject: str
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
        marked = """WITH marked AS (
    UPDATE emails_email SET subject = %(subject)s WHERE id = %(email)s RETURNING id
)"""
        told: dict[str, Any] = {"subject": self.subject, "email": self.email.pk}
        with connection.cursor() as cursor:
            cursor.execute(f"{marked}{self.KEEP} SELECT", self.kept | told)


def prepare(email: Email, *, again: Attempt | None = None) -> Prepared:
    """Build the message of the next attempt, from what is stored of an earlier one if there was;
    or that of the attempt `again` once more.

    Writes nothing. Raises CannotBeBuilt for what no message can be made of.
    """
    earlier = list(email.attempts.all())
    try:
        said = _said_before(email) or _said_first(email, after=_last_link(email) if earlier else 0)
        number = again.number if again else len(earlier) + 1
        data = mime.build(_outgoing(email, said, earlier, number))
    except Unresolved as error:
        raise CannotBeBuilt(error.reason, **error.values) from error
    except (ValueError, OSError) as error:
        raise CannotBeBuilt("could_not_be_built", words=str(error)[:300]) from error
    return Prepared(
        email, email.version, number, said.subject, said.html, said.text, said.links, data
    )


class _Said(NamedTuple):
    """What the message says, fields and tracking resolved, and the links that this made."""

    subject: str
    html: str
    text: str
    links: list[Link]


def _said_before(email: Email) -> _Said | None:
    """What an earlier attempt said; None if there was none."""
    content = email.content
    if not content.sent_html:
        return None
    return _Said(email.subject, content.sent_html, content.sent_text, [])


def _said_first(email: Email, *, after: int) -> _Said:
    said = resolved(email)
    html, text, links = cast(email, said.body.text, said.body.shape, after=after)
    return _Said(said.subject.text, html, text, links)


def _last_link(email: Email) -> int:
    """The number of its last link so far. A number once sent keeps its meaning for ever."""
    return email.links.aggregate(last=Max("number"))["last"] or 0


def _thread(email: Email) -> list[str]:
    """The ids of the messages that it continues in the same mailbox, the first one first: mail
    programs show them together."""
    ids: list[str] = []
    earlier = email.continues
    while earlier and len(ids) < MOST_REFERENCES:
        if earlier.delivered_at and earlier.to_address.lower() == email.to_address.lower():
            ids.insert(0, f"<{earlier.message_id}>")
        earlier = earlier.continues
    return ids


def _outgoing(email: Email, said: _Said, earlier: list[Attempt], number: int) -> mime.Outgoing:
    token = tokens.make(tokens.Use.RETURN, email.pk, number)
    assert email.identity is not None  # a constraint of the table: it is scheduled
    thread = _thread(email)
    return mime.Outgoing(
        from_name=email.identity.name,
        from_address=email.identity.address,
        to_name=email.to_name,
        to_address=email.to_address,
        cc=email.content.cc,
        subject=said.subject,
        html=for_mail(said.html),
        text=said.text,
        message_id=f"<{email.message_id}>",
        date=timezone.localtime(
            earlier[0].started_at if earlier else timezone.now(), timezone=email.owner.zone
        ),
        in_reply_to=thread[-1] if thread else "",
        references=thread,
        headers={settings.TOKEN_HEADER: token} | unsubscribing.headers(email),
        attachments=[
            mime.Attachment(kept.file.name, kept.file.content_type, kept.file.file.read())
            for kept in email.attachments.all()
        ],
    )
