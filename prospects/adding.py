"""Putting people on a list that holds so many and no more: what is refused, and what is told."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

from django.conf import settings
from django.utils.functional import Promise

from ui.templatetags.ui import grouped

from .lists import CannotBeFound, PeopleList
from .models import Person

if TYPE_CHECKING:
    from accounts.models import User

    from .models.people import PersonQuerySet


class TooMany(Exception):
    """More than may be on a list; nobody was put on it. Its words say so.

    `limit` is the name of the limit; `sentence` tells it as %(limit)s, and %(count)s.
    """

    limit: ClassVar[str]
    sentence: ClassVar[Promise]

    def __init__(self, count: int) -> None:
        self.count = count
        super().__init__(f"{count} of {self.most()}")

    @classmethod
    def most(cls) -> int:
        return settings.LIMITS[cls.limit]

    @property
    def words(self) -> str:
        return str(self.sentence) % {"limit": grouped(self.most()), "count": grouped(self.count)}

    @classmethod
    def unless_few(cls, people: "PersonQuerySet") -> list[Person]:
        """All of `people`, by name. Raises itself if they are too many."""
        found = list(people.by_name()[: cls.most() + 1])
        if len(found) > cls.most():
            raise cls(people.count())
        return found


@dataclass
class Added:
    """How many came new onto the list, how many were on it already, and in a sentence each what
    could not be read or is not known."""

    new: int = 0
    known: int = 0
    wrong: list[str] = field(default_factory=list)


def people_in(
    lists: Iterable[PeopleList], user: "User", too_many: type[TooMany]
) -> tuple[list[Person], list[str]]:
    """Who is in `lists` at this moment, of those whom `user` may see, each once; and a sentence for
    each list of which that cannot be said. Raises `too_many`."""
    found: dict[int, Person] = {}
    wrong = []
    for each in lists:
        try:
            with each.people_for(user) as people:
                found |= {person.pk: person for person in too_many.unless_few(people)}
        except CannotBeFound as error:
            wrong.append(str(error))
    return list(found.values()), wrong
