"""One term of the text form as a condition."""

import re
from datetime import date, timedelta

from django.utils.translation import gettext as _

from ..fields import FIELDS, Field, field_named
from ..fields.kinds import MOST
from ..fields.own import BEFORE
from ..periods import NAMED, Period
from ..tree import Condition
from .lexer import Part, Token
from .nearest import nearest

WORDS_FIELD = "text"
ANYTHING = "*"
_ID = re.compile(r"#(\d{1,19})", re.ASCII)
_NUMBER = re.compile(r"(\d{1,9})(?::(\S+))?", re.ASCII)
_DATE = r"\d{4}-\d{2}-\d{2}"
_RANGE = re.compile(rf"({_DATE})?\.\.({_DATE})?", re.ASCII)
_DAYS = (
    ("days", re.compile(r"(?:last-)?(\d{1,5})(?:d|-days?)", re.ASCII)),
    ("next_days", re.compile(r"next-(\d{1,5})(?:d|-days?)", re.ASCII)),
    ("not_for_days", re.compile(r"not-(?:for-)?(\d{1,5})(?:d|-days?)", re.ASCII)),
)


def condition_of(token: Token) -> Condition:
    """Not checked yet by its field; raises ValueError with a sentence."""
    if not token.name:
        (part,) = token.parts
        return _alone(part)
    field = _field(token)
    read = {
        "text": _text,
        "number": _number,
        "moment": _moment,
        "flag": _flag,
        "ref": _several,
        "choice": _several,
        "words": _several,
    }[field.kind]
    return read(field, token)


def _alone(part: Part) -> Condition:
    """A field without anything else, or words to look for."""
    word = part.text.lower()
    if not part.is_quoted and (word in FIELDS or word.startswith(BEFORE)):
        field = field_named(word)
        if not field.bare:
            raise ValueError(
                _("Say which: %(field)s:… To look for the word, put it in quotes.")
                % {"field": field.name}
            )
        return Condition(field.name, field.bare, 1 if field.kind == "number" else None)
    return Condition(WORDS_FIELD, "has", part.text)


def _field(token: Token) -> Field:
    try:
        return field_named(token.name)
    except ValueError as unknown:
        quoting = _("To look for these words themselves, put them in quotes.")
        raise ValueError(f"{unknown} {quoting}") from None


def _text(field: Field, token: Token) -> Condition:
    if token.op not in {":", "="}:
        raise ValueError(
            _("“%(field)s” holds words: write %(name)s:… or %(name)s=…")
            % {"field": field.label, "name": field.name}
        )
    first = token.parts[0]
    if len(token.parts) == 1 and not first.is_quoted and first.text == ANYTHING:
        return Condition(field.name, "any")
    value = first.text if first.is_quoted else ",".join(part.text for part in token.parts)
    if first.is_quoted and len(token.parts) > 1:
        raise ValueError(
            _("“%(field)s” is compared with one text; write two of them with “or” between them.")
            % {"field": field.label}
        )
    return Condition(field.name, "is" if token.op == "=" else "has", value)


def _several(field: Field, token: Token) -> Condition:
    if token.op not in {":", "="}:
        raise ValueError(_("Write %(name)s:… and what it is.") % {"name": field.name})
    first = token.parts[0]
    if "any" in field.ops and len(token.parts) == 1 and first == Part(ANYTHING, False):
        return Condition(field.name, "any")
    return Condition(field.name, "is", tuple(_value(field, part) for part in token.parts))


def _value(field: Field, part: Part) -> int | str:
    number = None if part.is_quoted or field.kind != "ref" else _ID.fullmatch(part.text)
    if number:
        return int(number[1])
    return part.text.lower() if field.kind == "choice" else part.text


def _flag(field: Field, token: Token) -> Condition:
    raise ValueError(
        _("“%(field)s” is so or not: write %(name)s or -%(name)s.")
        % {"field": field.label, "name": field.name}
    )


def _number(field: Field, token: Token) -> Condition:
    raw = token.parts[0].text if len(token.parts) == 1 else ""
    if token.op == ":":
        if raw.isdecimal():
            raise ValueError(
                _("Write %(name)s>=%(number)s for at least so many.")
                % {"name": field.name, "number": raw[:9]}
            )
        return Condition(field.name, ">=", 1, period_of(raw))
    found = _NUMBER.fullmatch(raw)
    if not found:
        raise ValueError(
            _("Write a number: %(name)s>=3, or %(name)s>=3:last-7-days.") % {"name": field.name}
        )
    op, number = token.op, int(found[1])
    if op == ">":
        op, number = ">=", number + 1
    elif op == "<":
        op, number = "<=", number - 1
    if op == "<=" and number < 0:
        raise ValueError(_("Nothing is fewer than none."))
    within = period_of(found[2]) if found[2] else None
    return Condition(field.name, op, min(number, MOST), within)


def _moment(field: Field, token: Token) -> Condition:
    raw = token.parts[0].text if len(token.parts) == 1 else ""
    if raw == ANYTHING and token.op in {":", "="}:
        return Condition(field.name, "ever")
    if token.op in {":", "="}:
        return Condition(field.name, "in", None, period_of(raw))
    day, later = _date(raw), timedelta(days=1)
    first = {">=": day, ">": day + later}.get(token.op)
    last = {"<=": day, "<": day - later}.get(token.op)
    return Condition(field.name, "in", None, Period.between(first, last))


def period_of(text: str) -> Period:
    """The days that `text` names; raises ValueError with a sentence."""
    word = text.lower()
    if word in NAMED:
        return Period(name=word)
    for key, pattern in _DAYS:
        if found := pattern.fullmatch(word):
            return Period.from_json({key: int(found[1])})
    if (found := _RANGE.fullmatch(word)) and word != "..":
        return Period.between(*(_date(day) if day else None for day in found.groups()))
    if re.fullmatch(_DATE, word, re.ASCII):
        return Period.between(_date(word), _date(word))
    if near := nearest(word, NAMED):
        raise ValueError(
            _("“%(text)s” is no time. Did you mean “%(near)s”?") % {"text": text[:40], "near": near}
        )
    raise ValueError(
        _("“%(text)s” is no time; write last-7-days, this-month or 2026-11-01..2026-11-30.")
        % {"text": text[:40]}
    )


def _date(text: str) -> date:
    found = Period.from_json({"from": text}).first
    assert found is not None
    return found
