"""Writing down a task: the form, its fields from words, and the people that it finds."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe
from django_htmx.http import trigger_client_event

from accounts.requests import SignedInRequest
from emails.recipients import suggestions
from prospects.models import Person
from ui.notices import tell
from ui.shortcuts import changed, page_that_asked, render_part, wants_part

from ..beginning import begun
from ..forms import TaskForm
from ..models import Task


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: SignedInRequest) -> HttpResponse:
    """A new task; ?words= says it in words, ?about= (a person) and ?email= what it is about."""
    if request.method == "POST":
        return _posted(
            request, TaskForm(request.user, request.POST), _("“%(name)s” is on the list.")
        )
    beginning = begun(request.user, request.GET)
    form = TaskForm(request.user, initial=beginning.initial)
    return _page(request, form, {"beginning": beginning})


@require_safe
def fill(request: SignedInRequest) -> HttpResponse:
    """The fields of the form as ?words= fill them: what was understood, to be changed or kept."""
    beginning = begun(request.user, request.GET)
    form = TaskForm(request.user, initial=beginning.initial)
    told = {"form": form, "beginning": beginning}
    return render(request, "tasks/_fields.html", told)


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: SignedInRequest, pk: int) -> HttpResponse:
    """Change a task."""
    found = get_object_or_404(Task.seen_by(request.user).present().for_pane(), pk=pk)
    if request.method == "POST":
        form = TaskForm(request.user, request.POST, instance=found)
        return _posted(request, form, _("“%(name)s” was changed."))
    return _page(request, TaskForm(request.user, instance=found), {})


@require_safe
def people(request: SignedInRequest) -> HttpResponse:
    """People by name or address, for what stands in the form's field."""
    found = suggestions(Person.seen_by(request.user), request.GET.get("person", ""), request.user)
    return render(request, "emails/compose/_people.html", {"people": found})


def _posted(request: SignedInRequest, form: TaskForm, said: str) -> HttpResponse:
    if not form.is_valid():
        return _page(request, form, {}, status=422)
    task = form.keep()
    told = {"name": task.name, "who": task.assignee}
    if task.assignee != request.user:
        said = _("“%(name)s” is on the list of %(who)s.")
    tell(request, said % told)
    back = page_that_asked(request, reverse("tasks:home"))
    return trigger_client_event(changed(request, back), "close-window", {})


def _page(
    request: SignedInRequest, form: TaskForm, told: dict[str, Any], status: int = 200
) -> HttpResponse:
    context = {
        "form": form,
        "task": form.instance,
        "back": page_that_asked(request, ""),
        "in_window": wants_part(request),
        **told,
    }
    return render_part(request, "tasks/edit.html", "window", context, status=status)
