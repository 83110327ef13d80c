"""Acting on tasks: the page of one, and one after another of a view."""

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST, require_safe

from accounts.requests import SignedInRequest
from accounts.undoing import offer_again
from emails.views.compose import editor_page, open_window
from ui.shortcuts import changed, page_that_asked

from ..lists import View
from ..models import Task
from ..search_forms import TaskSearch
from ..writing import window_for
from .acting import act, go_on, last_of, say_sent
from .page import leave, page_of_task
from .runs import END, Run, ids_of


@require_safe
@never_cache
def work(request: SignedInRequest, view: View) -> HttpResponse:
    """One task after another of a view: the one at ?at=, else where one left off; ?at=end is what
    has come of them."""
    if view.is_done:
        raise Http404
    run, search = Run.here(request), TaskSearch(request.user, view, request.GET)
    run.add(ids_of(search))
    again, asked = run.look(request), request.GET.get("at", "")
    if asked == END:
        run.keep(request)
        return _end(request, run)
    if asked not in map(str, run.ids):
        here = again or (run.at if run.at in run.left else run.next(run.at))
        run.at = here or 0
        run.keep(request)
        return redirect(run.link(here))
    run.at = int(asked)
    run.keep(request)
    offer_again(request)
    found = get_object_or_404(request.user.tasks.for_pane(), pk=run.at)
    return render(request, "tasks/acting.html", page_of_task(request, found, run))


def _end(request: SignedInRequest, run: Run) -> HttpResponse:
    offer_again(request)
    tasks = {task.pk: task for task in request.user.tasks.for_list().of_ids(run.ids)}
    told = {
        "run": run,
        "leave": leave(run),
        "tally": run.tally(),
        "dealt_with": [(tasks[each["id"]], each["how"]) for each in run.done],
        "left": len(run.left),
        **last_of(request, run),
        "back": run.link(run.ids[-1]) if run.ids else "",
    }
    return render(request, "tasks/work_end.html", told)


def task(request: SignedInRequest, task: Task) -> HttpResponse:
    """The page of one task, by whoever is to do it: all that is needed for that."""
    offer_again(request)
    for reminder in task.reminders.shown():
        reminder.dismiss()
    return render(request, "tasks/acting.html", page_of_task(request, task))


@require_POST
def act_here(request: SignedInRequest, pk: int, name: str) -> HttpResponse:
    """Complete, skip, put off or open again the task on whose page one is, and go on."""
    found = get_object_or_404(request.user.tasks.present(), pk=pk)
    run = Run.begun(request, request.POST.get("run", ""))
    act(request, found, name, run)
    return redirect(go_on(request, found, run))


@require_safe
@never_cache
def news(request: SignedInRequest, pk: int) -> HttpResponse:
    """Whether the page of a task still shows what is so; else it goes on to where one belongs.

    Sending its email in the window above the page, and Undo, come here.
    """
    found = get_object_or_404(request.user.tasks, pk=pk)
    run, was_open = Run.begun(request, request.GET.get("run", "")), "open" in request.GET
    again = run.look(request) if run else None
    if again is None and found.is_open == was_open:
        return HttpResponse(status=204)
    if was_open:
        say_sent(request, found, run)
    goes_to = run.link(again) if run and again else go_on(request, found, run)
    if run:
        run.keep(request)
    return HttpResponse(headers={"HX-Redirect": goes_to})


@require_GET
@editor_page
def write(request: SignedInRequest, pk: int) -> HttpResponse:
    """The compose window for a task, filled in; what was begun for it, if anything was."""
    found = get_object_or_404(request.user.tasks.present().for_pane(), pk=pk)
    window, typed = window_for(found, request.user)
    return open_window(request, window, dict(typed))


@require_safe
@never_cache
def reminders(request: SignedInRequest) -> HttpResponse:
    """The reminders that stand on every page, anew."""
    told = {"reminders": request.user.reminders.shown()}
    return render(request, "tasks/_reminders.html", told)


@require_POST
def dismiss(request: SignedInRequest, pk: int) -> HttpResponse:
    """Show a reminder no longer."""
    get_object_or_404(request.user.reminders, pk=pk).dismiss()
    return changed(request, page_that_asked(request, "/"))
