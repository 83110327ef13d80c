"""What stands on the page of a task: everything at hand that acting on it needs."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.urls import reverse

from accounts.requests import SignedInRequest
from emails.engagement import figures
from prospects.panes import beside, for_pane, pane

from ..calling.dialing import dial
from ..calling.forms import CallForm
from ..lists import VIEW_OF
from ..models import Call, Kind, Task
from ..panes import beside_menus
from .runs import Run

if TYPE_CHECKING:
    from emails.models import Email
    from prospects.models import Person

beside(r"/tasks/(?:work/[\w-]+|\d+)/")
# So many of the user's emails to the person, and of everybody's calls, stand beside the task.
EMAILS, CALLS = 3, 3


def page_of_task(
    request: SignedInRequest, task: Task, run: Run | None = None, pad: CallForm | None = None
) -> dict[str, Any]:
    """The context of templates/tasks/acting.html."""
    here = run.link(task.pk) if run else task.get_absolute_url()
    person = _person(request, task)
    told: dict[str, Any] = {
        "task": task,
        "run": run,
        "here": here,
        "leave": leave(run),
        "beside": beside_menus(request),
        "from_email": _from_email(request, task),
        "written": task.written.present().newest_first().first(),
        **(_around(request, person, here) if person else {}),
    }
    if task.kind == Kind.CALL and person:
        told |= {"pad": pad or CallForm(request.user), "dial": dial(request.user, person.phone)}
    return told | (_progress(run, task) if run else {})


def _person(request: SignedInRequest, task: Task) -> "Person | None":
    """The task's person as their panel shows them, if the user may see them."""
    return for_pane(request).of_ids([task.person_id]).first() if task.person_id else None


def _from_email(request: SignedInRequest, task: Task) -> "Email | None":
    """The email that it was made from, if that is the user's own."""
    return task.email if task.email and task.email.owner_id == request.user.pk else None


def _around(request: SignedInRequest, person: "Person", here: str) -> Mapping[str, Any]:
    mine = request.user.emails.present().to(person)
    return {
        **pane(request, person, around=here),
        "emails": mine.for_list().newest_first()[:EMAILS],
        "figures": figures(mine),
        "calls": Call.objects.to(person).newest_first()[:CALLS],
    }


def _progress(run: Run, task: Task) -> dict[str, Any]:
    before, after = run.beside(task.pk, -1), run.beside(task.pk, 1)
    return {
        "place": run.place(task.pk),
        "total": len(run.ids),
        "dealt_with": len(run.done),
        "before": run.link(before) if before else "",
        "after": run.link(after) if after else run.link(None) if not run.left else "",
    }


def leave(run: Run | None) -> str:
    """The list that one came from."""
    if run is None:
        return reverse("tasks:list", args=[VIEW_OF["today"]])
    path, _sign, query = run.address.partition("?")
    view = reverse("tasks:list", args=[VIEW_OF[path.rstrip("/").rpartition("/")[2]]])
    return f"{view}?{query}" if query else view
