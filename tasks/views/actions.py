"""What is done with tasks: one by one, and with all that are ticked."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.requests import SignedInRequest
from ui.notices import tell
from ui.shortcuts import changed, page_that_asked, refused

from ..actions import ACTIONS, Result, carry_out
from ..lists import View
from ..models import Task
from ..ticked import Ticked, TooMany, beside
from ..undo import offer


@require_POST
def act(request: SignedInRequest, pk: int, action: str) -> HttpResponse:
    """Do one action with one task. What cannot be done is said in the notice, or is a 409."""
    found = get_object_or_404(Task.seen_by(request.user).for_pane(), pk=pk)
    chosen = beside(action, request.user, request.POST)
    if not chosen.is_valid():
        return refused(request, chosen.sentence)
    result = carry_out(ACTIONS[action], [found], request.user, chosen.chosen, chosen.what)
    if not result.done:
        return refused(request, result.sentence)
    back = page_that_asked(request, reverse("tasks:home"))
    _say(request, result, back)
    return changed(request, back)


@require_POST
def act_on_ticked(request: SignedInRequest, view: View, action: str) -> HttpResponse:
    """Do one action with every ticked task of a view, or with all that it holds."""
    back = page_that_asked(request, reverse("tasks:list", args=[view]))
    ticked, chosen = Ticked.of(request), beside(action, request.user, request.POST)
    if not ticked:
        tell(request, _("Tick the tasks first."), level=messages.INFO)
        return changed(request, back)
    if not chosen.is_valid():
        return refused(request, chosen.sentence)
    try:
        tasks = ticked.tasks(request.user, view)
    except TooMany as error:
        return refused(request, error.sentence)
    result = carry_out(ACTIONS[action], tasks, request.user, chosen.chosen, chosen.what)
    _say(request, result, back)
    return changed(request, back)


def _say(request: SignedInRequest, result: Result, back: str) -> None:
    """What happened, with Undo; it stays offered on the page that asked."""
    if not result.sentence:
        return tell(request, _("None of them is here any more."), level=messages.INFO)
    level, link = messages.WARNING if result.left else messages.SUCCESS, ""
    if result.done:
        made = offer(request.user, result, page=back.partition("?")[0])
        link = reverse("undo", args=[made.pk])
    return tell(request, result.sentence, level=level, undo=link)
