"""What a search names: by number where it is kept, by name where somebody reads it."""

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from .evaluating import begun
from .fields import field_named
from .fields.own import OwnField
from .fields.refs import Ref
from .looking import Looking
from .problems import Problem
from .tree import All, Condition, Node, Not, conditions

if TYPE_CHECKING:
    from accounts.models import User

CAMPAIGN = "campaign"


def settled(tree: Node, user: "User") -> Node:
    """With the numbers of what it names, so that it still means the same when that is renamed."""
    return _renamed(tree, Looking(user), to_names=False)


def worded(tree: Node, user: "User") -> Node:
    """With names instead of numbers, where a name says the same to `user`."""
    return _renamed(tree, Looking(user), to_names=True)


def notes_on(tree: Node, user: "User") -> list[Problem]:
    """What the tree names and is not there, or not any more. Raises Refused as evaluating does."""
    looking = begun(tree, user)
    for condition in conditions(tree):
        field = field_named(condition.field)
        if isinstance(field, Ref) and condition.op == "is":
            field.ids(condition, looking)
        elif isinstance(field, OwnField):
            field.of_person(condition, looking)
    return looking.notes


def campaign_of(tree: Node, user: "User") -> int | None:
    """The campaign whose emails everybody found has got, where the tree says exactly one: what
    excludes a campaign, or lets others do as well, says none."""
    field, looking = field_named(CAMPAIGN), Looking(user)
    ids: set[int] = set()
    for condition in _all_of(tree):
        if condition.field == CAMPAIGN and condition.op == "is":
            ids |= set(field.ids(condition, looking))  # type: ignore[attr-defined]
    return ids.pop() if len(ids) == 1 else None


def _all_of(node: Node) -> Iterator[Condition]:
    """The conditions that hold for everybody found."""
    if isinstance(node, Condition):
        yield node
    elif isinstance(node, All):
        for child in node.children:
            yield from _all_of(child)


def _renamed(node: Node, looking: Looking, *, to_names: bool) -> Node:
    if isinstance(node, Not):
        return Not(_renamed(node.child, looking, to_names=to_names))
    if not isinstance(node, Condition):
        children = (_renamed(child, looking, to_names=to_names) for child in node.children)
        return replace(node, children=tuple(children))
    field = field_named(node.field)
    if not isinstance(field, Ref) or not isinstance(node.value, tuple):
        return node
    change = field.named if to_names else field.numbered
    return replace(node, value=change(node.value, looking))
