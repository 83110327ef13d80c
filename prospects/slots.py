from typing import TYPE_CHECKING, cast

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.requests import SignedInRequest
from ui import columns
from ui.navigation import Entry, add, menu_link
from ui.slots import slot

from .columns import COLUMNS, PEOPLE, own_columns
from .consent.card import card, standing_of

if TYPE_CHECKING:
    from .models import Person

add(Entry(_("People"), icon="users", url="people:home", section="people", order=40, phone=True))

for column in COLUMNS:
    columns.add(PEOPLE, column)
columns.also(PEOPLE, own_columns)


@slot("person-alerts", order=10)
def must_not_be_mailed(request: HttpRequest, person: object) -> SafeString:
    """That somebody must not be mailed, and why, above all else."""
    told = standing_of(cast("Person", person))
    return render_to_string("consent/_alert.html", told, request)


@slot("person-panels", order=30)
def consent_of(request: HttpRequest, person: object) -> SafeString:
    """Whether they may be mailed, and how that came about."""
    told = card(cast("Person", person), cast(SignedInRequest, request).user)
    return render_to_string("consent/_of_person.html", told, request)


@slot("settings-menu", order=95)
def do_not_mail(request: HttpRequest, _about: object) -> SafeString:
    if not request.user.is_authenticated or not request.user.is_admin:
        return SafeString()
    return menu_link(request, "consent:do-not-mail", gettext("Do not mail"))
