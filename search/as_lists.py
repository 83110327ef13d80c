"""Saved searches that find people, chosen by name where groups are: whoever is found at that moment."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, cast

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from prospects.lists import KINDS, CannotBeFound, Kind

from .limits import within_limit
from .models import SavedSearch
from .problems import Refused, TooSlow, Unreadable

if TYPE_CHECKING:
    from accounts.models import User
    from prospects.models.people import PersonQuerySet


@contextmanager
def _people(saved: SavedSearch, user: "User") -> "Iterator[PersonQuerySet]":
    try:
        with within_limit():
            yield cast("PersonQuerySet", saved.found_for(user))
    except (Refused, TooSlow, Unreadable) as error:
        sentence = _("Nobody was added from the saved search “%(name)s”: %(why)s")
        raise CannotBeFound(sentence % {"name": saved.name, "why": error}) from error


def _note(_saved: SavedSearch) -> str:
    return _("saved search: whom it finds when you add it")


KINDS.append(
    Kind(
        name="search",
        label=gettext_lazy("Saved search"),
        icon="search",
        seen_by=lambda user: SavedSearch.seen_by(user).of_people().own_first(user),
        people=_people,
        note=_note,
        offer=gettext_lazy(
            "“%(name)s” is a saved search: each whom it finds now gets a message of their own."
        ),
    )
)
