"""The way into a task, and reminders of tasks, on the pages of all."""

from typing import cast

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from accounts.requests import SignedInRequest
from ui.slots import slot

from ..models import Task


@slot("task-actions", order=10)
def do_it(request: HttpRequest, task: object) -> SafeString:
    """To the page on which it is done, for whoever is to do it."""
    mine = cast(Task, task).assignee_id == cast(SignedInRequest, request).user.pk
    if not (mine and cast(Task, task).is_open):
        return SafeString()
    return render_to_string("tasks/_do.html", {"task": task}, request)


@slot("page-end", order=20)
def reminders(request: HttpRequest, _about: object) -> SafeString:
    """What somebody is reminded of, on every page until they dismiss it."""
    user = cast(SignedInRequest, request).user
    if not user.is_authenticated:
        return SafeString()
    return render_to_string("tasks/_reminders.html", {"reminders": user.reminders.shown()}, request)
