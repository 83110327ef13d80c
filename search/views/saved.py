"""Searches that are kept: saving one, the list of them, and the side bar."""

from urllib.parse import urlsplit

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.requests import SignedInRequest
from accounts.undoing import offer_again
from ui.notices import tell
from ui.shortcuts import changed, page_that_asked

from ..alerts import Alert
from ..asking import Asked
from ..counting import counted, seconds_of_rest
from ..forms import SavedSearchForm
from ..models import SavedSearch
from ..problems import Refused, TooSlow, Unreadable


@require_safe
def side(request: SignedInRequest) -> HttpResponse:
    """The saved searches in the side bar with their counts as they are now."""
    query = QueryDict(urlsplit(request.htmx.current_url_abs_path or "").query)
    searches = counted(SavedSearch.beside_pages(request.user), request.user)
    told = {
        "searches": searches,
        "open_saved": query.get("saved", ""),
        "again_in": seconds_of_rest(request.user),
    }
    return render(request, "search/_side.html", told)


@require_safe
def index(request: SignedInRequest) -> HttpResponse:
    """All saved searches: one's own in their order, and those of colleagues."""
    offer_again(request)
    user = request.user
    told = {
        "mine": SavedSearch.of(user).own_first(user).prefetch_related("teams"),
        "theirs": SavedSearch.shared_with(user).own_first(user),
        "alerted": set(user.search_alerts.values_list("saved", flat=True)),
    }
    return render(request, "search/saved.html", told)


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: SignedInRequest) -> HttpResponse:
    """Save a search, which stands in the query as on its page, under a name."""
    asked = Asked(request.user, request.GET)
    if not asked.is_readable:
        return redirect(asked.address)
    saved = SavedSearch(owner=request.user)
    saved.put(asked.tree, asked.subject)
    form = SavedSearchForm(request.POST or None, instance=saved)
    if request.method == "POST" and form.is_valid():
        kept = form.keep()
        tell(request, _("“%(name)s” is saved.") % {"name": kept.name})
        return redirect(kept)
    told = {"form": form, "asked": asked}
    return render(request, "search/edit.html", told, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: SignedInRequest, pk: int) -> HttpResponse:
    """Another name for a saved search, and other teams that see it."""
    saved = _mine(request, pk)
    name = saved.name
    form = SavedSearchForm(request.POST or None, instance=saved)
    if request.method == "POST" and form.is_valid():
        tell(request, _("Saved."))
        return redirect(form.keep())
    told = {"form": form, "saved": saved, "name": name}
    return render(request, "search/edit.html", told, status=422 if form.errors else 200)


@require_POST
def put(request: SignedInRequest, pk: int) -> HttpResponse:
    """Let a saved search be the one that stands in the query."""
    saved, asked = _mine(request, pk), Asked(request.user, request.GET)
    if not asked.is_readable:
        return redirect(asked.address)
    saved.put(asked.tree, asked.subject)
    saved.save(update_fields=["conditions", "subject", "updated_at"])
    tell(request, _("“%(name)s” is changed.") % {"name": saved.name})
    return redirect(saved)


@require_POST
def duplicate(request: SignedInRequest, pk: int) -> HttpResponse:
    """One's own copy of a saved search, or of a colleague's."""
    saved = _seen(request, pk)
    if not SavedSearch.has_room_for(request.user):
        tell(
            request,
            _("You have as many saved searches as possible. Delete one first."),
            level=messages.WARNING,
        )
        return redirect("search:saved")
    return redirect("search:edit", saved.duplicate(request.user).pk)


@require_POST
def delete(request: SignedInRequest, pk: int) -> HttpResponse:
    """Delete a saved search; what it finds stays where it is."""
    saved, home = _mine(request, pk), reverse("search:saved")
    said = _("The saved search “%(name)s” was deleted.") % {"name": saved.name}
    undo = saved.remove(by=request.user).stands_on(home, said)
    tell(request, said, undo=reverse("undo", args=[undo.pk]))
    return redirect(home)


@require_POST
def up(request: SignedInRequest, pk: int) -> HttpResponse:
    """One place further up in the list, and in the side bar."""
    _seen(request, pk).move(-1, request.user)
    return redirect("search:saved")


@require_POST
def down(request: SignedInRequest, pk: int) -> HttpResponse:
    """One place further down."""
    _seen(request, pk).move(1, request.user)
    return redirect("search:saved")


@require_POST
def pin(request: SignedInRequest, pk: int) -> HttpResponse:
    """Into one's own side bar, or out of it; a colleague's does not change."""
    if not _seen(request, pk).pin(request.user):
        said = _("The side bar is full. Take another search out of it first.")
        tell(request, said, level=messages.WARNING)
    return redirect("search:saved")


@require_POST
def alert(request: SignedInRequest, pk: int) -> HttpResponse:
    """Tell the user of new matches from now on, or no longer."""
    saved = _seen(request, pk)
    if not Alert.switch_off(saved, request.user):
        try:
            Alert.switch_on(saved, request.user)
        except (Refused, TooSlow, Unreadable) as error:
            tell(request, str(error), level=messages.WARNING)
    return redirect("search:saved")


@require_POST
def dismiss(request: SignedInRequest, pk: int) -> HttpResponse:
    """Show no longer that there are new matches."""
    Alert.dismiss(_seen(request, pk), request.user)
    return changed(request, page_that_asked(request, reverse("search:saved")))


def _seen(request: SignedInRequest, pk: int) -> SavedSearch:
    return get_object_or_404(SavedSearch.seen_by(request.user), pk=pk)


def _mine(request: SignedInRequest, pk: int) -> SavedSearch:
    return get_object_or_404(SavedSearch.of(request.user), pk=pk)
