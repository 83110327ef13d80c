"""A stored message as its recipient's mail program would show it."""

import base64
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from functools import cached_property

from django.conf import settings
from django.utils.html import escape, urlize

from emails.sending.html import clean
from emails.tracking.rewriting import AddressReplacer

from .store import Stored

MOST_TEXT = 4_000_000  # characters of a body that are shown
DOCUMENT = (
    '<!DOCTYPE html><html><head><meta charset="utf-8"><base target="_blank">'
    '<title>{title}</title></head><body style="margin:16px;color-scheme:light;background:#fff;'
    'color:#1b1c1e;font:14px/1.5 Arial,sans-serif">{body}</body></html>'
)


@dataclass(frozen=True)
class File:
    """An attachment: where it stands among all parts, and what it says of itself."""

    number: int
    name: str
    size: int


class Shown:
    """The parts of one message that a reader sees.

    Addresses of our tracking host lead through the sink, so that what is fetched there comes
    without the cookies of whoever looks: it is the recipient who views and clicks, not the rep.
    """

    def __init__(self, stored: Stored, *, quietly: bool = False) -> None:
        """`quietly` leaves the pixel out: whoever has just answered has not opened it again."""
        self.stored = stored
        self.quietly = quietly
        self.addresses: list[str] = []  # of links and pictures on the tracking host

    @cached_property
    def parts(self) -> list[EmailMessage]:
        """Every part that is no container, in order."""
        return [part for part in _walk(self.stored.message) if not part.is_multipart()]

    @cached_property
    def document(self) -> str:
        """The page to show in a frame, `addresses` being filled on the way."""
        html = self._text_of("text/html")
        text = "" if html else self._text_of("text/plain")
        body = self._tracked(clean(html)) if html else f"<pre>{urlize(text, autoescape=True)}</pre>"
        return DOCUMENT.format(title=escape(self.stored.subject), body=body)

    @property
    def files(self) -> list[File]:
        """What is attached."""
        return [
            File(number, part.get_filename() or part.get_content_type(), len(content_of(part)))
            for number, part in enumerate(self.parts)
            if part.get_content_disposition() == "attachment"
        ]

    def address(self, number: int) -> str:
        """The address that the sink is to fetch under this number, "" if there is none."""
        assert self.document  # fills them
        return self.addresses[number] if 0 <= number < len(self.addresses) else ""

    def _text_of(self, kind: str) -> str:
        for part in self.parts:
            if part.get_content_type() == kind and part.get_content_disposition() != "attachment":
                charset = part.get_content_charset("utf-8")
                try:
                    return content_of(part).decode(charset, "replace")[:MOST_TEXT]
                except LookupError:
                    return content_of(part).decode("utf-8", "replace")[:MOST_TEXT]
        return ""

    def _tracked(self, html: str) -> str:
        return AddressReplacer(html, self._instead).html

    def _instead(self, tag: str, address: str) -> str | None:
        if address.startswith("cid:"):
            return self._inline(address.removeprefix("cid:"))
        if not address.startswith(f"{settings.TRACKING_URL}/t/"):
            return None
        self.addresses.append(address)
        way = "follow" if tag == "a" else "picture"
        if self.quietly and tag == "img":
            return "data:,"
        return f"/{self.stored.name}/{way}/{len(self.addresses) - 1}"

    def _inline(self, content_id: str) -> str | None:
        for part in self.parts:
            named = str(part.get("Content-ID", "")).strip(" <>")
            if named == content_id and part.get_content_maintype() == "image":
                data = base64.b64encode(content_of(part)).decode()
                return f"data:{part.get_content_type()};base64,{data}"
        return None


def content_of(part: EmailMessage) -> bytes:
    """The decoded bytes of a part."""
    try:
        found = part.get_payload(decode=True)
    except (ValueError, LookupError):
        found = None
    return found if isinstance(found, bytes) else b""


def _walk(message: EmailMessage) -> Iterator[EmailMessage]:
    """The parts of a message; messages within it are left closed."""
    for number, part in enumerate(message.walk()):
        if number > 200:
            return
        yield part
