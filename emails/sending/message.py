"""From an email to the bytes that are handed over."""

from dataclasses import dataclass
from typing import Any, NamedTuple

from django.conf import settings
from django.db.models import Max
from django.utils import timezone

from ..models import Attempt, Email, EmailContent, Link
from ..resolving import Unresolved, resolved
from ..tracking import tokens
from ..tracking.rewriting import instrument
from ..unsubscribing import wording as unsubscribing
from . import mime
from .html import for_mail, text_of

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

    @property
    def token(self) -> str:
        """What comes back with delivery reports and names this attempt."""
        return tokens.make(tokens.Use.RETURN, self.email.pk, self.number)

    def keep(self) -> None:
        """Store what was resolved for the first attempt; later ones find it there."""
        if self.links:
            Link.objects.bulk_create(self.links, ignore_conflicts=True)
        unsent = EmailContent.objects.filter(email_id=self.email.pk, sent_html="")
        if unsent.update(sent_html=self.html, sent_text=self.text):
            self._keep_subject()

    def _keep_subject(self) -> None:
        """Lists show from now on what was sent, whatever becomes of the person's data."""
        if self.subject != self.email.subject:
            Email.objects.of_ids([self.email.pk]).update(subject=self.subject)
            self.email.subject = self.subject


def prepare(email: Email) -> Prepared:
    """Build the message of the next attempt, from what is stored of an earlier one if there was.

    Writes nothing. Raises CannotBeBuilt for what no message can be made of.
    """
    earlier = list(email.attempts.all())
    try:
        said = _said_before(email) or _said_first(email, after=_last_link(email) if earlier else 0)
        data = mime.build(_outgoing(email, said, earlier))
    except Unresolved as error:
        raise CannotBeBuilt(error.reason, **error.values) from error
    except (ValueError, OSError) as error:
        raise CannotBeBuilt("could_not_be_built", words=str(error)[:300]) from error
    return Prepared(
        email, email.version, len(earlier) + 1, said.subject, said.html, said.text, said.links, data
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
    html, links = instrument(email, said.body.text, after=after)
    return _Said(said.subject.text, html, text_of(said.body.text), links)


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


def _outgoing(email: Email, said: _Said, earlier: list[Attempt]) -> mime.Outgoing:
    token = tokens.make(tokens.Use.RETURN, email.pk, len(earlier) + 1)
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
            for kept in email.attachments.select_related("file")
        ],
    )
