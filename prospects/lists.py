"""Lists of people that have a name, and are chosen by it wherever people are: groups, and what
higher layers register in KINDS besides.
"""

import re
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy, ngettext

from ui.templatetags.ui import grouped

from .models import Group, Person

if TYPE_CHECKING:
    from accounts.models import User

    from .models.people import PersonQuerySet

# What separates those who are typed into one field.
BETWEEN = re.compile(r"[,;\n]")
LONGEST_NAME = 100


class CannotBeFound(Exception):
    """Who is in a list cannot be said now; its words say why and what to do."""


@dataclass(frozen=True)
class Kind:
    """One kind of such lists.

    seen_by  those that a user may choose, best ones first: a queryset with `called` and `matching`
    people   who is in one, of those whom a user may see; raises CannotBeFound as the context ends
    note     what one is, beside its name
    offer    what is said of one, by its %(name)s, where a single recipient is asked for
    """

    name: str
    label: Promise
    icon: str
    seen_by: "Callable[[User], Any]"
    people: "Callable[[Any, User], AbstractContextManager[PersonQuerySet]]"
    note: Callable[[Any], str]
    offer: Promise


@dataclass(frozen=True)
class PeopleList:
    """One list: a row of a kind's queryset."""

    kind: Kind
    row: Any

    def __str__(self) -> str:
        return str(self.row.name)

    @property
    def key(self) -> str:
        return f"{self.kind.name}-{self.row.pk}"

    @property
    def typed(self) -> str:
        """What stands for it in a field: of a group its name alone."""
        name = plain(str(self))
        return name if self.kind is KINDS[0] else f"{self.kind.label}: {name}"

    @property
    def note(self) -> str:
        return self.kind.note(self.row)

    @property
    def offer(self) -> str:
        return str(self.kind.offer) % {"name": self}

    def people_for(self, user: "User") -> "AbstractContextManager[PersonQuerySet]":
        """Who is in it, of those whom `user` may see, to be read within the context, which raises
        CannotBeFound."""
        return self.kind.people(self.row, user)


def plain(name: str) -> str:
    """A name without what separates recipients or encloses addresses."""
    return " ".join(BETWEEN.sub(" ", name.replace("<", " ").replace(">", " ")).split())


def called(user: "User", text: str) -> PeopleList | None:
    """The list that `user` means by `text`: its name as it is or as `plain` leaves it, alone or
    behind what it is ("Saved search: Hot")."""
    name = text.strip().replace("\0", "")
    for kind in KINDS:
        before = f"{kind.label}:".casefold()
        own = name[len(before) :].strip() if name.casefold().startswith(before) else ""
        for each in filter(None, (name, own)):
            if row := _named(kind.seen_by(user), each):
                return PeopleList(kind, row)
    return None


def meant(user: "User", words: str, most: int) -> list[PeopleList]:
    """The lists whose names hold every word of `words`, at most `most` of each kind."""
    return [
        PeopleList(kind, row)
        for kind in KINDS
        for row in kind.seen_by(user).matching(words[:LONGEST_NAME])[:most]
    ]


def _named(rows: Any, name: str) -> Any:
    if len(name) > LONGEST_NAME:
        return None
    return rows.called(name).first() or next(
        (row for row in rows.matching(name) if plain(row.name) == plain(name)), None
    )


def _size(group: Any) -> str:
    words = ngettext("group of %(size)s person", "group of %(size)s people", group.size)
    return words % {"size": grouped(group.size)}


# In the order in which they are offered, and in which a name is looked for among them.
KINDS: list[Kind] = [
    Kind(
        name="group",
        label=gettext_lazy("Group"),
        icon="users",
        seen_by=lambda user: Group.seen_by(user).with_sizes(user).by_name(),
        people=lambda group, user: nullcontext(Person.seen_by(user).in_group(group)),
        note=_size,
        offer=gettext_lazy("“%(name)s” is a group: each in it gets a message of their own."),
    )
]
