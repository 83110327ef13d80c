"""The tasks of steps that a rep does, and of emails that ask for words only a rep can write."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts.changes import announce
from tasks.models import Kind, Task

from .chunks import Chunk, Next
from .models import Enrollment, Step, Turn

if TYPE_CHECKING:
    from tasks.models.querysets import TaskQuerySet


def make(chunk: Chunk, turns: Sequence[Next]) -> None:
    """Make the tasks of `turns`, due when their steps are, on the lists of those who write."""
    tasks = Task.objects.bulk_create([task_for(turn) for turn in turns])
    Turn.objects.bulk_create(
        [
            Turn(enrollment=turn.enrollment, step=turn.step, due_at=turn.due.at, task_id=task.pk)
            for turn, task in zip(turns, tasks, strict=True)
        ]
    )
    for step in {turn.step.pk for turn in turns}:
        those = [turn.enrollment.pk for turn in turns if turn.step.pk == step]
        Enrollment.objects.filter(pk__in=those).update(step=step, advance_at=None)


def task_for(turn: Next) -> Task:
    enrollment, step = turn.enrollment, turn.step
    task = Task(
        assignee_id=enrollment.owner_id,
        kind=step.kind,
        name=step.name or _named(turn),
        details=step.details,
        person_id=enrollment.person_id,
        campaign_id=enrollment.campaign_id,
        priority=step.priority,
    )
    task.plan(turn.due.day, turn.due.clock, enrollment.campaign.zone)
    return task


def untouched(step: Step) -> "TaskQuerySet":
    """The open tasks of those who wait in `step`, as they were made: nobody has changed one since."""
    mine = Task.objects.open().filter(turn__step=step, turn__done_at=None)
    return mine.filter(updated_at=F("created_at"))


def rewrite(task: Task, turn: Next, *, retimed: bool) -> None:
    """Let `task`, which is locked, say what its step says now, and if `retimed` when. It counts as
    it was made: the next change of the step reaches it too."""
    afresh = task_for(turn)
    names = {"name", "details", "priority"}
    if retimed:
        names |= {"due_on", "has_time", "due_at", "zone"}
    Task.objects.of_ids([task.pk]).update(**{name: getattr(afresh, name) for name in names})
    announce(task.assignee_id, people=[turn.enrollment.person_id])


def _named(turn: Next) -> str:
    """What a task without a name of its own is called, in the language of who does it."""
    with override(turn.enrollment.owner.language):
        words = {
            Kind.EMAIL: _("Write to %(person)s"),
            Kind.CALL: _("Call %(person)s"),
            Kind.INMAIL: _("Send an InMail to %(person)s"),
            Kind.CUSTOM: _("Task for %(person)s"),
        }
        return (words[Kind(turn.step.kind)] % {"person": turn.enrollment.person.name})[:200]
