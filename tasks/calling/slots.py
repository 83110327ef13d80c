"""Calls and messages on the pages of people and emails."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, cast

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from accounts.requests import SignedInRequest
from emails import engagement
from emails.models import Email
from emails.timeline import Moment
from prospects.models import Person
from ui.navigation import menu_link
from ui.slots import slot
from ui.templatetags.ui import icon

from ..models import Call
from .dialing import dial, is_page

if TYPE_CHECKING:
    from accounts.models import User

# So many calls stand on a person's page.
SHOWN = 50
BESIDE = mark_safe(' target="_blank" rel="noopener noreferrer"')


@slot("settings-menu", order=92)
def settings(request: HttpRequest, _about: object) -> SafeString:
    if not request.user.is_authenticated or not request.user.is_admin:
        return SafeString()
    return menu_link(request, "calls:settings", _("Calls"))


@slot("person-actions", order=25)
def call_person(request: HttpRequest, person: object) -> SafeString:
    return _buttons(request, cast(Person, person))


@slot("email-actions", order=30)
def call_from_email(request: HttpRequest, email: object) -> SafeString:
    """The recipient of an email, if the user may see them."""
    person = cast(Email, email).person
    seen = person and person.is_seen_by(cast(SignedInRequest, request).user)
    return _buttons(request, person if seen else None)


@slot("email-row-actions", order=30)
def call_from_row(request: HttpRequest, email: object) -> SafeString:
    """Made without a template or a query: it stands on every row."""
    row, user = cast(Email, email), cast(SignedInRequest, request).user
    person = row.person
    if person and not (person.phone or person.linkedin):
        person = None
    if person and not (Person.all_are_seen_by(user) or person.owner_id == user.pk):
        person = None
    call = dial(user, person.phone) if person else ""
    page = reverse("calls:of-person", args=[person.pk]) if person else ""
    return SafeString(
        _on_row(call, "phone", _("Call"), row.recipient, page)
        + _on_row(person.linkedin if person else "", "message-circle", "InMail", row.recipient)
    )


@slot("person-history", order=10)
def calls_to(request: HttpRequest, person: object) -> SafeString:
    """Everybody's, to all who may see the person: with what was said."""
    calls = Call.objects.to(cast(Person, person))
    shown, total = list(calls.newest_first()[:SHOWN]), calls.count()
    told = {"person": person, "calls": shown, "total": total, "earlier": total - len(shown)}
    return render_to_string("calls/_of_person.html", told, request)


@engagement.also
def calls_in_timeline(_user: "User", person: Person) -> Iterable[Moment]:
    """Among what came of emails."""
    for call in Call.objects.to(person).newest_first()[:SHOWN]:
        about = " · ".join(str(word) for word in (call.outcome, call.reason) if word)
        title = _("Call: %(about)s") % {"about": about} if about else _("Call")
        more = _("by %(who)s") % {"who": call.user}
        if call.minutes:
            length = _("%(minutes)s min")
            more += " · " + length % {"minutes": call.minutes}
        yield Moment(call.began_at, "phone", title, more, "violet")


def _buttons(request: HttpRequest, person: Person | None) -> SafeString:
    user = cast(SignedInRequest, request).user
    call = dial(user, person.phone) if person else ""
    told = {"person": person, "dial": call, "beside": is_page(call)}
    return render_to_string("calls/_buttons.html", told, request)


def _on_row(href: str, sign: str, words: str, who: str, pad: str = "") -> SafeString:
    """A button on a row: it calls or opens `href`; greyed where there is none."""
    if not href:
        return format_html(
            '<button class="button" type="button" data-size="small" disabled title="{0}"'
            ' aria-label="{0}: {1}">{2}</button>',
            words,
            who,
            icon(sign),
        )
    return format_html(
        '<a class="button" data-size="small" href="{0}"{1}{2} title="{3}" aria-label="{3}: {4}">{5}</a>',
        href,
        BESIDE if is_page(href) else "",
        format_html(' data-dial="{}"', pad) if pad else "",
        words,
        who,
        icon(sign),
    )
