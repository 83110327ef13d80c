"""How many each saved search finds now, and how many of them are new to whoever looks.

Pages ask whenever something has changed, each second if need be, and to find everything twenty times
over takes a second. So it is kept which ids were found, and only what has been announced since (see
accounts/changes.py) is asked about again. Everything is found anew where that does not do: a search
is new or says something else, another day has begun, anything may have changed, or it is long ago.
"""

import math
import time
from array import array
from bisect import bisect_left
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

import structlog
from django.core.cache import cache
from django.db.models import Case, Q, Value, When

from accounts.changes import EVERYBODY, News, seen_by, since
from emails.models import Email
from prospects.models import Person

from .evaluating import holds
from .fields import field_named
from .limits import SECONDS, together, within_limit
from .looking import Looking
from .models import Look, SavedSearch
from .problems import Refused, TooSlow, Unreadable
from .tree import conditions

if TYPE_CHECKING:
    from accounts.models import User

log = structlog.get_logger(__name__)

# What was counted last stands on a page until it has asked for the count of now.
_SHOWN_SECONDS = 24 * 3600
# Shorter than what is announced stays known.
_KEPT_SECONDS = 1800
# Of a search that finds more, it is not kept what.
MOST_KEPT = 100_000
# Everything is found anew so often in any case, should somebody have changed what is found and
# announced nothing.
_AGAIN_AFTER = 300
_AT_ONCE = 0.2
# For one user everything is found anew for a twentieth of the time at most. What is not used
# they have in hand, up to so many seconds; then they see the counts of last time until it is
# their turn again.
_SHARE = 0.05
IN_HAND = 2.0


@dataclass(frozen=True)
class Counted:
    """A saved search with what it finds; None where that is not known (yet)."""

    saved: SavedSearch
    count: int | None
    new: int = 0


@dataclass
class Found:
    """What a saved search found: `ids` in order, None where they are too many or it cannot be asked."""

    asked: tuple[str, Any]  # for what
    ids: "array[int] | None" = None
    count: int | None = None
    new: int = 0
    looked_at: datetime | None = None  # by whom `new` is worked out; None: not yet
    is_stale: bool = True
    at: float = 0.0  # when everything was found

    def put(self, touched: Collection[int], found: Collection[int]) -> None:
        """Of `touched` these are found now, and no others."""
        assert self.ids is not None
        for pk in touched:
            at = bisect_left(self.ids, pk)
            is_there = at < len(self.ids) and self.ids[at] == pk
            if is_there == (pk in found):
                continue
            if is_there:
                del self.ids[at]
            else:
                self.ids.insert(at, pk)
            self.looked_at = None
        self.count = len(self.ids)


@dataclass
class Kept:
    """All that was found for a user, with regard to what was announced until `seen`."""

    seen: str = ""
    basis: tuple[Any, ...] = ()  # what it depends on besides: their day, what they may see
    found: dict[int, Found] = field(default_factory=dict)
    known: dict[Any, Any] = field(default_factory=dict)  # what the searches name
    in_hand: float = math.inf  # at first as much as there can be
    at: float = field(default_factory=time.time)


def counted(searches: Iterable[SavedSearch], user: "User") -> list[Counted]:
    """Each with its count as it is now, for `user`; as it was last, while `seconds_of_rest`.

    Give all that are ever counted for them: of others nothing is kept.
    """
    return _Counting(list(searches), user).done()


def seconds_of_rest(user: "User") -> int:
    """How long it is until everything is found anew for `user`; 0 if nothing waits for that."""
    _counts, until = _shown(user)
    return max(0, math.ceil(until - time.time()))


def counted_last(searches: Iterable[SavedSearch], user: "User") -> list[Counted]:
    """Each with its count as it was when somebody asked last: costs no search."""
    counts, _until = _shown(user)
    return [Counted(saved, *counts.get(saved.pk, (None, 0))) for saved in searches]


class _Counting:
    """One time of counting. It only depends on what is kept, so that two at once do no harm."""

    def __init__(self, searches: list[SavedSearch], user: "User") -> None:
        self.searches, self.user = searches, user
        self.looking = Looking(user)
        self.seen = seen_by(user.pk, EVERYBODY)  # what comes after it is asked about next time
        self.kept: Kept = _cached(_kept_as(user)) or Kept()
        self.found = {saved.pk: self._found_before(saved) for saved in searches}

    def done(self) -> list[Counted]:
        basis = self._basis()
        news = since(self.kept.seen, self.user.pk, EVERYBODY) if self.kept.basis == basis else None
        if news is None:
            self._distrust(self.found.values())
        elif news:
            self._ask_about(news)
        self._find_anew()
        self._tell_new()
        self.kept.seen, self.kept.basis, self.kept.found = self.seen, basis, self.found
        self._keep()
        return [
            Counted(one, self.found[one.pk].count, self.found[one.pk].new) for one in self.searches
        ]

    def _basis(self) -> tuple[Any, ...]:
        sees_all = Person.all_are_seen_by(self.user)
        return (self.looking.today, self.user.time_zone, self.user.role, sees_all)

    def _found_before(self, saved: SavedSearch) -> Found:
        asked = (saved.subject, saved.conditions)
        found = self.kept.found.get(saved.pk)
        return found if found and found.asked == asked else Found(asked)

    def _distrust(self, those: Iterable[Found]) -> None:
        for found in those:
            found.is_stale = True

    # Only what has been announced ----------------------------------------------------------------

    def _ask_about(self, news: News) -> None:
        mine = Email.objects.of(self.user).order_by()
        emails = news.emails | set(mine.filter(person__in=news.people).values_list("pk", flat=True))
        people = news.people | set(mine.of_ids(emails).values_list("person", flat=True)) - {None}
        if news.people:  # searches may name them
            self.kept.known = {}
        narrow = replace(self.looking, only_people=people, known=self.kept.known)
        try:
            with within_limit():
                self._ask("people", narrow, people)
                self._ask("emails", replace(narrow, only_emails=emails), emails)
        except TooSlow:
            self._distrust(self.found.values())

    def _ask(self, subject: str, looking: Looking, touched: Collection[int]) -> None:
        """Which of `touched` each search of `subject` finds: all in one query."""
        asked: dict[int, Case] = {}
        for saved in self.searches:
            found = self.found[saved.pk]
            if saved.subject != subject or found.ids is None:
                found.is_stale |= found.ids is None
                continue
            try:
                there = Q(pk__isnull=False) & holds(subject, saved.tree, looking)
                asked[saved.pk] = Case(When(there, then=Value(True)), default=Value(False))
            except (Refused, Unreadable):
                found.is_stale = True
        if not asked or not touched:
            return
        names = {f"found_{pk}": each for pk, each in asked.items()}
        everything = looking.people if subject == "people" else looking.emails
        rows = list(everything.order_by().annotate(**names).values_list("pk", *names))
        for place, pk in enumerate(asked, start=1):
            self.found[pk].put(touched, {row[0] for row in rows if row[place]})

    # Everything ----------------------------------------------------------------------------------

    def _find_anew(self) -> None:
        """What must be, as long as there is time in hand; and what is long ago, while that is quick."""
        began, kept = time.monotonic(), self.kept
        kept.in_hand = min(IN_HAND, kept.in_hand + _SHARE * (time.time() - kept.at))
        kept.at = time.time()
        for saved in sorted(self.searches, key=lambda one: self.found[one.pk].at):
            found, took = self.found[saved.pk], time.monotonic() - began
            old = took < _AT_ONCE and found.at < time.time() - _AGAIN_AFTER
            if (old or found.is_stale or _is_of_others(saved)) and took < kept.in_hand:
                self._find(saved, found)
                kept.known = self.looking.known
        kept.in_hand -= time.monotonic() - began

    def _find(self, saved: SavedSearch, found: Found) -> None:
        found.ids = found.count = found.looked_at = None
        try:
            with together(SECONDS), within_limit():
                everything = saved.found_for(self.user, replace(self.looking))
                ids = everything.order_by().values_list("pk", flat=True)
                few = list(ids[: MOST_KEPT + 1])
                if len(few) <= MOST_KEPT:
                    found.ids = array("q", sorted(few))
                found.count = len(few) if found.ids is not None else ids.count()
        except (Refused, TooSlow, Unreadable):
            pass
        found.is_stale, found.at = False, time.time()

    # What they have not seen yet -----------------------------------------------------------------

    def _tell_new(self) -> None:
        looks = Look.objects.filter(user=self.user, saved__in=self.found)
        times = looks.values_list("saved", "at")
        others = [pk for pk, at in times if self.found[pk].looked_at != at]
        for look in looks.filter(saved__in=others):
            found = self.found[look.saved_id]
            found.new = look.new_among(found.ids) if found.ids is not None else 0
            found.looked_at = look.at

    def _keep(self) -> None:
        counts = {pk: (found.count, found.new) for pk, found in self.found.items()}
        waits = any(found.is_stale for found in self.found.values())
        until = self.kept.at + max(1, -self.kept.in_hand / _SHARE) if waits else 0.0
        try:
            cache.set(_kept_as(self.user), self.kept, timeout=_KEPT_SECONDS)
            cache.set(_shown_as(self.user), (counts, until), timeout=_SHOWN_SECONDS)
        except Exception as error:  # redis-py raises its own family, and OSError below it
            log.warning("counts not kept", error=str(error))


def _is_of_others(saved: SavedSearch) -> bool:
    """Whether it asks for what colleagues do, of which its user is not told what it was."""
    try:
        return any(field_named(each.field).of_others for each in conditions(saved.tree))
    except Unreadable:
        return False


def _shown(user: "User") -> tuple[dict[int, tuple[int | None, int]], float]:
    return _cached(_shown_as(user)) or ({}, 0.0)


def _cached(key: str) -> Any:
    try:
        return cache.get(key)
    except Exception as error:  # as above, and what another release has kept
        log.warning("counts not read", error=str(error))
        return None


def _kept_as(user: "User") -> str:
    return f"searches-found:{user.pk}"


def _shown_as(user: "User") -> str:
    return f"searches-counted:{user.pk}"
