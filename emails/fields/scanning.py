"""Finding what is no plain text in a text: fields, conditions and prompts.

Found before Liquid sees the text, because `{{! … }}` is a syntax error for it, because editors put
tags, entities and typographic quotes between the braces, and because where a field stands decides
how its value is escaped.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape

from .problems import Faulty, Problem

# Beyond so much, a text is no letter any more.
MOST_CODES = 1000
LONGEST_CODE = 1000

_TAG = r"(?:<[^<>]{0,500}>)*+"
_OPEN = {False: re.compile(r"\{([{%])"), True: re.compile(rf"\{{{_TAG}([{{%])")}
_CLOSE = {
    (False, "{"): re.compile(r"\}\}"),
    (False, "%"): re.compile(r"%\}"),
    (True, "{"): re.compile(rf"\}}{_TAG}\}}"),
    (True, "%"): re.compile(rf"%{_TAG}\}}"),
}
_TAGS = re.compile(r"<[^<>]*>")
# A whole tag, attributes with > and all; possessive, so that what does not match stops at once.
WHOLE_TAG = re.compile(r"""<[a-zA-Z/](?:[^"'>]|"[^"]*+"|'[^']*+')*+>""")
_IN_ATTRIBUTE = re.compile(r"""([\w-]+)\s*=\s*(?:"([^"]*)|'([^']*))\Z""")
_QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'|[“„”«»]([^“„”«»\"]*)[“„”«»\"]|[‘‚’]([^‘‚’']*)[‘‚’']")
_SPACES = re.compile("[\xa0\u2000-\u200b\u202f\u2060\ufeff\\s]+")
URLS = {"href", "src", "background", "cite"}


@dataclass(frozen=True)
class Piece:
    """A part of a text: `kind` is "text", "field", "tag" (a condition) or "prompt".

    `code` is what stands between the braces, in plain characters; `moved` the tags that stood
    there too; `start` where it begins in the source. `place` says where a field stands: "text",
    "attribute", "url" (somewhere within an address) or "address" (it is all of it).
    """

    kind: str
    source: str
    start: int
    code: str = ""
    moved: str = ""
    place: str = "text"


def has_codes(source: str, *, html: bool) -> bool:
    """Whether `source` holds anything that is to be resolved."""
    return "{" in source and _OPEN[html].search(source) is not None


def pieces(source: str, *, html: bool) -> Iterator[Piece]:
    """`source` in its parts. Raises Faulty for braces that are opened and never closed."""
    places = _places(source) if html else {}
    end, count = 0, 0
    while opened := _OPEN[html].search(source, end):
        start = opened.start()
        if start > end:
            yield Piece("text", source[end:start], end)
        closed = _CLOSE[html, opened[1]].search(source, opened.end(), opened.end() + LONGEST_CODE)
        if not closed or _OPEN[html].search(source, opened.end(), closed.start()):
            ending = "}}" if opened[1] == "{" else "%}"
            raise faulty(source, start, "unclosed", html=html, end=ending)
        count += 1
        if count > MOST_CODES:
            raise faulty(source, start, "too_many", html=html, most=MOST_CODES)
        end = closed.end()
        inner = source[start:end]
        yield _piece(inner, start, html, places.get(start, "text"), is_tag=opened[1] == "%")
    if end < len(source):
        yield Piece("text", source[end:], end)


def faulty(source: str, start: int, code: str, *, html: bool, **values: object) -> Faulty:
    """The exception for what is wrong at `start`, with the line that its reader sees it on."""
    from ..sending.html import text_of

    line = 1
    if html:
        line = sum(1 for line in text_of(source[:start] + "x").splitlines() if line.strip())
    excerpt = _TAGS.sub("", source[start : start + 400]) if html else source[start : start + 60]
    words = " ".join(unescape(excerpt).split())[:60]
    return Faulty(Problem(code, line, {"code": words} | values))


def _piece(inner: str, start: int, html: bool, place: str, *, is_tag: bool) -> Piece:
    moved = "".join(_TAGS.findall(inner)) if html else ""
    plain = unescape(_TAGS.sub("", inner)) if html else inner
    code = _QUOTED.sub(_straight, plain[2:-2])
    code = _SPACES.sub(" ", code).strip().strip("-").strip()
    if "{{" in code or "}}" in code or "{%" in code or "%}" in code:
        code = ""
    if not is_tag and code.startswith("!"):
        return Piece("prompt", inner, start, code[1:].strip(), moved, place)
    return Piece("tag" if is_tag else "field", inner, start, code, moved, place)


def _straight(match: re.Match[str]) -> str:
    """A text in typographic quotes in straight ones; one in straight quotes as it is."""
    inner = match[1] if match[1] is not None else match[2]
    if inner is None:
        return match[0]
    return f"'{inner}'" if '"' in inner else f'"{inner}"'


def _places(source: str) -> dict[int, str]:
    """Where each code stands that stands within a tag."""
    places: dict[int, str] = {}
    for tag in WHOLE_TAG.finditer(source):
        if "{" not in tag[0]:
            continue
        for opened in _OPEN[True].finditer(tag[0]):
            attribute = _IN_ATTRIBUTE.search(tag[0][: opened.start()])
            place = "attribute"
            if attribute and attribute[1].lower() in URLS:
                place = "url" if (attribute[2] or attribute[3] or "").strip() else "address"
            places[tag.start() + opened.start()] = place
    return places
