"""What is done with the emails that were found."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST

from accounts.requests import SignedInRequest
from emails.results import carry_out
from emails.views.actions import say, ticked
from ui.shortcuts import changed, page_that_asked

from ..acting import named


@require_POST
def act_on_emails(request: SignedInRequest, action: str) -> HttpResponse:
    """Do one action with every ticked email; what does not allow it is left out and says why."""
    chosen = named(action, request.user)
    if chosen is None:
        raise Http404
    ids, back = ticked(request), page_that_asked(request, reverse("search:home"))
    if ids and chosen.question and "sure" not in request.POST:
        told = {"question": chosen.question_for_many, "action": chosen, "ids": ids, "back": back}
        return render(request, "emails/sure.html", told)
    emails = request.user.emails.present().of_ids(ids).select_related("owner").in_order_of_id()
    say(request, carry_out(chosen, emails, request.user), back)
    return changed(request, back)
