"""What the recipient's copy of an email has and its writer's has not: tracking links and a pixel."""

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from html import escape
from html.parser import HTMLParser
from typing import ClassVar, NamedTuple
from urllib.parse import urlsplit

from django.conf import settings
from django.urls import reverse

from ..models import Email, Link
from . import tokens

# Beyond so many, links are left as they are.
MOST_LINKS = 2000
_INVISIBLE = str.maketrans("", "", "\t\r\n")  # browsers leave them out of an address (WHATWG URL)

Replace = Callable[[str, str], str | None]


class Traced(NamedTuple):
    """HTML taken apart at the addresses that lead through our redirect in a recipient's copy."""

    pieces: list[str]  # between the addresses: one more than there are
    links: list[tuple[str, str]]  # where each leads, and its words

    def copy(
        self, email: Email, *, after: int = 0, filled: Callable[[str], str] = str
    ) -> tuple[str, list[Link]]:
        """The copy for the recipient of `email`, and its links, unsaved, numbered as they stand:
        from the one `after`, the last number of a message that this one replaces. `filled` says
        what addresses and words are in this email."""
        links = [
            Link(email=email, number=number, url=filled(url), text=filled(words)[:300])
            for number, (url, words) in enumerate(self.links, after + 1)
        ]
        html = [self.pieces[0]]
        for link, piece in zip(links, self.pieces[1:], strict=True):
            html += [click_url(email.pk, link.number), piece]
        return "".join([*html, _pixel(email.pk)]), links


def instrument(email: Email, html: str, *, after: int = 0) -> tuple[str, list[Link]]:
    """The recipient's copy of sanitised `html`, and its links, as Traced.copy() has them.

    Every http(s) link leads through our redirect; mailto, tel and places within the mail stay,
    and so do ways to unsubscribe, of whatever email: following one is no click.
    All else is kept to the letter, and the same html always gives the same copy.
    """
    return traced(html).copy(email, after=after)


def traced(html: str) -> Traced:
    """Where the links of sanitised `html` stand."""
    urls: list[str] = []

    def tracked(tag: str, address: str) -> str | None:
        url = address.strip().translate(_INVISIBLE)
        if tag != "a" or len(urls) >= MOST_LINKS or not is_web(url) or is_unsubscribing(url):
            return None
        urls.append(url)
        return ""

    copy = AddressReplacer(html, tracked)
    return Traced(copy.pieces, list(zip(urls, copy.texts, strict=True)))


def is_web(url: str) -> bool:
    """Whether this is an absolute http or https address with a host."""
    try:
        parts = urlsplit(url)
        return parts.scheme in {"http", "https"} and bool(parts.hostname)
    except ValueError:
        return False


def click_url(email_id: int, number: int) -> str:
    """Where the recipient's copy of a link leads."""
    return _url("tracking:click", tokens.make(tokens.Use.CLICK, email_id, number))


def pixel_url(email_id: int) -> str:
    """The picture by which a view is known."""
    return _url("tracking:open", tokens.make(tokens.Use.OPEN, email_id))


def unsubscribe_url(email_id: int) -> str:
    """Where the recipient of this email unsubscribes; their mail program posts there by itself."""
    return _url("unsubscribing:page", tokens.make(tokens.Use.UNSUBSCRIBE, email_id))


def is_unsubscribing(url: str) -> bool:
    """Whether this leads to our own page for unsubscribing."""
    return url.startswith(f"{settings.TRACKING_URL}/u/")


def _url(name: str, token: str) -> str:
    before, after = _path(name, settings.TRACKING_URLCONF)
    return f"{settings.TRACKING_URL}{before}{token}{after}"


@lru_cache
def _path(name: str, urlconf: str) -> tuple[str, str]:
    """What stands before and after the token; asked for once, for it takes longer than all else."""
    before, _token, after = reverse(name, args=["token"], urlconf=urlconf).rpartition("token")
    return before, after


def _pixel(email_id: int) -> str:
    return f'<img src="{pixel_url(email_id)}" width="1" height="1" alt="">'


class AddressReplacer(HTMLParser):
    """`html` with the addresses of links and pictures replaced by what `replace` says.

    `replace` is given the tag and the address, in order, and answers None to leave it. `texts`
    are the words of the replaced links; `pieces` is what stands between what replaced the addresses.
    Only the tags concerned are written anew; every other character stays as it was.
    """

    ADDRESSES: ClassVar = {"a": "href", "img": "src"}

    def __init__(self, html: str, replace: Replace) -> None:
        super().__init__(convert_charrefs=True)
        self.texts: list[str] = []
        self._replace = replace
        self._source = html
        self._lines = [0, *(found.end() for found in re.finditer("\n", html))]
        self.pieces: list[str] = []
        self._instead: list[str] = []
        self._begun = ""  # of the piece that is not at its end
        self._kept_to = 0
        self._words: list[str] | None = None  # of the replaced link that is open
        self.feed(html)
        self.close()
        self._end_link()
        self.pieces.append(self._begun + html[self._kept_to :])
        between = [*self._instead, ""]
        self.html = "".join(map("".join, zip(self.pieces, between, strict=True)))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self._end_link()
        elif tag == "img" and self._words is not None:
            self._words.append(dict(attrs).get("alt") or "")
        name = self.ADDRESSES.get(tag)
        address = dict(reversed(attrs)).get(name) if name else None  # the first one counts
        instead = self._replace(tag, address) if address else None
        if instead is None:
            return
        self._put(f"<{tag} {name}=", instead, [pair for pair in attrs if pair[0] != name])
        if tag == "a":
            self._words = []

    def handle_endtag(self, tag: str) -> None:
        if tag == "a":
            self._end_link()

    def handle_data(self, data: str) -> None:
        if self._words is not None:
            self._words.append(data)

    def _end_link(self) -> None:
        if self._words is not None:
            self.texts.append(" ".join("".join(self._words).split()))
            self._words = None

    def _put(self, begun: str, instead: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        """Write the tag that is being read anew."""
        line, column = self.getpos()
        start = self._lines[line - 1] + column
        others = "".join(f' {name}="{escape(value or "")}"' for name, value in attrs)
        self.pieces.append(f'{self._begun}{self._source[self._kept_to : start]}{begun}"')
        self._instead.append(escape(instead))
        self._begun = f'"{others}>'
        self._kept_to = start + len(self.get_starttag_text() or "")
