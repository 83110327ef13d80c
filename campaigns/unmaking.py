"""Taking back the turn that has followed a task, so that the task can be opened again."""

from emails.models import Email
from tasks.models import Task

from .models import Enrollment, Turn
from .turning import remove_tasks, withdraw

REOPENED = "campaign_reopened"


def unmake(enrollment: Enrollment, after: Turn) -> bool:
    """Take back what has followed `after`, if that is one turn of which nothing has come yet: its
    email waits unchanged, or nobody has begun its task. `enrollment` is locked.

    What is wanted comes after the enrollment in the order of locks (see holding.py), so this does
    not wait for it: whoever has it in hand has begun the turn.
    """
    following = list(enrollment.turns.filter(pk__gt=after.pk).order_by("pk")[:2])
    if len(following) != 1 or following[0].done_at or following[0].step_id != enrollment.step_id:
        return False
    turn = following[0]
    if (turn.email_id and not _withdraw(turn.email_id)) or (
        turn.task_id and not _remove(turn.task_id)
    ):
        return False
    turn.delete()
    Enrollment.objects.filter(pk=enrollment.pk).update(step=after.step_id)
    return True


def _withdraw(pk: int) -> bool:
    mine = Email.objects.of_ids([pk]).untouched()
    free = list(mine.select_for_update(skip_locked=True, no_key=True, of=("self",)))
    return bool(free) and bool(withdraw([pk], REOPENED))


def _remove(pk: int) -> bool:
    mine = Task.objects.of_ids([pk]).open()
    free = list(mine.select_for_update(skip_locked=True, no_key=True, of=("self",)))
    if not free or Email.objects.filter(task=pk).present().exists():
        return False
    remove_tasks([pk])
    return True
