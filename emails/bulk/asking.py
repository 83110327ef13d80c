"""Whom a list of people means when it asks for a bulk email: those ticked, all it shows, a group; and
which campaign it continues, where a list of a higher layer is about one."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from django.http import QueryDict

from prospects.models import Group, Person
from prospects.ticked import Ticked
from ui.ids import id_in

if TYPE_CHECKING:
    from accounts.models import User
    from accounts.requests import SignedInRequest
    from prospects.models.people import PersonQuerySet

# Which campaign a list of people of a higher layer is about, from its name, as prospects/ticked.py has
# it: (user, its query) -> the id of a campaign whose emails the user may find.
CAMPAIGNS: "dict[str, Callable[[User, QueryDict], int | None]]" = {}


def asked_campaign(request: "SignedInRequest") -> int | None:
    """The campaign whose people the list shows, if it is about those of one."""
    told = Ticked.of(request)
    campaign_of = CAMPAIGNS.get(told.list)
    return campaign_of(request.user, QueryDict(told.query)) if campaign_of else None


def asked_people(request: "SignedInRequest") -> "PersonQuerySet":
    """What the bar of ticked people posts (prospects/ticked.py), or group=3 for its members.

    Only people whom the user may see; nobody if nothing is asked for.
    """
    seen = Person.seen_by(request.user)
    if ticked := Ticked.of(request):
        return ticked.among(seen, request)
    groups = Group.seen_by(request.user).filter(pk=id_in(request.POST.get("group")))
    return seen.filter(memberships__group__in=groups).distinct()
