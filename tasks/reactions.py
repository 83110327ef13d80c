"""What sending an email does to the task that it was written for."""

from contextlib import suppress

from accounts.models import UndoRefused
from emails.models import Cause, Status, Transition
from emails.reactions import on

from .models import Task, TaskClosed


@on(Status.SCHEDULED, of="task")
def complete(transition: Transition) -> None:
    """Once it is sent or scheduled the rep has done their part; at that very instant, so that
    `open_again` knows by what the task was closed."""
    task = _task_of(transition)
    if task and transition.cause == Cause.SCHEDULE:
        with suppress(TaskClosed):  # by hand, before
            task.complete(by=transition.by, at=transition.at)


@on(Status.DRAFT, of="task")
def open_again(transition: Transition) -> None:
    """Undone, pulled back, deleted or to be changed: it is still to be written, unless the task was
    closed in another way. What a campaign withdraws is nobody's to do any more."""
    task = _task_of(transition)
    if task is None or not _is_the_reps_again(transition):
        return
    sent = transition.email.transitions.filter(cause=Cause.SCHEDULE).order_by("pk").last()
    if sent and (task.status, task.closed_at) == (Task.Status.COMPLETE, sent.at):
        with suppress(TaskClosed, UndoRefused):
            task.reopen(by=transition.by)


def _task_of(transition: Transition) -> Task | None:
    """As it is now, whatever the email's row remembers of it."""
    pk = transition.email.task_id
    return Task.objects.present().of_ids([pk]).first() if pk else None


def _is_the_reps_again(transition: Transition) -> bool:
    if transition.cause == Cause.WITHDRAW:
        return transition.email.removed_because == "deleted"
    return transition.cause in {Cause.PULL_BACK, Cause.REOPEN}
