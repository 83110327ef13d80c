"""The parts of the builder as its template shows them: what each input offers and holds."""

from collections.abc import Container, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from .building import ROOT, Group, Leaf, Part
from .changing import ANYTHING, COUNTED, DATES
from .fields import Field, field_named, fields_for
from .fields.dates import dates_of, presets_of
from .language.printer import period_text
from .looking import Looking
from .periods import NAMED, Period

# More than a select can show are typed.
MOST_OFFERED = 300
# What an email has a date of; which of them is meant depends on its status (S3).
_DATES = frozenset(("created", "delivered", "archived", "scheduled", "failed"))
_OPS = {
    ">=": lambda: _("at least"),
    "<=": lambda: _("at most"),
    "=": lambda: _("exactly"),
    "has": lambda: _("contains"),
    "is": lambda: _("is"),
    "any": lambda: _("is filled in"),
}


@dataclass
class Option:
    """One entry of a choice."""

    value: str
    label: Any
    chosen: bool = False


@dataclass
class ShownLeaf:
    """One condition: its inputs, and the sentence that says what is wrong with it."""

    path: str
    label: Any
    kind: str
    negated: bool
    problem: str
    fields: list[Option]
    ops: list[Option] = field(default_factory=list)
    choices: list[list[Option]] = field(default_factory=list)
    value: str = ""
    takes_value: bool = True
    when: list[Option] = field(default_factory=list)
    days: str = ""
    first: str | None = None
    last: str = ""
    hint: Any = ""
    is_leaf: bool = True

    @property
    def id(self) -> str:
        return self.path.replace(".", "-")


@dataclass
class ShownGroup:
    path: str
    join: str
    negated: bool
    problem: str
    parts: "list[ShownLeaf | ShownGroup]"
    fields: list[Option]
    is_root: bool
    is_leaf: bool = False

    @property
    def id(self) -> str:
        return self.path.replace(".", "-")


class Builder:
    """Shows one builder's tree to whoever searches."""

    def __init__(self, subject: str, looking: Looking, problems: dict[str, str]) -> None:
        self.looking, self.problems = looking, problems
        self.offered: Sequence[Field] = fields_for(subject, looking)

    def shown(self, root: Group) -> ShownGroup:
        self.fitting = self._fitting(root)
        return self._group(root, ROOT)

    def _fitting(self, root: Group) -> list[Field]:
        """The fields that make sense beside the status that is asked for."""
        status = {
            str(value)
            for part in root.parts
            if isinstance(part, Leaf) and part.field == "status" and not part.negated
            for value in (part.value or [])
        }
        if root.join != "all" or len(status) != 1:
            return list(self.offered)
        fit = {each.name for each in dates_of(status.pop())}
        return [each for each in self.offered if each.name not in _DATES - fit]

    def _part(self, part: Part, path: str) -> ShownLeaf | ShownGroup:
        return self._group(part, path) if isinstance(part, Group) else self._leaf(part, path)

    def _group(self, group: Group, path: str) -> ShownGroup:
        return ShownGroup(
            path=path,
            join=group.join,
            negated=group.negated,
            problem=self.problems.get(path, ""),
            parts=[self._part(each, f"{path}.{at}") for at, each in enumerate(group.parts)],
            fields=[Option(each.name, each.label) for each in self.fitting],
            is_root=path == ROOT,
        )

    def _leaf(self, leaf: Leaf, path: str) -> ShownLeaf:
        known = next((each for each in self.offered if each.name == leaf.field), None)
        chosen = known or field_named(leaf.field)
        names = [*self.offered, *([] if known else [chosen])]
        shown = ShownLeaf(
            path=path,
            label=chosen.label,
            kind=chosen.kind,
            negated=leaf.negated,
            problem=self.problems.get(path, ""),
            fields=[Option(one.name, one.label, one.name == leaf.field) for one in names],
            hint=chosen.hint,
        )
        if chosen.kind in {"number", "text"}:
            shown.ops = [Option(op, _OPS[op](), op == leaf.op) for op in chosen.ops]
            shown.takes_value = leaf.op != "any"
            shown.value = "" if leaf.value is None else str(leaf.value)
        elif chosen.kind in {"ref", "choice", "words"}:
            self._choices(shown, chosen, leaf)
        if chosen.has_period:
            self._days(shown, chosen, leaf)
        return shown

    def _choices(self, shown: ShownLeaf, chosen: Field, leaf: Leaf) -> None:
        """A select for each value and one for another; an input where too many could be chosen."""
        held = leaf.value if isinstance(leaf.value, list) else [leaf.value] if leaf.value else []
        offered = [] if chosen.name == "person" else list(chosen.choices(self.looking))
        if not offered or len(offered) > MOST_OFFERED:
            shown.kind = "typed"
            shown.value = ", ".join(f"#{one}" if isinstance(one, int) else one for one in held)
            return
        sign = "#" if chosen.kind == "ref" else ""
        every = [Option(f"{sign}{value}", label) for value, label in offered]
        if chosen.kind == "ref":
            every.insert(0, Option(ANYTHING, _("any")))
        values = [ANYTHING] if leaf.op == "any" else [
            f"#{one}" if isinstance(one, int) else str(one) for one in held
        ]  # fmt: skip
        blanks = [] if values == [ANYTHING] else [""]
        shown.choices = [self._options(every, value) for value in [*values, *blanks]]

    def _options(self, every: list[Option], value: str) -> list[Option]:
        options = [Option(each.value, each.label, each.value == value) for each in every]
        if value and not any(each.chosen for each in options):
            options.append(Option(value, value, chosen=True))
        return options

    def _days(self, shown: ShownLeaf, chosen: Field, leaf: Leaf) -> None:
        within = leaf.within if isinstance(leaf.within, dict) else None
        words = {period_text(each): str(each) for each in presets_of(chosen)}
        now = _word(within, words)
        if now in NAMED:
            words[now] = str(Period(name=now))
        every = {"": _("at any time"), **words, "last-n": _("in the last … days")}
        if getattr(chosen, "ahead", False) or now == "next-n":
            every["next-n"] = _("in the next … days")
        every |= {"not-for-n": _("not for … days"), DATES: _("between dates…")}
        shown.when = [Option(value, label, value == now) for value, label in every.items()]
        if within and now in COUNTED:
            shown.days = str(within[COUNTED[now]])
        if within is not None and now == DATES:
            shown.first, shown.last = str(within.get("from", "")), str(within.get("to", ""))


def _word(within: dict[str, Any] | None, offered: Container[str]) -> str:
    """Which entry of the choice of days stands for a period."""
    if within is None:
        return ""
    if not set(within) - {"from", "to"}:
        return DATES
    try:
        word = period_text(Period.from_json(within))
    except ValueError:
        word = ""
    if word in offered or word in NAMED:
        return word
    return next((name for name, key in COUNTED.items() if key in within), "")
