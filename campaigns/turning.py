"""What ends a turn, and what that does to the enrollment: the one place that writes it."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import Case, Value, When
from django.db.models.functions import Now

from accounts.changes import announce, announce_elsewhere
from emails.models import Cause, Email, Status
from emails.models.changing import change_all
from tasks.models import Task

from . import engine
from .models import Enrollment, State, Turn

if TYPE_CHECKING:
    from accounts.models import User

GOING_ON: dict[str, Any] = {
    "advance_at": Now(),
    "state": Case(When(state=State.ATTENTION, then=Value(State.ACTIVE)), default="state"),
    "hitch": "",
}


def finish(turn: Turn, *, at: datetime | None = None, skipped: bool = False) -> bool:
    """`turn` is over, `at` this instant or now; False if it was before. Its enrollment is locked,
    and if this was the turn that it waited for, the next one follows."""
    mine = Turn.objects.filter(pk=turn.pk, done_at=None)
    if not mine.update(done_at=at or Now(), skipped=skipped):
        return False
    waiting = Enrollment.objects.open().filter(pk=turn.enrollment_id, step=turn.step_id)
    if waiting.update(**GOING_ON):
        engine.wake()
    return True


def withdraw(emails: list[int], reason: str, *, by: "User | None" = None) -> int:
    """Take scheduled `emails`, which are locked, out of the folders; returns how many."""
    if not emails:
        return 0
    told: dict[str, Any] = {
        "removed_at": Now(),
        "removed_by": by,
        "removed_because": reason,
        "on_hold": False,
    }
    return change_all(Email.objects.of_ids(emails), Cause.WITHDRAW, by=by, reacting=False, **told)


def remove_tasks(tasks: list[int]) -> None:
    """Take open `tasks`, which are locked, off the lists of those who would have done them."""
    if not tasks:
        return
    gone = Task.objects.of_ids(tasks)
    about = list(gone.order_by().values_list("assignee", "person", "email"))
    users, people, emails = (set(filter(None, ids)) for ids in zip(*about, strict=True))
    announce(*users, people=people, emails=emails)
    announce_elsewhere()
    gone.update(removed_at=Now(), updated_at=Now())


def let_go_of_drafts(turns: list[int]) -> None:
    """What a rep has pulled back or written for one of these turns stays theirs, of no campaign."""
    drafts = Turn.objects.filter(pk__in=turns, email__status=Status.DRAFT, email__removed_at=None)
    found = dict(drafts.values_list("pk", "email"))
    if found:
        Email.objects.of_ids(list(found.values())).update(campaign=None, step=None)
        Turn.objects.filter(pk__in=found).update(email=None)
