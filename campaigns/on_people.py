"""Campaigns on the pages of people: columns, buttons, where somebody is, and their history."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from accounts.requests import SignedInRequest
from ui import columns
from ui.columns import Column
from ui.slots import slot
from ui.templatetags.ui import grouped, tag

from . import keeping  # noqa: F401  (what stands against deleting somebody)
from .models import Campaign, Enrollment
from .ways import Way, count_of, current, ways

if TYPE_CHECKING:
    from prospects.models import Person

# So many of a person's campaigns stand under History.
SHOWN = 50


def _user(request: HttpRequest) -> Any:
    return cast(SignedInRequest, request).user


def _current(request: HttpRequest, people: "Sequence[Person]") -> Mapping[int, list[Way]]:
    return current(_user(request), people)


def _counts(_request: HttpRequest, people: "Sequence[Person]") -> Mapping[int, int]:
    return count_of(people)


def _cell(_person: object, told: list[Way] | None) -> SafeString:
    """The one that was begun last, and how many more."""
    if not told:
        return SafeString()
    first = tag(told[0].name)
    if told[0].address:
        first = format_html('<a href="{}">{}</a>', told[0].address, first)
    more = format_html(' <span class="quiet">+{}</span>', len(told) - 1) if told[1:] else ""
    return format_html("{}{}", first, more)


columns.add(
    "people",
    Column("campaign", _("Campaign"), _cell, order=60, default=True, load=_current),
)
columns.add(
    "people",
    Column(
        "campaigns",
        _("# Campaigns"),
        lambda _person, told: grouped(told or 0),
        order=90,
        kind="number",
        load=_counts,
    ),
)


def campaigns_of(request: HttpRequest) -> dict[str, object]:
    """What the menus of one page choose from: those that the user may add people to."""
    told = vars(request)
    if "campaigns_to_choose" not in told:
        mine = Campaign.used_by(_user(request)).select_related("owner")
        told["campaigns_to_choose"] = list(mine.by_name())
    return {"campaigns": told["campaigns_to_choose"]}


@slot("ticked-people", order=30)
def ticked_people(request: HttpRequest, _group: object) -> SafeString:
    return render_to_string("campaigns/people/_ticked.html", campaigns_of(request), request)


@slot("group-actions", order=30)
def group(request: HttpRequest, group: object) -> SafeString:
    told = campaigns_of(request) | {"group": group}
    return render_to_string("campaigns/people/_group.html", told, request)


@slot("person-actions", order=50)
def person(request: HttpRequest, person: object) -> SafeString:
    told = campaigns_of(request) | {"person": person}
    return render_to_string("campaigns/people/_person.html", told, request)


@slot("person-panels", order=10)
def where_they_are(request: HttpRequest, person: object) -> SafeString:
    """What they are going through now; nothing if they are in no campaign."""
    about = cast("Person", person)
    theirs = Enrollment.objects.open().filter(person=about).order_by("-pk")
    told = ways(_user(request), theirs)
    if not told:
        return SafeString()
    return render_to_string("campaigns/people/_now.html", {"ways": told}, request)


@slot("person-history", order=10)
def campaigns_gone_through(request: HttpRequest, person: object) -> SafeString:
    """All that they have been through, the last begun first."""
    about = cast("Person", person)
    theirs = Enrollment.objects.filter(person=about).order_by("-pk")
    told = {"person": about, "ways": ways(_user(request), theirs[:SHOWN]), "total": theirs.count()}
    return render_to_string("campaigns/people/_history.html", told, request)
