"""The search as a builder holds it: what is only half filled in stays, and what is wrong too.

A tree is normal: groups of one and of none are not in it. Somebody who builds one has such groups on
the way, and conditions that say nothing yet. The builder's own tree keeps those, as the same JSON,
and every part has a path ("r.0.1": the second of the first of the root).
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from django.utils.translation import gettext as _

from .fields import field_named
from .problems import Unreadable
from .tree import MOST_CONDITIONS, Node, from_json, to_json

ROOT = "r"
LONGEST = 20_000
_DEEPEST = 12
_MOST_PARTS = MOST_CONDITIONS * 3


@dataclass
class Leaf:
    """One condition, as raw as it was given. Without `op` it is not filled in yet."""

    field: str
    op: str = ""
    value: Any = None
    within: Any = None
    negated: bool = False

    @property
    def is_unfinished(self) -> bool:
        """Whether it says nothing yet, and so narrows nothing."""
        if not self.op or (self.op == "in" and self.within is None):
            return True
        if self.op in {"has", "is"}:
            return self.value in (None, "", [], [""])
        return isinstance(self.within, dict) and not any(self.within.values())

    def to_json(self) -> dict[str, Any]:
        told: dict[str, Any] = {"field": self.field, "op": self.op}
        told |= {} if self.value is None else {"value": self.value}
        told |= {} if self.within is None else {"within": self.within}
        return {"not": told} if self.negated else told

    @classmethod
    def begun(cls, name: str) -> "Leaf":
        """A new condition on a field; it is filled in at once where the field alone says something."""
        known = field_named(name)
        if known.kind == "number":
            return cls(name, ">=", 1)
        return cls(name, known.bare if known.kind in {"flag", "moment"} else "")


@dataclass
class Group:
    """All of, or any of, its parts."""

    join: str = "all"
    parts: "list[Part]" = field(default_factory=list)
    negated: bool = False

    def to_json(self) -> dict[str, Any]:
        told = {self.join: [part.to_json() for part in self.parts]}
        return {"not": told} if self.negated else told


Part = Leaf | Group


def from_tree(tree: Node) -> Group:
    """As the builder shows a search: always a group."""
    return as_root(_read(to_json(tree), 0))


def as_root(part: Part) -> Group:
    return part if isinstance(part, Group) and not part.negated else Group(parts=[part])


def loads(text: str) -> Group | None:
    """What `dumps` made; None for anything else."""
    if not text or len(text) > LONGEST:
        return None
    try:
        root = as_root(_read(json.loads(text), 0))
        dumps(root).encode()  # half a character can be in JSON, but in no address
    except (ValueError, TypeError, RecursionError):
        return None
    return root if sum(1 for _part in walk(root)) <= _MOST_PARTS else None


def dumps(root: Group) -> str:
    return json.dumps(root.to_json(), ensure_ascii=False, separators=(",", ":"))


def walk(part: Part, path: str = ROOT) -> Iterator[tuple[str, Part]]:
    """Every part with its path, itself first."""
    yield path, part
    for number, inner in enumerate(part.parts if isinstance(part, Group) else ()):
        yield from walk(inner, f"{path}.{number}")


def without(root: Group, gone: str) -> Group:
    """The same without the part at the path `gone`."""
    return _without(root, ROOT, gone)


def _without(group: Group, path: str, gone: str) -> Group:
    kept: list[Part] = []
    for number, part in enumerate(group.parts):
        here = f"{path}.{number}"
        if here != gone:
            kept.append(_without(part, here, gone) if isinstance(part, Group) else part)
    return replace(group, parts=kept)


def compiled(root: Group) -> tuple[Node, dict[str, str]]:
    """The search that it is so far, without what is not filled in or wrong; and the sentences of
    what is wrong, by path."""
    wrong: dict[str, str] = {}
    for path, part in walk(root):
        if isinstance(part, Leaf) and not part.is_unfinished:
            try:
                from_json(part.to_json())
            except Unreadable as error:
                wrong[path] = str(error.problems[0])
    told = _finished(root, ROOT, wrong) or {"all": []}
    try:
        return from_json(told), wrong
    except Unreadable as error:
        return from_json({"all": []}), wrong | {ROOT: str(error.problems[0])}


def _finished(part: Part, path: str, wrong: dict[str, str]) -> dict[str, Any] | None:
    if isinstance(part, Leaf):
        return None if part.is_unfinished or path in wrong else part.to_json()
    inner = [_finished(each, f"{path}.{at}", wrong) for at, each in enumerate(part.parts)]
    told: dict[str, Any] = {part.join: [each for each in inner if each]}
    if not told[part.join]:
        return None
    return {"not": told} if part.negated else told


def is_normal(root: Group, tree: Node) -> bool:
    """Whether the builder shows `tree` and nothing besides."""
    return from_tree(tree).to_json() == root.to_json()


def _read(told: Any, level: int) -> Part:
    """Raises ValueError, TypeError."""
    if level > _DEEPEST or not isinstance(told, dict):
        raise ValueError(_("A search is made of conditions and groups of them."))
    if set(told) == {"not"}:
        inner = _read(told["not"], level + 1)
        return Group(parts=[inner], negated=True) if inner.negated else replace(inner, negated=True)
    if len(told) == 1 and (join := next(iter(told))) in {"all", "any"}:
        return Group(join, [_read(each, level + 1) for each in told[join]])
    return _read_leaf(told)


def _read_leaf(told: dict[str, Any]) -> Leaf:
    name, op = told.get("field"), told.get("op", "")
    if not isinstance(name, str) or not isinstance(op, str):
        raise ValueError(_("A condition has a field, a comparison and what to compare with."))
    field_named(name)
    value, within = told.get("value"), told.get("within")
    several = value if isinstance(value, list) else [value]
    if not all(isinstance(each, str | int | None) for each in several):
        raise ValueError(_("A condition has a field, a comparison and what to compare with."))
    return Leaf(name, op, value, within if isinstance(within, dict) else None)
