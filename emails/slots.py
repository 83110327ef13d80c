"""What this app adds to the pages of all."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.requests import SignedInRequest
from ui import columns
from ui.navigation import Entry, add, menu_link
from ui.slots import slot
from ui.templatetags.ui import grouped

from .engagement import NONE, Figures, engagement, figures_of_people

if TYPE_CHECKING:
    from prospects.models import Person

# So many of a person's emails stand on their page.
SHOWN = 20

add(
    Entry(
        gettext_lazy("Emails"),
        icon="mail",
        url="emails:home",
        section="emails",
        order=20,
        phone=True,
    )
)
add(
    Entry(
        gettext_lazy("Templates"),
        icon="file-text",
        url="templates:home",
        section="templates",
        order=45,
    )
)


@slot("settings-menu", order=10)
def identities(request: HttpRequest, _about: object) -> SafeString:
    return menu_link(request, "setup:identities", _("Identities"))


@slot("settings-menu", order=20)
def channels(request: HttpRequest, _about: object) -> SafeString:
    return menu_link(request, "setup:channels", _("Channels"))


@slot("settings-menu", order=30)
def unsubscribing(request: HttpRequest, _about: object) -> SafeString:
    return menu_link(request, "setup:unsubscribing", _("Unsubscribing"))


@slot("header-actions", order=20)
def send_to_many(request: HttpRequest, _about: object) -> SafeString:
    return render_to_string("emails/bulk/_new.html", {}, request)


@slot("ticked-people", order=10)
def write_to_ticked(request: HttpRequest, _group: object) -> SafeString:
    return render_to_string("emails/bulk/_to_ticked.html", {}, request)


@slot("group-actions", order=10)
def write_to_group(request: HttpRequest, group: object) -> SafeString:
    return render_to_string("emails/bulk/_new.html", {"group": group}, request)


@slot("person-actions", order=20)
def write_to(request: HttpRequest, person: object) -> SafeString:
    return render_to_string("emails/_write_to.html", {"person": person}, request)


@slot("person-engagement", order=20)
def engaged(request: HttpRequest, person: object) -> SafeString:
    """What this person did with the user's own emails; of those of others only the numbers."""
    told = engagement(cast(SignedInRequest, request).user, cast("Person", person))
    return render_to_string("emails/_engagement.html", {"engagement": told}, request)


@slot("person-history", order=20)
def emails_to(request: HttpRequest, person: object) -> SafeString:
    """The user's own emails to this person; those of others are never shared."""
    mine = cast(SignedInRequest, request).user.emails.present().to(cast("Person", person))
    told = {
        "person": person,
        "emails": mine.for_list().newest_first()[:SHOWN],
        "total": mine.count(),
    }
    return render_to_string("emails/_of_person.html", told, request)


def _figure(name: str) -> Callable[[Any, Figures | None], str]:
    return lambda _person, told: grouped(getattr(told or NONE, name))


# Who may see a person sees everybody's numbers on it.
for name, label, order in (
    ("emails", gettext_lazy("# Emails"), 110),
    ("events", gettext_lazy("# Events"), 130),
    ("activities", gettext_lazy("# Activities"), 140),
    ("views", gettext_lazy("# Views"), 170),
    ("clicks", gettext_lazy("# Clicks"), 180),
    ("replies", gettext_lazy("# Replies"), 190),
):
    shown = columns.Column(name, label, _figure(name), order, kind="number", load=figures_of_people)
    columns.add("people", shown)
