"""What sending an email does to the task that it was written for."""

from accounts.models import UndoRefused
from emails.models import Cause, Status, Transition
from emails.reactions import on

from .models import Task, TaskClosed


@on(Status.SCHEDULED)
def complete(transition: Transition) -> None:
    """Once it is sent or scheduled, the rep has done their part; at that very instant, so that
    `open_again` knows by what it was closed."""
    task = transition.email.task
    if task is None or transition.cause != Cause.SCHEDULE:
        return
    try:
        task.complete(by=transition.by, at=transition.at)
    except TaskClosed:
        pass  # done by hand already


@on(Status.DRAFT)
def open_again(transition: Transition) -> None:
    """Undone, pulled back, deleted or to be changed: it is still to be written, unless the task was
    closed in another way. What a campaign withdraws is nobody's to do any more."""
    email = transition.email
    if email.task is None or not _is_the_reps_again(transition):
        return
    sent = email.transitions.filter(cause=Cause.SCHEDULE).order_by("pk").last()
    if sent is None or (email.task.status, email.task.closed_at) != (Task.Status.COMPLETE, sent.at):
        return
    try:
        email.task.reopen(by=transition.by)
    except (TaskClosed, UndoRefused):
        pass


def _is_the_reps_again(transition: Transition) -> bool:
    if transition.cause == Cause.WITHDRAW:
        return transition.email.removed_because == "deleted"
    return transition.cause in {Cause.PULL_BACK, Cause.REOPEN}
