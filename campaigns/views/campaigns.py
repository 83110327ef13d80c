"""The list of campaigns, and what is done with a whole one."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.categories.shelves import shelves
from accounts.looking import eyes_of
from accounts.models import User
from accounts.requests import SignedInRequest
from accounts.undoing import offer_again
from ui.notices import tell
from ui.paging import paginate
from ui.shortcuts import refused, render_part, wants_part

from ..figures import put_beside
from ..forms import NewCampaignForm
from ..models import Campaign, Category, InUse, NameTaken, TooMany
from ..searching import CampaignSearch


@require_safe
def index(request: SignedInRequest) -> HttpResponse:
    """The campaigns that the user may use, or with ?as= those that somebody else may; by view,
    category, state and words."""
    request.user.remember_section("campaigns")
    if not wants_part(request):
        offer_again(request)
    eyes = eyes_of(request)
    search = CampaignSearch(eyes.user, request.GET)
    page = paginate(search.found().for_list().sortable(), request.GET, by="sort_name")
    put_beside(page)
    context = {
        "search": search,
        "page": page,
        "eyes": eyes,
        "shelves": shelves(Category, eyes.user),
        "others": User.looked_through_by(request.user),
    }
    return render_part(request, "campaigns/index.html", "campaigns", context)


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: SignedInRequest) -> HttpResponse:
    """A new campaign without steps, in ?category= if that is one of the user's."""
    begun = Campaign(owner=request.user, zone=request.user.time_zone)
    chosen = {"category": request.GET.get("category")}
    form = NewCampaignForm(request.POST or None, instance=begun, initial=chosen)
    if request.method == "POST" and form.is_valid() and form.keep():
        tell(request, _("“%(name)s” is there. Only you see it.") % {"name": begun.name})
        return redirect(begun)
    context = {"form": form}
    return render(request, "campaigns/new.html", context, status=422 if form.errors else 200)


@require_POST
def duplicate(request: SignedInRequest, pk: int) -> HttpResponse:
    """A private copy of its steps and settings, which is opened."""
    campaign = get_object_or_404(Campaign.seen_by(request.user), pk=pk)
    try:
        copy = campaign.duplicate(by=request.user)
    except TooMany as full:
        tell(request, str(full), level=messages.ERROR)
        return redirect(campaign)
    tell(request, _("This is the copy. Nobody is in it, and only you see it."))
    return redirect(copy)


@require_POST
def delete(request: SignedInRequest, pk: int) -> HttpResponse:
    """Delete a campaign that nobody goes through any more."""
    campaign = get_object_or_404(Campaign.changed_by(request.user), pk=pk)
    try:
        undo = campaign.remove(by=request.user)
    except InUse as error:
        if request.htmx:
            return refused(request, str(error))
        tell(request, str(error), level=messages.ERROR)
        return redirect("campaigns:settings", pk)
    said = _("The campaign “%(name)s” was deleted.") % {"name": campaign.name}
    undo.stands_on(reverse("campaigns:home"), said)
    tell(request, said, undo=reverse("undo", args=[undo.pk]))
    return redirect("campaigns:home")


@require_POST
def restore(request: SignedInRequest, pk: int) -> HttpResponse:
    """Have one's deleted campaign back."""
    campaign = get_object_or_404(Campaign.deleted_by(request.user), pk=pk)
    try:
        campaign.restore()
    except (TooMany, NameTaken) as error:
        tell(request, str(error), level=messages.ERROR)
    else:
        tell(request, _("The campaign “%(name)s” is back.") % {"name": campaign.name})
    return redirect(campaign)
