"""A bulk email that was launched: how far it is, what became of each email, and what can be done."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.requests import SignedInRequest
from accounts.undoing import offer_again
from ui.notices import tell
from ui.paging import paginate
from ui.shortcuts import changed, refused, render_part, wants_part

from ..bulk.course import Action, Show, kept_back, offered
from ..bulk.tally import standing, tally
from ..folders import TABS
from ..models import BulkRefused
from ..panes import open_pane


@require_safe
def show(request: SignedInRequest, pk: int) -> HttpResponse:
    """How far it is, with its emails as a list that can be narrowed."""
    bulk = get_object_or_404(request.user.bulk_sends.for_page(), pk=pk)
    if bulk.is_draft:
        return redirect("emails:bulk-edit", pk)
    if not wants_part(request):
        offer_again(request)
    told = tally(bulk)
    chosen = Show.asked(request.GET.get("show", ""))
    context = {
        "bulk": bulk,
        "tally": told,
        "standing": standing(bulk, told),
        "shows": [(each, each.count(told)) for each in Show if each.count(told) or each == chosen],
        "chosen": chosen,
        "page": paginate(chosen.of(bulk).for_list(), request.GET, by="id"),
        "offered": offered(bulk, told),
        "kept_back": kept_back(bulk),
        "tallies": {},
        "tabs": TABS,
        "counts": request.user.emails.folder_counts(),
        "as_part": wants_part(request),
        **open_pane(request),
    }
    return render_part(request, "emails/bulk/show.html", "course", context)


@require_POST
def act(request: SignedInRequest, pk: int, action: Action) -> HttpResponse:
    """Pause, resume, cancel the rest, try again what failed; asks first where it must."""
    bulk = get_object_or_404(request.user.bulk_sends.for_page(), pk=pk)
    back = reverse("emails:bulk", args=[pk])
    if action.question and "sure" not in request.POST:
        told = {"question": action.question, "action": action, "back": back}
        return render(request, "emails/sure.html", told)
    try:
        tell(request, action.do(bulk, request.user))
    except BulkRefused as error:
        return refused(request, action.why_not(error.bulk))
    return changed(request, back)


@require_POST
def undo(request: SignedInRequest, pk: int) -> HttpResponse:
    """Take the whole of it back while nothing of it has gone."""
    bulk = get_object_or_404(request.user.bulk_sends.for_page(), pk=pk)
    try:
        bulk.take_back(by=request.user)
    except BulkRefused as error:
        return refused(request, Action.why_not_undone(error.bulk))
    tell(request, _("Undone: the bulk email was not sent. It is in Drafts."))
    return redirect("emails:bulk-edit", pk)


@require_POST
def roll_up(request: SignedInRequest) -> HttpResponse:
    """Show bulk emails as one row in the folders, or each of their emails; kept for this user."""
    request.user.roll_up_bulk_emails(request.POST.get("roll") == "yes")
    asked = request.POST.get("next", "")
    return redirect(asked if asked.startswith("/emails/") else "emails:home")
