"""Calls: made from a task or from any person, and written down in the person's history."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST
from django_htmx.http import trigger_client_event

from accounts.requests import SignedInRequest
from prospects.models import Person
from ui.notices import tell
from ui.shortcuts import changed, page_that_asked, render_part

from ..models import Call, Task
from ..work.acting import go_on, note, page_of
from ..work.page import page_of_task
from ..work.runs import Run
from .dialing import dial
from .forms import CallForm
from .undo import offer_call


@require_POST
def of_task(request: SignedInRequest, pk: int) -> HttpResponse:
    """The call that a task was for: written down, and the task is done; then what comes next."""
    task = get_object_or_404(request.user.tasks.present().for_pane(), pk=pk)
    person = get_object_or_404(Person.seen_by(request.user), pk=task.person_id or 0)
    run = Run.begun(request, request.POST.get("run", ""))
    form = CallForm(request.user, request.POST)
    if not form.is_valid():
        told = page_of_task(request, task, run, form)
        return render_part(request, "tasks/acting.html", "pad", told, status=422)
    call, done = form.log(person, task)
    _say(request, call, task if done else None, page_of(task, run), run)
    return redirect(go_on(request, task, run))


@require_http_methods(["GET", "HEAD", "POST"])
def of_person(request: SignedInRequest, pk: int) -> HttpResponse:
    """A call to somebody without a task; in a window over the page that asked for it."""
    person = get_object_or_404(Person.seen_by(request.user), pk=pk)
    form = CallForm(request.user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        call, _done = form.log(person)
        back = page_that_asked(request, person.get_absolute_url())
        _say(request, call, None, back.partition("?")[0], None)
        return trigger_client_event(changed(request, back), "close-window", {"target": "body"})
    told = {
        "person": person,
        "pad": form,
        "dial": dial(request.user, person.phone),
        "next": request.GET.get("next", "") or request.POST.get("next", ""),
    }
    status = 422 if form.errors else 200
    return render_part(request, "calls/call.html", "window", told, status=status)


def _say(
    request: SignedInRequest, call: Call, task: Task | None, page: str, run: Run | None
) -> None:
    """That it is in the history now, and how to take that back."""
    said = _("Your call to %(name)s is in the history.") % {"name": call.person.name}
    if task:
        said = _("Your call to %(name)s is in the history, and “%(task)s” is done.") % {
            "name": call.person.name,
            "task": task.name,
        }
    undo = offer_call(request.user, call, task, said=said, page=page)
    tell(request, said, level=messages.SUCCESS, undo=reverse("undo", args=[undo.pk]))
    if task:
        note(run, task, "complete", undo)
