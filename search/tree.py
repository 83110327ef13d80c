"""What is searched for: a tree of conditions, frozen, and plain JSON both ways.

    {"all": [{"field": "campaign", "op": "is", "value": ["Q1 rollout"]},
             {"field": "viewed", "op": ">=", "value": 1},
             {"not": {"field": "replied", "op": "ever"}}]}

A group of one is its child, groups of none are left out, so that equal searches are equal trees; an
empty tree, {"all": []}, finds everything. What a condition means is its field's to say.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import gettext as _

from .periods import Period
from .problems import Problem, Unreadable

MOST_CONDITIONS = 50
MOST_DEPTH = 6
# Of all that is looked for together, so that the text form fits into an address.
MOST_LETTERS = 5000
# Deeper than any tree that could be made right by leaving out groups of one.
_HOPELESS = 40

# What a condition is compared with: nothing, a number, words, or several: an id is a number, a
# name words.
Value = None | int | str | tuple[int | str, ...]


@dataclass(frozen=True)
class Condition:
    """One leaf: a field, how it is compared, with what, and within which days."""

    field: str
    op: str
    value: Value = None
    within: Period | None = None


@dataclass(frozen=True)
class All:
    """Every child holds."""

    children: "tuple[Node, ...]"


@dataclass(frozen=True)
class Any_:
    """At least one child holds."""

    children: "tuple[Node, ...]"


@dataclass(frozen=True)
class Not:
    """The child does not hold."""

    child: "Node"


Node = All | Any_ | Not | Condition
EVERYTHING = All(())
GROUPS: dict[str, type[All] | type[Any_]] = {"all": All, "any": Any_}


def conditions(node: Node) -> Iterator[Condition]:
    """All leaves, from left to right."""
    if isinstance(node, Condition):
        yield node
    elif isinstance(node, Not):
        yield from conditions(node.child)
    else:
        for child in node.children:
            yield from conditions(child)


def depth(node: Node) -> int:
    """How many groups, and negations of groups, stand within each other."""
    if isinstance(node, Condition):
        return 0
    if isinstance(node, Not):
        return 0 if isinstance(node.child, Condition) else 1 + depth(node.child)
    return 1 + max(map(depth, node.children), default=0)


def normalised(node: Node) -> Node:
    """The same search without groups of one and of none."""
    return _normalised(node) or EVERYTHING


def _normalised(node: Node) -> Node | None:
    if isinstance(node, Condition):
        return node
    if isinstance(node, Not):
        child = _normalised(node.child)
        return Not(child) if child else None
    children = tuple(child for each in node.children if (child := _normalised(each)))
    if len(children) == 1:
        return children[0]
    return replace(node, children=children) if children else None


def checked(node: Node) -> Node:
    """`node`, normalised; raises Unreadable where it is too big."""
    node = normalised(node)
    if problem := _too_big(node):
        raise Unreadable([problem])
    return node


def _too_big(node: Node) -> Problem | None:
    count = sum(1 for _leaf in conditions(node))
    if count > MOST_CONDITIONS:
        return Problem(
            _("This search has %(count)s conditions; at most %(most)s are possible. Take some out.")
            % {"count": count, "most": MOST_CONDITIONS}
        )
    if sum(map(_letters, conditions(node))) > MOST_LETTERS:
        return Problem(_("This search is too long. Look for fewer words, or name fewer things."))
    if depth(node) > MOST_DEPTH:
        return Problem(
            _("At most %(most)s groups can stand within each other. Take the innermost out.")
            % {"most": MOST_DEPTH}
        )
    return None


def _letters(condition: Condition) -> int:
    several = condition.value if isinstance(condition.value, tuple) else (condition.value,)
    return sum(len(str(value)) + 1 for value in several)


def to_json(node: Node) -> dict[str, Any]:
    """The plain JSON that is kept and sent."""
    if isinstance(node, Not):
        return {"not": to_json(node.child)}
    if isinstance(node, Condition):
        told: dict[str, Any] = {"field": node.field, "op": node.op}
        if node.value is not None:
            told["value"] = list(node.value) if isinstance(node.value, tuple) else node.value
        return told | ({"within": node.within.to_json()} if node.within else {})
    name = "all" if isinstance(node, All) else "any"
    return {name: [to_json(child) for child in node.children]}


def from_json(told: object) -> Node:
    """The tree of what `to_json` gave; raises Unreadable with all that is wrong, and where."""
    problems: list[Problem] = []
    node = _read(told, "", problems, 0)
    if problems or node is None:
        raise Unreadable(problems)
    return checked(node)


def _read(told: object, path: str, problems: list[Problem], level: int) -> Node | None:
    """The node at `path`; None where it cannot be read, which `problems` then say."""
    try:
        if level > _HOPELESS:
            raise ValueError(
                _("At most %(most)s groups can stand within each other. Take the innermost out.")
                % {"most": MOST_DEPTH}
            )
        if not isinstance(told, Mapping):
            raise ValueError(_("A search is made of conditions and groups of them."))
        if set(told) == {"not"}:
            child = _read(told["not"], _at(path, "not"), problems, level + 1)
            return Not(child) if child else None
        if len(told) == 1 and (name := next(iter(told))) in GROUPS:
            return _read_group(name, told[name], path, problems, level)
        return _read_condition(told)
    except ValueError as wrong:
        problems.append(Problem(str(wrong), path))
        return None


def _read_group(
    name: str, told: object, path: str, problems: list[Problem], level: int
) -> Node | None:
    if not isinstance(told, list | tuple):
        raise ValueError(_("A group is a list of conditions."))
    read = [
        _read(child, _at(path, f"{name}.{number}"), problems, level + 1)
        for number, child in enumerate(told[: MOST_CONDITIONS * 4])
    ]
    return GROUPS[name](tuple(child for child in read if child))


def _read_condition(told: Mapping[str, Any]) -> Condition:
    """Raises ValueError with a sentence."""
    from .fields import field_named

    if not {"field", "op"} <= set(told) <= {"field", "op", "value", "within"}:
        raise ValueError(_("A condition has a field, a comparison and what to compare with."))
    if not isinstance(told["field"], str) or not isinstance(told["op"], str):
        raise ValueError(_("A condition has a field, a comparison and what to compare with."))
    value = told.get("value")
    given = tuple(value) if isinstance(value, list | tuple) else value
    within = Period.from_json(told["within"]) if told.get("within") is not None else None
    condition = Condition(told["field"], told["op"], given, within)
    return field_named(condition.field).checked(condition)


def _at(path: str, further: str) -> str:
    return f"{path}.{further}" if path else further
