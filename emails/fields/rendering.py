"""A text with its fields filled in."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from html import escape

from django.utils.safestring import SafeString, mark_safe
from liquid.exceptions import (
    FilterValueError,
    LiquidError,
    OutputStreamLimitError,
    UnknownFilterError,
)
from liquid.template import BoundTemplate

from . import scanning
from .language import FILTERS, LANGUAGE, MARKS, MISSING, PROMPT, TAGS, WRITERS, Blank, Missing
from .problems import Faulty, Problem
from .shapes import Shape, Shaping
from .table import closest, known

# Texts up to this many characters are kept parsed in numbers; of longer ones only a few.
_SHORT = 50_000
_EMPTY = re.compile(r"(==|!=) ?(?:blank|empty|\"\"|'')(?= |\Z)")
_PLAIN = re.compile(r"(?P<name>[a-z]\w*)(?: ?\| ?default ?: ?(?P<default>\"[^\"\\]*\"|'[^'\\]*'))?")
_WRITER = re.compile(r"\|\s*(_\w*)")


@dataclass(frozen=True)
class Rendered:
    """What came of a text. It can be sent as it is if nothing is missing, left or wrong.

    `text` holds a mark wherever something is missing or left; `shown` is for people to see.
    """

    text: str
    missing: tuple[str, ...] = ()  # names of fields that are empty and have no default
    prompts: tuple[str, ...] = ()
    problem: Problem | None = None
    html: bool = False
    # Of the HTML, where nothing but plain fields stands in it, and those between its tags.
    shape: Shape | None = None

    @property
    def is_whole(self) -> bool:
        return not (self.missing or self.prompts or self.problem)

    @property
    def shown(self) -> str:
        """As far as it goes: what is missing or left stands there as it was written."""
        return self._filled("{{%s}}", "{{! %s }}", self.text)

    @property
    def marked(self) -> SafeString:
        """The same as HTML, in which what is missing or left stands out."""
        text = self.text if self.html else escape(self.text, quote=False)
        filled = self._filled("<mark>{{%s}}</mark>", "<mark>{{! %s }}</mark>", text)
        return mark_safe(filled)  # noqa: S308 - sanitised HTML, or escaped

    def _filled(self, missing: str, prompt: str, text: str) -> str:
        if self.problem or not MARKS.search(text):
            return text
        for name in self.missing:
            for spelled in {name, name.upper(), name.capitalize()}:
                text = text.replace(MISSING.format(spelled), missing % name)
        for number, words in enumerate(self.prompts):
            told = escape(words, quote=False) if self.html or "<" in prompt else words
            text = text.replace(PROMPT.format(number), prompt % told)
        return MARKS.sub("", text)


@dataclass(frozen=True, slots=True)
class Slot:
    """The place of a field with nothing but perhaps a default: filled in many times faster than
    by Liquid, and to the same."""

    name: str
    default: str | None
    write: Callable[[object], str]

    def written(self, values: Mapping[str, str], noted: dict[str, None]) -> str:
        """What stands there; noted if it is missing."""
        value = values.get(self.name) or self.default
        return self.write(_told(self.name, values, noted) if value is None else value)


@dataclass(frozen=True)
class Source:
    """A text once read: its fields, its prompts, and how to fill it in; or what is wrong."""

    html: bool
    template: BoundTemplate | None = None
    fields: frozenset[str] = frozenset()
    prompts: tuple[str, ...] = ()
    problem: Problem | None = None
    # Whether a field stands within a tag, or a condition can leave half a tag: clean it again.
    is_risky: bool = False
    starts: tuple[tuple[int, int], ...] = ()  # in Liquid's text → in the writer's
    parts: tuple[str | Slot, ...] = ()  # where plain fields are all there is


def render(source: str, values: Mapping[str, str], *, html: bool) -> Rendered:
    """`source` with its fields filled in from `values`.

    A field that has no value there is missing; one whose value is "" is blank on purpose. As HTML,
    `source` is sanitised and values are escaped, unless they are marked safe; else it is one line
    of text and stays one.
    """
    if not scanning.has_codes(source, html=html):
        return Rendered(source, html=html)
    read_ = read(source, html=html)
    if read_.problem or read_.template is None:
        return Rendered(source, prompts=read_.prompts, problem=read_.problem, html=html)
    noted: dict[str, None] = {}
    shape = None
    try:
        if read_.parts:
            text, shape = _filled(read_.parts, values, noted)
        else:
            told = {name: _told(name, values, noted) for name in read_.fields}
            text = read_.template.render(told)
    except (LiquidError, RecursionError) as error:
        problem = _problem(source, read_, error)
        return Rendered(source, prompts=read_.prompts, problem=problem, html=html)
    if read_.is_risky or not html:
        shape = None
    return Rendered(_safe(text, read_), tuple(noted), read_.prompts, html=html, shape=shape)


def _filled(
    parts: tuple[str | Slot, ...], values: Mapping[str, str], noted: dict[str, None]
) -> tuple[str, Shape]:
    """The text of which these are the parts, and its shape."""
    text: list[str] = []
    marked: list[str] = []
    shaping = Shaping()
    for part in parts:
        if isinstance(part, str):
            text.append(part)
            marked.append(part)
        else:
            text.append(part.written(values, noted))
            marked.append(shaping.mark(text[-1]))
    return "".join(text), Shape("".join(marked), shaping.values)


def _told(name: str, values: Mapping[str, str], noted: dict[str, None]) -> object:
    value = values.get(name)
    if value is None:
        return Missing(name, noted)
    return value or Blank(name)


def read(source: str, *, html: bool) -> Source:
    """`source` read, and kept, so that a text that goes to thousands is read once."""
    return (_read if len(source) <= _SHORT else _read_long)(source, html)


def _safe(text: str, source: Source) -> str:
    if source.html and source.is_risky:
        from ..sending.html import clean

        return clean(text)
    return text if source.html else " ".join(text.split())


def _read_now(source: str, html: bool) -> Source:
    prompts: list[str] = []
    parts: list[str] = []
    starts: list[tuple[int, int]] = []
    slots: list[str | Slot | None] = []
    risky, length = False, 0
    try:
        for piece in scanning.pieces(source, html=html):
            part = _in_liquid(source, piece, prompts, html)
            risky |= piece.kind == "tag" or piece.place != "text"
            starts.append((length, piece.start))
            length += len(part)
            parts.append(part)
            slots += _slot(piece, part, html)
        template = LANGUAGE.from_string("".join(parts))
        fields = _fields(source, template, tuple(starts), html)
    except Faulty as error:
        return Source(html, prompts=tuple(prompts), problem=error.problem)
    except (LiquidError, RecursionError) as error:
        given = Source(html, starts=tuple(starts))
        return Source(html, prompts=tuple(prompts), problem=_problem(source, given, error))
    plain = tuple(each for each in slots if each is not None)
    simple = plain if len(plain) == len(slots) else ()
    return Source(html, template, fields, tuple(prompts), None, risky, tuple(starts), simple)


_read = lru_cache(maxsize=256)(_read_now)
_read_long = lru_cache(maxsize=4)(_read_now)


def _in_liquid(source: str, piece: scanning.Piece, prompts: list[str], html: bool) -> str:
    """The piece as Liquid is to see it."""
    if piece.kind == "text":
        return MARKS.sub("", piece.source)
    if piece.kind == "prompt":
        prompts.append(piece.code)
        return PROMPT.format(len(prompts) - 1) + piece.moved
    if not piece.code:
        raise scanning.faulty(source, piece.start, "empty", html=html)
    if piece.kind == "tag":
        name = piece.code.split()[0]
        if name not in TAGS:
            raise scanning.faulty(source, piece.start, "unknown_tag", html=html, name=name)
        # Empty fields are nil here: no value is ever "" or blank.
        return f"{{% {_EMPTY.sub(r'\1 nil', piece.code)} %}}{piece.moved}"
    if own := _WRITER.search(piece.code):  # ours is the last one, and the only one
        raise scanning.faulty(source, piece.start, "unknown_filter", html=html, name=own[1])
    return f"{{{{ {piece.code} | {_writer(piece, html)} }}}}{piece.moved}"


def _slot(piece: scanning.Piece, part: str, html: bool) -> list[str | Slot | None]:
    """The piece as it is filled in without Liquid; [None] if it cannot be."""
    if piece.kind in {"text", "prompt"}:
        return [part]
    plain = _PLAIN.fullmatch(piece.code) if piece.kind == "field" else None
    if not plain or not known(plain["name"]):
        return [None]
    default = plain["default"][1:-1] if plain["default"] else None
    return [Slot(plain["name"], default, WRITERS[_writer(piece, html)]), piece.moved]


def _writer(piece: scanning.Piece, html: bool) -> str:
    return f"_{piece.place if html else 'line'}"


def _fields(
    source: str, template: BoundTemplate, starts: tuple[tuple[int, int], ...], html: bool
) -> frozenset[str]:
    """The names of the fields that are used. Raises Faulty for what is no field of ours."""
    found = template.analyze(include_partials=False)
    for name, spans in found.filters.items():
        if name not in FILTERS and name not in WRITERS:
            at = _place_of(starts, spans[0].index)
            raise scanning.faulty(source, at, "unknown_filter", html=html, name=name)
    names = set()
    for variables in found.variables.values():
        for variable in variables:
            at = _place_of(starts, variable.span.index)
            name = str(variable.segments[0])
            if len(variable.segments) > 1 or not isinstance(variable.segments[0], str):
                raise scanning.faulty(source, at, "walk", html=html, name=str(variable))
            if not known(name):
                meant = closest(name)
                code = "meant" if meant else "unknown_field"
                raise scanning.faulty(source, at, code, html=html, name=name, meant=meant)
            names.add(name)
    return frozenset(names)


def _place_of(starts: tuple[tuple[int, int], ...], index: int) -> int:
    """Where in the writer's text the piece begins that Liquid has at `index`."""
    return next((there for here, there in reversed(starts) if here <= index), 0)


def _problem(source: str, read_: Source, error: Exception) -> Problem:
    """Liquid's error in our words, with the place in the writer's text."""
    if isinstance(error, OutputStreamLimitError):
        return Problem("too_long")
    token = getattr(error, "token", None)
    at = _place_of(read_.starts, token.start_index) if token else 0
    if isinstance(error, FilterValueError) and error.message == "too long":
        return scanning.faulty(source, at, "too_long", html=read_.html).problem
    if isinstance(error, UnknownFilterError) and error.args:
        name = str(error.args[0]).partition("'")[2].partition("'")[0]
        return scanning.faulty(source, at, "unknown_filter", html=read_.html, name=name).problem
    words = str(getattr(error, "message", "") or "too deep")[:200]
    return scanning.faulty(source, at, "unreadable", html=read_.html, words=words).problem
