"""What is done with the emails that were found."""

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from accounts.requests import SignedInRequest
from emails.results import carry_out
from emails.views.actions import say
from ui.shortcuts import changed, page_that_asked, refused

from ..acting import AT_ONCE, named, too_many
from ..models import Run
from ..ticked import TickedEmails


@require_POST
def act_on_emails(request: SignedInRequest, action: str) -> HttpResponse:
    """Do one action with every ticked email, or with all that are found; what does not allow it is
    left out and says why. With many a worker does it."""
    chosen = named(action, request.user)
    if chosen is None:
        raise Http404
    ticked, back = TickedEmails.of(request), page_that_asked(request, reverse("search:home"))
    if ticked and chosen.question and "sure" not in request.POST:
        told = {"question": chosen.question_for_many, "action": chosen, "ids": ticked.ids}
        return render(request, "emails/sure.html", told | {"ticked": ticked, "back": back})
    emails = ticked.owned_by(request.user)
    if (count := emails.count()) > AT_ONCE:
        return _by_a_worker(request, action, ticked, count, back)
    say(
        request,
        carry_out(chosen, emails.select_related("owner").in_order_of_id(), request.user),
        back,
    )
    return changed(request, back)


def _by_a_worker(
    request: SignedInRequest, action: str, ticked: TickedEmails, count: int, back: str
) -> HttpResponse:
    if count > Run.MOST:
        return refused(request, too_many(count))
    user = request.user
    others = ticked.seen_by(user).count() - count
    meant = ticked.owned_by(user)
    run = Run.begin(user, action, meant, page=back, others=max(others, 0))
    if request.htmx:
        return HttpResponse(headers={"HX-Redirect": run.get_absolute_url()})
    return redirect(run)
