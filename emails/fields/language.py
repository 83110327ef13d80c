"""The little of Liquid that emails speak: fields, a few filters, conditions.

No loops, no variables, no partial templates: nothing that could run long or grow without bound.
"""

import re
from collections.abc import Callable
from html import escape
from typing import Any
from urllib.parse import quote

from django.utils.functional import Promise
from django.utils.safestring import SafeData
from django.utils.translation import gettext_lazy
from liquid import Environment
from liquid.builtin import content, illegal, output
from liquid.builtin.filters.array import first, last
from liquid.builtin.filters.misc import default
from liquid.builtin.filters.string import (
    append,
    capitalize,
    downcase,
    prepend,
    remove,
    replace,
    split,
    strip,
    truncate,
    truncatewords,
    upcase,
    url_encode,
)
from liquid.builtin.tags import case_tag, if_tag, unless_tag
from liquid.exceptions import FilterValueError
from liquid.tag import Tag
from liquid.undefined import Undefined

_TAG_NAMES = "if elsif else endif unless endunless case when endcase"
TAGS = frozenset(_TAG_NAMES.split())
# What may be done with a field, and what that is for: shown with the picker.
FILTERS: dict[str, str | Promise] = {
    "default": gettext_lazy("what stands there if it is empty"),
    "upcase": gettext_lazy("in capitals"),
    "downcase": gettext_lazy("in small letters"),
    "capitalize": gettext_lazy("with a capital first"),
    "strip": gettext_lazy("without spaces around it"),
    "append": gettext_lazy("with something after it"),
    "prepend": gettext_lazy("with something before it"),
    "remove": gettext_lazy("without these letters"),
    "replace": gettext_lazy("with other letters instead"),
    "truncate": gettext_lazy("its first letters"),
    "truncatewords": gettext_lazy("its first words"),
    "split": gettext_lazy("cut into parts"),
    "first": gettext_lazy("the first part"),
    "last": gettext_lazy("the last part"),
    "url_encode": gettext_lazy("made fit for an address"),
}
# The longest text that a filter may make.
LONGEST_VALUE = 20_000
LONGEST_OUTPUT = 10_000_000
# Around the name of a field that is missing or the number of a prompt, where it would stand.
MISSING = "\ue000{}\ue001"
PROMPT = "\ue002{}\ue003"
MARKS = re.compile("[\ue000-\ue003]")


class Missing(Undefined):
    """A field that is empty. False in a condition; used as text it notes that it is missing."""

    __slots__ = ("noted",)

    def __init__(self, name: str, noted: dict[str, None] | None = None, **told: Any) -> None:
        super().__init__(name, **told)
        self.noted = {} if noted is None else noted

    def __str__(self) -> str:
        self.noted[self.name] = None
        return MISSING.format(self.name)


class Blank(Missing):
    """A field that is empty and may be: false in a condition, and nothing as text."""

    __slots__ = ()

    def __str__(self) -> str:
        return ""


_TAG_CLASSES: tuple[type[Tag], ...] = (
    content.Literal,
    output.Output,
    illegal.Illegal,
    if_tag.IfTag,
    unless_tag.UnlessTag,
    case_tag.CaseTag,
)


class Language(Environment):
    """Liquid with what emails may use of it, and the filters that write a value into its place."""

    block_nesting_limit = 10
    output_stream_limit = LONGEST_OUTPUT
    suppress_blank_control_flow_blocks = False

    def setup_tags_and_filters(self, *, extra: bool = False) -> None:
        for tag in _TAG_CLASSES:
            self.add_tag(tag)
        for name, function in _FUNCTIONS.items():
            self.add_filter(name, function)
        for name, write in WRITERS.items():
            self.add_filter(name, write)


def _bounded(filter_: Callable[..., Any]) -> Callable[..., Any]:
    """A filter that refuses to make a text of more than LONGEST_VALUE characters."""

    def bounded(value: object, *args: object, **options: object) -> object:
        made = filter_(value, *args, **options)
        if isinstance(made, str) and len(made) > LONGEST_VALUE:
            raise FilterValueError("too long", token=None)
        return made

    # How Liquid knows what else a filter wants to be given.
    bounded.with_environment = getattr(filter_, "with_environment", False)  # type: ignore[attr-defined]
    return bounded


def _replace(value: object, old: object, new: object = "") -> str:
    text, sought, instead = _words(value), _words(old), _words(new)
    if text.count(sought) * len(instead) > LONGEST_VALUE:
        raise FilterValueError("too long", token=None)
    return str(replace(text, sought, instead))


def _words(value: object) -> str:
    return "" if value is None else str(value)


_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "default": default,
    "first": first,
    "last": last,
    "replace": _replace,
    **{
        each.__name__: _bounded(each)
        for each in (
            append,
            capitalize,
            downcase,
            prepend,
            remove,
            split,
            strip,
            truncate,
            truncatewords,
            upcase,
            url_encode,
        )
    },
}


def _written(value: object) -> str:
    if isinstance(value, list):
        return " ".join(map(_words, value))
    return _words(value)


def _as_html(value: object) -> str:
    return str(value) if isinstance(value, SafeData) else escape(_written(value))


def _as_attribute(value: object) -> str:
    return escape(_as_text(value))


def _as_url_part(value: object) -> str:
    return quote(_as_text(value), safe="/:@~")


def _as_text(value: object) -> str:
    from ..sending.html import line_of

    return line_of(str(value)) if isinstance(value, SafeData) else _written(value)


# The last filter of every field, by its place; no text can name them.
WRITERS: dict[str, Callable[[object], str]] = {
    "_text": _as_html,
    "_attribute": _as_attribute,
    "_address": _as_attribute,
    "_url": _as_url_part,
    "_line": _as_text,
}
LANGUAGE = Language(undefined=Missing)
