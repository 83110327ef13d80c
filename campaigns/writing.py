"""What stands in the compose window that opens for an email task of a campaign."""

from typing import TYPE_CHECKING

from emails.models import Email
from tasks.writing import Words, writes

from . import making
from .chunks import Chunk, Next
from .models import Enrollment, Kind, Turn

if TYPE_CHECKING:
    from accounts.models import User
    from tasks.models import Task


@writes
def words_of_step(task: "Task", user: "User") -> Words | None:
    """The text of its step for its person; a follow-up has what was really sent below."""
    turn = _turn_of(task)
    if turn is None:
        return None
    enrollment = turn.enrollment
    chunk = Chunk.of([enrollment], {enrollment.campaign_id: enrollment.campaign})
    planned = chunk.again(enrollment, turn.step)
    before = making.arrived_before(chunk, [planned]).get(enrollment.pk)
    typed = _typed(chunk, planned, before) | {"to": enrollment.person.email}
    if enrollment.owner_id == user.pk and enrollment.identity_id:
        typed["identity"] = enrollment.identity_id
    if version := planned.step.template_version:
        typed["template"] = version.ticket_for(user)
    typed["files"] = list(planned.step.files.values_list("pk", flat=True))
    return Words(typed, continues=before if planned.step.follows else None)


def _typed(chunk: Chunk, planned: Next, before: Email | None) -> dict[str, object]:
    try:
        words = making.words_for(chunk, planned, before)
    except making.NothingToSay:
        return {"subject": "", "html": planned.text.html}
    return {"subject": words.subject, "html": words.html}


def _turn_of(task: "Task") -> Turn | None:
    if task.campaign_id is None or task.kind != Kind.EMAIL:
        return None
    turns = Turn.objects.select_related("step", "enrollment__campaign")
    return turns.filter(task=task, enrollment__in=Enrollment.objects.open()).first()
