"""What the builder's form changes: every input has the path of the part that it belongs to.

r.0.field, r.0.op, r.0.value, r.0.when, r.0.days, r.0.from, r.0.to     one condition
r.0.typed                                                              several values, with commas
r.1.join                                                               all or any, of a group
add.r.1                                                                a field: one more condition
do                                                                     group:r.1, not:r.0, remove:r.0
"""

import re
from typing import Any

from django.http import QueryDict

from .building import ROOT, Group, Leaf, walk, without
from .fields import field_named
from .language.conditions import period_of

_ID = re.compile(r"#(\d{1,19})", re.ASCII)
# What the choice of days offers besides periods with a name: a number of days, or two dates.
COUNTED = {"last-n": "days", "next-n": "next_days", "not-for-n": "not_for_days"}
DATES = "dates"
# Unlike every number that the choice itself offers, so that its input shows.
_DAYS = 10
ANYTHING = "*"


def changed(root: Group, given: QueryDict) -> Group:
    """The builder's tree after its form was sent."""
    parts = dict(walk(root))
    for path, part in parts.items():
        if isinstance(part, Leaf):
            _change(part, path, given)
        elif given.get(f"{path}.join") in {"all", "any"}:
            part.join = given.get(f"{path}.join", "")
    for path, part in parts.items():
        if isinstance(part, Group) and (name := given.get(f"add.{path}")):
            _add(part, name)
    verb, _colon, path = given.get("do", "").partition(":")
    there = parts.get(path)
    if verb == "group" and isinstance(there, Group):
        there.parts.append(Group("any" if there.join == "all" else "all"))
    elif verb == "not" and there and path != ROOT:
        there.negated = not there.negated
    elif verb == "remove" and there:
        return without(root, path) if path != ROOT else Group()
    return root


def _add(group: Group, name: str) -> None:
    try:
        group.parts.append(Leaf.begun(name))
    except ValueError:
        return  # no select of ours offers it


def _change(leaf: Leaf, path: str, given: QueryDict) -> None:
    name = given.get(f"{path}.field", leaf.field)
    if name != leaf.field:
        try:
            fresh = Leaf.begun(name)
        except ValueError:
            return
        leaf.field, leaf.op, leaf.value, leaf.within = fresh.field, fresh.op, None, None
        leaf.value = fresh.value
        return
    kind = field_named(name).kind
    if kind == "number" and f"{path}.op" in given:
        leaf.op = given.get(f"{path}.op", "")
        typed = given.get(f"{path}.value", "").strip()
        leaf.value = int(typed) if typed.isascii() and typed.isdecimal() else typed
        leaf.within = _days(path, given)
    elif kind == "moment" and f"{path}.when" in given:
        leaf.within = _days(path, given)
        leaf.op = "ever" if leaf.within is None else "in"
    elif kind == "text" and f"{path}.op" in given:
        leaf.op = given.get(f"{path}.op", "")
        leaf.value = None if leaf.op == "any" else given.get(f"{path}.value", "").strip()
    elif kind in {"ref", "choice", "words"} and f"{path}.typed" in given:
        _choose(leaf, given.get(f"{path}.typed", "").split(","))
    elif kind in {"ref", "choice", "words"} and f"{path}.value" in given:
        _choose(leaf, given.getlist(f"{path}.value"))


def _choose(leaf: Leaf, chosen: list[str]) -> None:
    values = [_id_or_word(each.strip()) for each in chosen if each.strip()]
    leaf.op, leaf.value = ("any", None) if ANYTHING in values else ("is", values)


def _id_or_word(text: str) -> int | str:
    found = _ID.fullmatch(text)
    return int(found[1]) if found else text


def _days(path: str, given: QueryDict) -> Any:
    """The period that the inputs of a condition name, as JSON; None for any time."""
    when = given.get(f"{path}.when", "")
    if when == DATES:
        told = {key: given.get(f"{path}.{key}", "").strip() for key in ("from", "to")}
        return {key: day for key, day in told.items() if day} or {"from": "", "to": ""}
    if when in COUNTED:
        days = given.get(f"{path}.days", "").strip()
        return {COUNTED[when]: int(days) if days.isascii() and days.isdecimal() else days or _DAYS}
    try:
        return period_of(when).to_json() if when else None
    except ValueError:
        return None
