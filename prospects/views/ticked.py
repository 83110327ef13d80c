"""What is done with all people that are ticked."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.requests import SignedInRequest
from ui.notices import tell
from ui.shortcuts import changed, page_that_asked, refused

from ..actions import Result
from ..many import AT_ONCE, Wish, by_a_worker, posted
from ..models import GroupFull
from ..ticked import Ticked, TooMany, ticked_people
from ..ticked_forms import FORMS


@require_POST
def act(request: SignedInRequest, action: str) -> HttpResponse:
    """Do one action with the ticked people, or with all of the list; asks first where it must. With
    many a worker does it."""
    if action not in FORMS:
        raise Http404
    back = page_that_asked(request, reverse("people:home"))
    ticked = Ticked.of(request)
    if not ticked:
        tell(request, _("Tick the people first."), level=messages.INFO)
        return changed(request, back)
    form = FORMS[action](request.user, request.POST)
    if not form.is_valid():
        return refused(request, form.sentence)
    if form.question and "sure" not in request.POST:
        told = {"action": form, "ticked": ticked, "back": back}
        return render(request, "people/sure.html", told)
    try:
        people = ticked_people(request)
        form.weigh(people)
        if people.count() > AT_ONCE:
            wish = Wish(request.user, "ticked", action, posted(request, *form.fields), back)
            return by_a_worker(request, wish, people)
        result = form.carry_out(people)
    except (GroupFull, TooMany) as error:
        return refused(request, error.sentence)
    _say(request, result, back)
    return changed(request, back)


def _say(request: SignedInRequest, result: Result, back: str) -> None:
    """What happened, with Undo where there is one; it stays offered on the page that asked."""
    if not result.sentence:
        return tell(request, _("Nobody of them is here any more."), level=messages.INFO)
    level, link = messages.WARNING if result.left else messages.SUCCESS, ""
    if result.undo:
        made = result.undo.stands_on(back.partition("?")[0], result.sentence)
        link = reverse("undo", args=[made.pk])
    return tell(request, result.sentence, level=level, undo=link)
