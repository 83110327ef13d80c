"""What is done with more people than anybody waits for: by a worker, each with a result.

A job is none of this layer's business: BEGIN is filled by the one that has it, and gives the page that
tells how far it is. Kinds of actions register in DOINGS how they are done with some of them.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from accounts.requests import SignedInRequest

from .actions import Result
from .models import GroupFull, Person
from .ticked_forms import FORMS

if TYPE_CHECKING:
    from accounts.models import User

    from .models.people import PersonQuerySet

# With more people than so many nobody waits for the answer.
AT_ONCE = 200


@dataclass
class Outcome:
    """What became of some of many people: the ids of those with whom it was done, why others were
    left out, what has to be said of some besides; and what takes it back for each, as the Undo of
    that name knows it."""

    done: Sequence[int] = ()
    left: Mapping[int, str] = field(default_factory=dict)
    notes: Mapping[int, str] = field(default_factory=dict)
    undo: str = ""
    before: Mapping[int, Mapping[str, Any]] = field(default_factory=dict)


class Doing(Protocol):
    """One action as `told` by whoever asks for it, and as it is done with some of many people.

    It is made anew for each few of them, in the transaction that keeps what became of them; so many
    of them are `at_once` in one. `back_at_once` are taken back in one, each by themselves.
    """

    label: str
    about: str  # which group, what value; "" if there is no more to say
    at_once: int
    back_at_once: int

    def __init__(self, user: "User", action: str, told: QueryDict) -> None: ...

    def carry_out(self, ids: Sequence[int]) -> Outcome:
        """Do it with the people with these ids."""
        ...


@dataclass(frozen=True)
class Wish:
    """Who wants what done with many people: a name in DOINGS, and one of its actions; `told` is what
    the form says, and `page` the address that was open."""

    user: "User"
    doing: str
    action: str
    told: Mapping[str, Sequence[str]]
    page: str


DOINGS: dict[str, type[Doing]] = {}
# (what is wanted, with whom) -> the address of the page that tells how far it is.
BEGIN: "list[Callable[[Wish, PersonQuerySet], str]]" = []


def posted(request: SignedInRequest, *names: str) -> dict[str, list[str]]:
    """What the fields of these names say, as a wish keeps it."""
    return {name: [str(value) for value in request.POST.getlist(name)] for name in names}


def by_a_worker(request: SignedInRequest, wish: Wish, people: "PersonQuerySet") -> HttpResponse:
    """Let a worker do it, and lead to the page that tells how far it is."""
    [begin] = BEGIN
    address = begin(wish, people)
    if request.htmx:
        return HttpResponse(headers={"HX-Redirect": address})
    return redirect(address)


class WithTicked:
    """The actions of the bar of ticked people."""

    back_at_once = 50

    def __init__(self, user: "User", action: str, told: QueryDict) -> None:
        self.user = user
        self.form = FORMS[action](user, told)
        self.label, self.at_once = str(self.form.label), AT_ONCE
        self.about = self.form.about if self.form.is_valid() else ""

    def carry_out(self, ids: Sequence[int]) -> Outcome:
        found = Person.seen_by(self.user).of_ids(ids)
        here = list(found.values_list("pk", flat=True))
        gone = dict.fromkeys(set(ids) - set(here), _("Is not here any more."))
        if not self.form.is_valid():  # its group may be gone by now
            return Outcome(left=dict.fromkeys(here, self.form.sentence) | gone)
        try:
            result = self.form.carry_out(found)
        except GroupFull:
            full = _("The group is full by now.")
            return Outcome(left=dict.fromkeys(here, full) | gone)
        return _outcome(result, here, gone)


DOINGS["ticked"] = WithTicked


def _outcome(result: Result, here: Sequence[int], gone: Mapping[int, str]) -> Outcome:
    told = Outcome([pk for pk in here if pk not in result.out], {**result.out, **gone})
    if result.undo:
        told.undo, told.before = result.undo.action, result.before
        result.undo.delete()  # it is taken back with all the others, or not at all
    return told
