"""What the reading pane shows of one task, and of the person whom it is about."""

from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from django.urls import NoReverseMatch, reverse

from accounts.requests import SignedInRequest
from ui.ids import id_in

from .actions import CLOSED, OPEN
from .lists import VIEWS
from .models import Task
from .ticked import ReassignForm, Snooze


def open_pane(request: SignedInRequest) -> dict[str, Any]:
    """The task that the URL says is open (?open=42); nothing of it if the user sees none."""
    if not (asked := id_in(request.GET.get("open"))):
        return {}
    found = Task.seen_by(request.user).present().for_pane().of_ids([asked]).first()
    return pane(request, found) if found else {}


def pane(request: SignedInRequest, task: Task) -> dict[str, Any]:
    """The context of templates/tasks/_pane.html for `task`, read with `for_pane()`."""
    user, person, email = request.user, task.person, task.email
    return {
        "task": task,
        "about": person if person and person.is_seen_by(user) else None,
        "from_email": email if email and email.owner_id == user.pk else None,
        "actions": OPEN if task.is_open else CLOSED,
        "beside": beside_menus(request),
    }


def beside_menus(request: SignedInRequest) -> dict[str, Any]:
    """What the menus of Snooze and Reassign offer."""
    assignees = ReassignForm(request.user).fields["assignee"].queryset  # type: ignore[attr-defined]
    return {"snooze": [each for each in Snooze if each != Snooze.DAY], "assignees": assignees}


def list_around(request: SignedInRequest) -> str:
    """The address of the list of tasks that asks for one beside itself, with none open; "" if none
    does."""
    parts = urlsplit(request.htmx.current_url_abs_path or "")
    if parts.path not in {reverse("tasks:list", args=[view]) for view in VIEWS}:
        return ""
    kept = [(name, value) for name, value in parse_qsl(parts.query) if name != "open"]
    return f"{parts.path}?{urlencode(kept)}"


def address_of_work(view: object) -> str:
    """Where the tasks of a view are worked through one after the other."""
    try:
        return reverse("tasks:work", args=[view])
    except NoReverseMatch:
        return ""
