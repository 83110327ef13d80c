"""Whom the bar of ticked people is about, for every action in it, those of higher layers too.

Its form posts `person` for each ticked row; or `all=yes`, and in `query` the query string of the
list, for all that the list holds. A list that another layer made posts its name in `list` besides.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings
from django.http import QueryDict
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from accounts.requests import SignedInRequest
from ui.ids import ids_in

from .models import Person
from .models.people import PersonQuerySet
from .search_forms import PeopleSearch

if TYPE_CHECKING:
    from accounts.models import User

# Who is in a list of people of a higher layer, from its name: (user, its query) -> people.
LISTS: "dict[str, Callable[[User, QueryDict], PersonQuerySet]]" = {}
LONGEST_QUERY = 20_000


class TooMany(ValueError):
    """More people than can be dealt with at once; `sentence` says so."""

    def __init__(self, count: int, most: int) -> None:
        super().__init__(f"{count} > {most}")
        told = {
            "count": number_format(count, force_grouping=True),
            "most": number_format(most, force_grouping=True),
        }
        self.sentence = (
            _(
                "These are %(count)s people; at most %(most)s can be changed at once. Narrow the"
                " list first. Nothing was changed."
            )
            % told
        )


@dataclass(frozen=True)
class Ticked:
    """What a form of the bar says: the ids of the ticked, or "all" with a query string."""

    ids: Sequence[int]
    every: bool
    query: str
    list: str = ""

    @classmethod
    def of(cls, request: SignedInRequest) -> "Ticked":
        return cls(
            ids=ids_in(request.POST.getlist("person")),
            every=request.POST.get("all") == "yes",
            query=request.POST.get("query", "")[:LONGEST_QUERY],
            list=request.POST.get("list", ""),
        )

    def __bool__(self) -> bool:
        return self.every or bool(self.ids)

    def among(self, people: PersonQuerySet, request: SignedInRequest) -> PersonQuerySet:
        """Those of `people` whom it is about."""
        if not self.every:
            return people.of_ids(self.ids)
        if self.list in LISTS:
            listed = LISTS[self.list](request.user, QueryDict(self.query))
            return people.filter(pk__in=listed.order_by().values("pk"))
        return PeopleSearch(request.user, QueryDict(self.query)).narrow(people)


def ticked_people(request: SignedInRequest) -> PersonQuerySet:
    """The people whom a form of the bar is about, of those whom the user may see.

    Raises TooMany beyond LIMITS["PEOPLE_AT_ONCE"].
    """
    people = Ticked.of(request).among(Person.seen_by(request.user), request)
    count, most = people.count(), settings.LIMITS["PEOPLE_AT_ONCE"]
    if count > most:
        raise TooMany(count, most)
    return people
