"""How many each saved search finds now, and how many of them are new to whoever looks."""

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


@dataclass(frozen=True)
class Counted:
    """A saved search with what it finds; None where that is not known (yet)."""

    saved: SavedSearch
    count: int | None
    new: int = 0


def counted(searches: Iterable[SavedSearch], user: "User") -> list[Counted]:
    """Each with its count as it is now, for `user`."""
    searches = list(searches)
    looks = {look.saved_id: look for look in Look.objects.filter(user=user, saved__in=searches)}
    found = [_counted(saved, user, looks.get(saved.pk)) for saved in searches]
    cache.set_many(
        {_key(one.saved, user): (one.count, one.new) for one in found}, timeout=_KEPT_SECONDS
    )
    return found


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
