"""Hypothesis makes searches: any tree of any conditions, over names that somebody gives."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st

from search.fields import FIELDS, Field, field_named
from search.periods import NAMED, Period
from search.tree import All, Any_, Condition, Node, Not

Values = Mapping[str, Sequence[int | str]]
DAYS = st.integers(1, 40)


def dates(around: date) -> st.SearchStrategy[date]:
    return st.integers(-40, 40).map(lambda days: around + timedelta(days=days))


def periods(around: date) -> st.SearchStrategy[Period]:
    between = st.tuples(dates(around), dates(around)).map(sorted)
    return st.one_of(
        DAYS.map(lambda days: Period(days=days)),
        DAYS.map(lambda days: Period(next_days=days)),
        DAYS.map(lambda days: Period(not_for_days=days)),
        st.sampled_from(sorted(NAMED)).map(lambda name: Period(name=name)),
        between.map(lambda two: Period.between(*two)),
        dates(around).map(lambda day: Period.between(day, None)),
        dates(around).map(lambda day: Period.between(None, day)),
    )


def conditions(
    field: Field, values: Sequence[int | str], around: date
) -> st.SearchStrategy[Condition]:
    """Of one field; texts and names are among `values`."""
    make = {
        "flag": _flags,
        "text": _texts,
        "number": _numbers,
        "moment": _moments,
        "choice": _choices,
        "words": _lists,
        "ref": _lists,
    }[field.kind]
    made: st.SearchStrategy[Condition] = make(field, values, periods(around))
    return made.map(field.checked)


def _flags(field: Field, *_: Any) -> st.SearchStrategy[Condition]:
    return st.just(Condition(field.name, "yes"))


def _texts(field: Field, values: Any, *_: Any) -> st.SearchStrategy[Condition]:
    said = st.sampled_from(["has", "has", "is"])
    words = st.sampled_from([value for value in values if isinstance(value, str)])
    told = st.builds(lambda op, word: Condition(field.name, op, word), said, words)
    return st.one_of(told, told, st.just(Condition(field.name, "any")))


def _numbers(field: Field, _values: Any, within: Any) -> st.SearchStrategy[Condition]:
    compared = st.one_of(
        st.tuples(st.just(">="), st.integers(1, 4)),
        st.tuples(st.sampled_from(["<=", "="]), st.integers(0, 3)),
    )

    def make(op_and_number: tuple[str, int], period: Period | None) -> Condition:
        op, number = op_and_number
        if period and period.is_over:
            op, number = ">=", max(number, 1)
        return Condition(field.name, op, number, period)

    return st.builds(
        make, compared, st.one_of(st.none(), within) if field.has_period else st.none()
    )


def _moments(field: Field, _values: Any, within: Any) -> st.SearchStrategy[Condition]:
    told = within.map(lambda period: Condition(field.name, "in", None, period))
    return st.one_of(told, told, st.just(Condition(field.name, "ever")))


def _choices(field: Field, *_: Any) -> st.SearchStrategy[Condition]:
    codes = [code for code, _label in field.options()]  # type: ignore[attr-defined]
    return _some(st.sampled_from(codes)).map(lambda some: Condition(field.name, "is", some))


def _lists(field: Field, values: Any, *_: Any) -> st.SearchStrategy[Condition]:
    kept = [value for value in values if field.kind == "ref" or isinstance(value, str)]
    told = _some(st.sampled_from(kept)).map(lambda some: Condition(field.name, "is", some))
    if "any" not in field.ops:
        return told
    return st.one_of(told, told, told, st.just(Condition(field.name, "any")))


def _some(one: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(one, min_size=1, max_size=3, unique=True).map(tuple)


def trees(subject: str, values: Values, around: date) -> st.SearchStrategy[Node]:
    """Of the fields of `subject`; `values` are those of each field by its name, "" for others."""
    fields = [field for field in FIELDS.values() if subject in field.subjects]
    fields += [field_named(name) for name in values if name.startswith("own.")]
    leaves = st.one_of(
        [conditions(field, values.get(field.name, values[""]), around) for field in fields]
    )
    return st.recursive(
        leaves,
        lambda inner: st.one_of(
            st.lists(inner, min_size=1, max_size=4).map(lambda some: All(tuple(some))),
            st.lists(inner, min_size=1, max_size=3).map(lambda some: Any_(tuple(some))),
            inner.map(Not),
        ),
        max_leaves=8,
    )
