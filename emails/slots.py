"""What this app adds to the pages of all."""

from typing import TYPE_CHECKING, cast

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.requests import SignedInRequest
from ui.navigation import Entry, add, menu_link
from ui.slots import slot

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


@slot("settings-menu", order=10)
def identities(request: HttpRequest, _about: object) -> SafeString:
    return menu_link(request, "setup:identities", _("Identities"))


@slot("settings-menu", order=20)
def channels(request: HttpRequest, _about: object) -> SafeString:
    return menu_link(request, "setup:channels", _("Channels"))


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


@slot("person-panels", order=20)
def emails_to(request: HttpRequest, person: object) -> SafeString:
    """The user's own emails to this person; those of others are never shared."""
    mine = cast(SignedInRequest, request).user.emails.present().to(cast("Person", person))
    told = {"emails": mine.for_list().newest_first()[:SHOWN], "total": mine.count()}
    return render_to_string("emails/_of_person.html", told, request)
