"""Fields that name things: campaigns, groups, templates, by id or by name.

A name means all of that name that the user may see; of those that were deleted only if there is no
other. What is not there, or not for this user to see, matches nothing, and the search says so.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from django.db.models import Model, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from ..looking import Looking
from ..tree import Condition
from .kinds import Choices, Field, Role, text_value, values

MOST_ID = 2**63 - 1
MOST_OFFERED = 1000
ME = "me"
Rows = Callable[[Looking], QuerySet[Any]]


@dataclass(frozen=True)
class Named:
    """One thing that was found: what it is called, and whether it was deleted."""

    pk: int
    name: str
    removed: bool
    names: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Ref(Field):
    """One of several things, or any at all.

    `rows` are those that somebody may name; `named_by` the columns that their names stand in;
    `emails` and `people` what leads from an email or a person to their id.
    """

    rows: Rows
    named_by: tuple[str, ...] = ("name",)
    emails: str = ""
    people: str = ""
    removed_at: str = ""
    # Whether what was deleted still stands for what it did: emails of a campaign stay.
    outlives: bool = True
    # The sentence for one that is not there, with %(name)s.
    missing: str | Promise = ""
    removed: str | Promise = ""

    kind: ClassVar[str] = "ref"
    ops: ClassVar[tuple[str, ...]] = ("is", "any")
    bare: ClassVar[str] = "any"

    def checked_value(self, op: str, value: Any) -> Any:
        return super().checked_value(op, value) if op == "any" else values(value, _id_or_name)

    def choices(self, looking: Looking) -> Choices:
        """By name; at most so many as a builder can show."""
        named = sorted(self._present(looking), key=lambda one: one.name.casefold())
        return [(str(one.pk), one.name) for one in named]

    def of_email(self, condition: Condition, looking: Looking) -> Q:
        if self.role == Role.PERSON:
            return super().of_email(condition, looking)
        there = Q(**{f"{self.emails}__isnull": False})
        if condition.op == "any":
            return there
        return there & Q(**{f"{self.emails}__in": self.ids(condition, looking)})

    def of_person(self, condition: Condition, looking: Looking) -> Q:
        if condition.op == "any":
            return Q(**{f"{self.people}__isnull": False})
        return Q(**{f"{self.people}__in": self.ids(condition, looking)})

    # Names and ids -------------------------------------------------------------------------------

    def ids(self, condition: Condition, looking: Looking) -> list[int]:
        """The ids of all that the condition names, in order; what is missing is noted."""
        assert isinstance(condition.value, tuple)
        found = self.found(condition.value, looking)
        for value, named in found.items():
            if not named:
                told = f"#{value}" if isinstance(value, int) else value
                looking.note(str(self.missing) % {"name": told})
            elif named[0].removed:
                looking.note(str(self.removed) % {"name": named[0].name})
        kept = [
            one for named in found.values() for one in named if self.outlives or not one.removed
        ]
        return sorted({one.pk for one in kept})

    def found(self, wanted: Sequence[int | str], looking: Looking) -> dict[int | str, list[Named]]:
        """What each of `wanted` means."""
        asked = (self.name, tuple(wanted))
        if asked not in looking.known:
            looking.known[asked] = self._found(wanted, looking)
        found: dict[int | str, list[Named]] = looking.known[asked]
        return found

    def _found(self, wanted: Sequence[int | str], looking: Looking) -> dict[int | str, list[Named]]:
        # Those of that name first, so that only of them it is asked whether the user may see them: of
        # a campaign that can take a look at all their emails.
        known = self.rows(looking)
        called = known.model._base_manager.filter(self._wanted(wanted, looking))
        rows = self._named(known.filter(pk__in=list(called.values_list("pk", flat=True))))
        return {
            value: _meant(value, rows, looking.user.pk if self.knows_me else 0) for value in wanted
        }

    def numbered(self, wanted: Sequence[int | str], looking: Looking) -> tuple[int | str, ...]:
        """Instead of each name that is known the number of what it means."""
        found = self.found(wanted, looking)
        settled: list[int | str] = []
        for value in wanted:
            is_me = self.knows_me and str(value).lower() == ME
            settled += [value] if is_me or not found[value] else [one.pk for one in found[value]]
        return tuple(dict.fromkeys(settled))

    def named(self, wanted: Sequence[int | str], looking: Looking) -> tuple[int | str, ...]:
        """Instead of each number its name, where that means the same to whoever searches."""
        found = self.found(wanted, looking)
        names = {one[0].name: one for value, one in found.items() if isinstance(value, int) and one}
        again = self.found(list(names), looking) if names else {}
        spelled: list[int | str] = []
        for value in wanted:
            one = found[value][0] if isinstance(value, int) and found[value] else None
            same = one and [each.pk for each in again.get(one.name, ())] == [one.pk]
            spelled.append(one.name if one and same else value)
        return tuple(spelled)

    @property
    def knows_me(self) -> bool:
        """Whether “me” is whoever searches."""
        return False

    def _wanted(self, wanted: Sequence[int | str], looking: Looking) -> Q:
        sought = Q(pk__in=[value for value in wanted if isinstance(value, int)])
        for name in wanted:
            if isinstance(name, str):
                for column in self.named_by:
                    sought |= Q(**{f"{column}__iexact": name})
                if self.knows_me and name.lower() == ME:
                    sought |= Q(pk=looking.user.pk)
        return sought

    def _present(self, looking: Looking) -> list[Named]:
        rows = self.rows(looking)
        if self.removed_at:
            rows = rows.filter(**{self.removed_at: None})
        return self._named(rows)[:MOST_OFFERED]

    def _named(self, rows: QuerySet[Any]) -> list[Named]:
        columns = [*self.named_by, *([self.removed_at] if self.removed_at else [])]
        named = []
        for pk, *told in rows.order_by("pk").values_list("pk", *columns):
            gone = bool(self.removed_at and told.pop())
            names = tuple(str(name) for name in told if name)
            named.append(Named(pk, names[0] if names else f"#{pk}", gone, names))
        return named


@dataclass(frozen=True, kw_only=True)
class UserRef(Ref):
    """A user; “me” is whoever searches."""

    named_by: tuple[str, ...] = ("name", "email")

    @property
    def knows_me(self) -> bool:
        return True


def _meant(value: int | str, rows: Sequence[Named], me: int) -> list[Named]:
    if isinstance(value, int):
        return [one for one in rows if one.pk == value]
    if me and value.lower() == ME:
        return [one for one in rows if one.pk == me]
    same = [one for one in rows if any(_is_called(name, value) for name in one.names)]
    return [one for one in same if not one.removed] or same


def _is_called(name: str, value: str) -> bool:
    return name.lower() == value.lower() or name.upper() == value.upper()


def _id_or_name(value: object) -> int | str:
    if isinstance(value, int) and not isinstance(value, bool):
        if not 0 < value <= MOST_ID:
            raise ValueError(_("“#%(number)s” is no number of anything here.") % {"number": value})
        return value
    return text_value(value)


def all_of(model: type[Model]) -> Rows:
    """Whoever searches may name each of them."""
    return lambda _looking: model._default_manager.all()
