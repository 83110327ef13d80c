"""How many each saved search finds now, and how many of them are new to whoever looks."""

import math
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.core.cache import cache

from .limits import within_limit
from .models import Look, SavedSearch
from .problems import Refused, TooSlow, Unreadable

if TYPE_CHECKING:
    from accounts.models import User

# What was counted last stands on a page until it has asked for the count of now.
_KEPT_SECONDS = 24 * 3600
# Pages ask whenever something changes, each second if need be. Who has costly searches is counted
# for a twentieth of the time at most, and sees the counts of last time until it is their turn again.
FREE_SECONDS = 0.2
_SHARE = 20
_LONGEST_REST = 30


@dataclass(frozen=True)
class Counted:
    """A saved search with what it finds; None where that is not known (yet)."""

    saved: SavedSearch
    count: int | None
    new: int = 0


def counted(searches: Iterable[SavedSearch], user: "User") -> list[Counted]:
    """Each with its count as it is now, for `user`; as it was last, while `seconds_of_rest`."""
    if seconds_of_rest(user):
        return counted_last(searches, user)
    searches, began = list(searches), time.monotonic()
    looks = {look.saved_id: look for look in Look.objects.filter(user=user, saved__in=searches)}
    found = [_counted(saved, user, looks.get(saved.pk)) for saved in searches]
    cache.set_many(
        {_key(one.saved, user): (one.count, one.new) for one in found}, timeout=_KEPT_SECONDS
    )
    if (took := time.monotonic() - began) > FREE_SECONDS:
        rest = min(math.ceil(took * _SHARE), _LONGEST_REST)
        cache.set(f"counting-rests:{user.pk}", time.time() + rest, timeout=rest)
    return found


def seconds_of_rest(user: "User") -> int:
    """How long it is until `user` is counted for again; 0 if they can be at once."""
    until = cache.get(f"counting-rests:{user.pk}")
    return max(0, math.ceil(until - time.time())) if until else 0


def counted_last(searches: Iterable[SavedSearch], user: "User") -> list[Counted]:
    """Each with its count as it was when somebody asked last: costs no search."""
    searches = list(searches)
    known = cache.get_many([_key(saved, user) for saved in searches])
    return [Counted(saved, *known.get(_key(saved, user), (None, 0))) for saved in searches]


def _counted(saved: SavedSearch, user: "User", look: Look | None) -> Counted:
    try:
        with within_limit():
            count = saved.found_for(user).count()
            return Counted(saved, count, saved.new_for(user, look, count))
    except (Refused, TooSlow, Unreadable):
        return Counted(saved, None)


def _key(saved: SavedSearch, user: "User") -> str:
    return f"saved-search:{saved.pk}:{user.pk}"
