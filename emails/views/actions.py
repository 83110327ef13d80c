"""What is done with emails: one by one, with all that are ticked, and taken back."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.models import UndoRefused
from accounts.requests import SignedInRequest
from ui.notices import tell
from ui.shortcuts import changed, page_that_asked, refused

from ..actions import asks, named, offered_for_many
from ..folders import Folder
from ..results import Result, carry_out
from ..ticked import ticked
from ..undo import offer


@require_POST
def act(request: SignedInRequest, pk: int, action: str) -> HttpResponse:
    """Do one action with one email; asks first where it must. What cannot be done is a 409."""
    emails = request.user.emails.unpurged().select_related("owner")
    email = get_object_or_404(emails, pk=pk)
    chosen = named(action, email, request.user)
    back = page_that_asked(request, reverse("emails:email", args=[pk]))
    if (question := asks(chosen, email)) and "sure" not in request.POST:
        told = {"question": question, "action": chosen, "back": back}
        return render(request, "emails/sure.html", told)
    chosen.do(email, by=request.user)
    say(request, Result(chosen, done=[email]), back)
    return changed(request, back)


@require_POST
def act_on_ticked(request: SignedInRequest, folder: Folder, action: str) -> HttpResponse:
    """Do one action with every ticked email of a folder; each for itself, each with its result."""
    several = offered_for_many(folder.status, request.user)
    chosen = next((each for each in several if each.name == action), None)
    if chosen is None:
        raise Http404
    ids = ticked(request)
    back = page_that_asked(request, reverse("emails:folder", args=[folder]))
    if ids and chosen.question and "sure" not in request.POST:
        told = {"question": chosen.question_for_many, "action": chosen, "ids": ids, "back": back}
        return render(request, "emails/sure.html", told)
    emails = request.user.emails.present().of_ids(ids).select_related("owner").in_order_of_id()
    say(request, carry_out(chosen, emails, request.user), back)
    return changed(request, back)


@require_POST
def undo(request: SignedInRequest, pk: int) -> HttpResponse:
    """Take back what was done, once; a 409 says why that is not possible any more."""
    done = get_object_or_404(request.user.undos, pk=pk)
    try:
        tell(request, done.use())
    except UndoRefused as error:
        return refused(request, str(error))
    return changed(request, page_that_asked(request, done.before.get("page") or "/"))


def say(request: SignedInRequest, result: Result, back: str) -> None:
    """What happened, with Undo where there is one; it stays offered on the page that asked."""
    if not result.done and not result.left:
        return tell(request, _("Tick the emails first."), level=messages.INFO)
    level, link = messages.WARNING if result.left else messages.SUCCESS, ""
    if result.action.undo and result.done:
        page, said = back.partition("?")[0], result.sentence
        made = offer(request.user, result.action.undo, result.done, said=said, page=page)
        link = reverse("undo", args=[made.pk])
    return tell(request, result.sentence, level=level, undo=link)
