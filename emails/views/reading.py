"""One email: its page (in a list, the reading pane), and what it says in a frame of its own."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

from accounts.looking import eyes_of
from accounts.requests import SignedInRequest
from ui.shortcuts import render_part

from ..panes import list_around, pane
from ..previews import framed, preview


@require_safe
def email(request: SignedInRequest, pk: int) -> HttpResponse:
    """The email on a page of its own; the part "pane" to a list that opens it beside itself. With
    ?as= a colleague's, for those who may look at it."""
    eyes = eyes_of(request)
    found = get_object_or_404(eyes.user.emails.for_pane(), pk=pk)
    if found.stands_for_bulk and eyes.are_mine:
        return redirect("emails:bulk-edit", found.bulk_id)
    told = pane(found, eyes) | {"list": list_around(request)}
    return render_part(request, "emails/email.html", "pane", told)


@require_safe
@never_cache
@xframe_options_sameorigin
def show(request: SignedInRequest, pk: int) -> HttpResponse:
    """What the email says, sanitised, under a policy of its own that lets nothing run or load.

    `?images=1` lets the pictures be fetched from wherever they are.
    """
    found = get_object_or_404(eyes_of(request).user.emails.for_pane(), pk=pk)
    pictures = request.GET.get("images") == "1"
    told = {"preview": preview(found, pictures=pictures)}
    return framed(request, told, pictures=pictures)
