"""What this app adds to the pages of all."""

from typing import TYPE_CHECKING, cast

from django.http import Http404, HttpRequest, QueryDict
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.requests import SignedInRequest
from emails import ticked as emails_ticked
from emails.bulk import asking
from prospects import many, panes, ticked
from prospects.models import Person
from ui.navigation import Entry, add
from ui.slots import slot
from ui.templatetags.ui import icon

from . import as_lists  # noqa: F401  (chosen by name where groups are)
from .acting import under_way_of
from .alerts import Alert
from .asking import Asked
from .counting import counted_last
from .limits import quick_enough
from .models import Run, SavedSearch
from .names import campaign_of
from .problems import Refused, Unreadable
from .ticked import TickedEmails

if TYPE_CHECKING:
    from accounts.models import User
    from emails.folders import Folder
    from prospects.models.people import PersonQuerySet

LIST = "search"

add(Entry(gettext_lazy("Search"), icon="search", url="search:home", section="search", order=50))
panes.LISTS.append("search:home")


def _people_found(user: "User", query: QueryDict) -> "PersonQuerySet":
    """Who is meant by “all” on the search page; nobody where its query is no search any more.
    Raises TooSlow."""
    try:
        asked = Asked(user, query)
        return quick_enough(asked.people()) if asked.is_readable else Person.objects.none()
    except (Http404, Refused, Unreadable):  # a saved search may be gone by now
        return Person.objects.none()


def _campaign_meant(user: "User", query: QueryDict) -> int | None:
    """The campaign that everybody found has got emails of, where the search says one."""
    try:
        asked = Asked(user, query)
        return campaign_of(asked.tree, user) if asked.is_readable else None
    except (Http404, Refused, Unreadable):
        return None


ticked.LISTS[LIST] = _people_found
many.BEGIN[:] = [lambda wish, people: Run.begin_with_people(wish, people).get_absolute_url()]
asking.CAMPAIGNS[LIST] = _campaign_meant
emails_ticked.EVERY[:] = [lambda request: TickedEmails.of(request).owned_by(request.user)]


@slot("folder-actions", order=10)
def advanced_search(_request: HttpRequest, folder: object) -> SafeString:
    """From a folder to the search among its emails."""
    status = cast("Folder", folder).status.value.replace("_", "-")
    query = urlencode({"q": f"status:{status}", "of": "emails"})
    return format_html(
        '<a class="button" data-kind="bare" href="{}?{}" aria-label="{}">{}'
        '<span class="wide-only">{}</span></a>',
        reverse("search:home"),
        query,
        _("Advanced search"),
        icon("funnel"),
        _("Advanced search"),
    )


@slot("side-bar", order=10)
def saved_searches(request: HttpRequest, _about: object) -> SafeString:
    """With the counts of last time; the page asks for those of now as soon as it is open."""
    user = cast(SignedInRequest, request).user
    if not user.is_authenticated or not (searches := SavedSearch.beside_pages(user)):
        return SafeString()
    told = {
        "searches": counted_last(searches, user),
        "is_first": True,
        "open_saved": request.GET.get("saved", ""),
    }
    return render_to_string("search/_side.html", told, request)


@slot("side-bar", order=20)
def under_way(request: HttpRequest, _about: object) -> SafeString:
    """What is being done with many, so that nobody has to stay on its page to come back to it."""
    user = cast(SignedInRequest, request).user
    if not user.is_authenticated or not (told := under_way_of(user)):
        return SafeString()
    return render_to_string("search/_under_way.html", {"runs": told}, request)


@slot("people-groups", order=10)
def groups_that_fill_themselves(request: HttpRequest, _about: object) -> SafeString:
    user = cast(SignedInRequest, request).user
    if not (searches := SavedSearch.beside_people(user)):
        return SafeString()
    return render_to_string("search/_beside_people.html", {"searches": searches}, request)


@slot("reminders", order=10)
def new_matches(request: HttpRequest, _about: object) -> SafeString:
    """What saved searches have come to find, each until it is opened or dismissed."""
    alerts = list(Alert.objects.shown_to(cast(SignedInRequest, request).user))
    if not alerts:
        return SafeString()
    return render_to_string("search/_alerts.html", {"alerts": alerts}, request)


@slot("ticked-people", order=90)
def export_people(_request: HttpRequest, _group: object) -> SafeString:
    return _export("search:export-people")


@slot("ticked-emails", order=90)
def export_emails(_request: HttpRequest, _folder: object) -> SafeString:
    return _export("search:export-emails")


def _export(url: str) -> SafeString:
    """A button of the bar; the page stays as it is, and a file comes."""
    return format_html(
        '<button class="button" formaction="{}">{}</button>', reverse(url), _("Export")
    )
