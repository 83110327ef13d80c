"""Whom a list of people means when it asks for a bulk email: those ticked, all it shows, a group."""

from typing import TYPE_CHECKING

from prospects.models import Group, Person
from prospects.ticked import Ticked
from ui.ids import id_in

if TYPE_CHECKING:
    from accounts.requests import SignedInRequest
    from prospects.models.people import PersonQuerySet


def asked_people(request: "SignedInRequest") -> "PersonQuerySet":
    """What the bar of ticked people posts (prospects/ticked.py), or group=3 for its members.

    Only people whom the user may see; nobody if nothing is asked for.
    """
    seen = Person.seen_by(request.user)
    if ticked := Ticked.of(request):
        return ticked.among(seen, request)
    groups = Group.seen_by(request.user).filter(pk=id_in(request.POST.get("group")))
    return seen.filter(memberships__group__in=groups).distinct()
