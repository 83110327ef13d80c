"""From a tree to its text form; what is parsed from that is the same tree."""

import re

from ..fields import FIELDS, field_named
from ..fields.own import BEFORE
from ..periods import Period
from ..tree import All, Any_, Condition, Node, Not
from .conditions import ANYTHING, WORDS_FIELD
from .lexer import WORDS

# What needs no quotation marks.
_SIMPLE = re.compile(r"[\w@.][\w@.+&/-]*")


def text_of(tree: Node) -> str:
    """The text form of a search; "" for everything."""
    if isinstance(tree, Condition):
        return _condition(tree)
    if isinstance(tree, Not):
        return f"-{_within(tree.child)}"
    if isinstance(tree, All):
        return " ".join(_within(child) for child in tree.children)
    return " or ".join(
        f"({text_of(child)})" if isinstance(child, Any_) else text_of(child)
        for child in tree.children
    )


def _within(node: Node) -> str:
    """As part of what stands side by side, or denied."""
    return text_of(node) if isinstance(node, Condition) else _bracketed(node)


def _bracketed(node: Node) -> str:
    if isinstance(node, Not) and not isinstance(node.child, Not):
        return text_of(node)
    return f"({text_of(node)})"


def _condition(condition: Condition) -> str:
    field, name = field_named(condition.field), condition.field
    days = f":{period_text(condition.within)}" if condition.within else ""
    if field.kind == "number":
        is_bare = condition.op == ">=" and condition.value == 1
        return f"{name}{'' if is_bare else f'{condition.op}{condition.value}'}{days}"
    if field.kind in {"moment", "flag"}:
        return f"{name}{days}"
    if condition.op == "any":
        return f"{name}:{ANYTHING}"
    if isinstance(condition.value, tuple):
        return f"{name}:{','.join(map(_value, condition.value))}"
    value = str(condition.value)
    if name == WORDS_FIELD and condition.op == "has":
        return _word(value)
    return f"{name}{'=' if condition.op == 'is' else ':'}{_value(value)}"


def _value(value: int | str) -> str:
    if isinstance(value, int):
        return f"#{value}"
    return value if _SIMPLE.fullmatch(value) else _quoted(value)


def _word(value: str) -> str:
    """Words alone, which must not be taken for anything else."""
    lower = value.lower()
    taken = lower in WORDS or lower in FIELDS or lower.startswith(BEFORE)
    return _quoted(value) if taken else _value(value)


def _quoted(value: str) -> str:
    escaped = re.sub(r'(["“”„\\])', r"\\\1", value)
    return f'"{escaped}"'


def period_text(period: Period) -> str:
    """The word for a period."""
    if period.name:
        return period.name
    if period.days:
        return f"last-{period.days}-days"
    if period.next_days:
        return f"next-{period.next_days}-days"
    if period.not_for_days:
        return f"not-for-{period.not_for_days}-days"
    if period.first and period.first == period.last:
        return period.first.isoformat()
    first = period.first.isoformat() if period.first else ""
    last = period.last.isoformat() if period.last else ""
    return f"{first}..{last}"
