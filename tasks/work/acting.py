"""What is done with the task that is open, and where one goes on from there."""

from django.contrib import messages
from django.urls import reverse

from accounts.models import Undo
from accounts.requests import SignedInRequest
from emails.models import Email
from emails.readiness import on_its_way
from ui.notices import tell

from ..actions import ACTIONS, REDATE, carry_out
from ..models import Task
from ..ticked import beside
from ..undo import offer
from .runs import PUT_OFF, Run

# What the buttons on the page of a task do.
NAMES = ("complete", "skip", "redate", "reopen")


def act(request: SignedInRequest, task: Task, name: str, run: Run | None) -> None:
    """Do one of NAMES with `task`, say so with its Undo, and note it in the run."""
    chosen = beside(name, request.user, request.POST)
    if not chosen.is_valid():
        return tell(request, chosen.sentence, level=messages.WARNING)
    action, chose = ACTIONS[name], (chosen.chosen, chosen.what)
    result = carry_out(action, [task], request.user, *chose)
    if not result.done:
        return tell(request, result.sentence, level=messages.WARNING)
    undo = offer(request.user, result, page=page_of(task, run))
    tell(request, result.sentence, undo=reverse("undo", args=[undo.pk]))
    note(run, result.done[0], name, undo)
    return None


def note(run: Run | None, task: Task, name: str, undo: Undo) -> None:
    """Let the run know what was done with `task`."""
    if run and name != "reopen":
        run.note(task, PUT_OFF if name == REDATE.name else task.status, undo=undo.pk)


def page_of(task: Task, run: Run | None) -> str:
    """The path of the page on which a notice about `task` stands."""
    return run.address.partition("?")[0] if run else task.get_absolute_url()


def go_on(request: SignedInRequest, task: Task, run: Run | None) -> str:
    """Where to go once something was done with `task`: to the next one of the run."""
    if run is None:
        return task.get_absolute_url()
    again = run.look(request)
    following = again or (task.pk if task.pk in run.left else run.next(task.pk))
    run.at = following or 0
    run.keep(request)
    return run.link(following)


def last_of(request: SignedInRequest, run: Run) -> dict[str, int | None]:
    """The task of a run that was dealt with last, and the Undo of that while there is one."""
    if not run.done:
        return {"last": None, "undo": None}
    last = run.done[-1]
    usable = request.user.undos.usable()
    undo = (
        usable.filter(pk=last["undo"]).first()
        if last["undo"]
        else _undo_of_sending(request, last["id"])
    )
    return {"last": last["id"], "undo": undo.pk if undo else None}


def say_sent(request: SignedInRequest, task: Task, run: Run | None) -> None:
    """Let the page that comes next say that the email goes out, and offer Undo: what the compose
    window has said goes with the page around it. However often the page asks, it is said once."""
    email, undo = _email_of(task.pk), _undo_of_sending(request, task.pk)
    if email and undo:
        undo.stands_on(page_of(task, run), on_its_way(email))


def _undo_of_sending(request: SignedInRequest, task_id: int) -> Undo | None:
    email = _email_of(task_id)
    return request.user.undos.usable().of_emails("send", [email.pk]).first() if email else None


def _email_of(task_id: int) -> Email | None:
    """The email that was written for a task."""
    return Email.objects.for_task(task_id).select_related("owner").newest_first().first()
