"""Whom a list of people means when it asks for a bulk email: those ticked, all it shows, a group."""

from typing import TYPE_CHECKING

from prospects.forms import PeopleSearch
from prospects.models import Group, Person

if TYPE_CHECKING:
    from django.http import QueryDict

    from accounts.models import User
    from prospects.models.people import PersonQuerySet


def asked_people(user: "User", asked: "QueryDict") -> "PersonQuerySet":
    """person=1&person=2: these; all=yes with the list's own query: all that it shows; group=3: its
    members. Only people whom `user` may see; nobody if nothing is asked for."""
    seen = Person.seen_by(user)
    if asked.get("all"):
        return PeopleSearch(user, asked).narrow(seen)
    if ids := _ids(asked.getlist("person")):
        return seen.of_ids(ids)
    groups = Group.seen_by(user).filter(pk__in=_ids([asked.get("group", "")]))
    return seen.filter(memberships__group__in=groups)


def _ids(told: list[str]) -> list[int]:
    return [int(pk) for pk in told if pk.isascii() and pk.isdecimal() and len(pk) < 19]
