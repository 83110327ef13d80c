"""Editing a running campaign: whom it concerns, and how it reaches those who wait.

Who has had a step keeps what they got, and who is still to come to it gets it as it is then. Only
what waits to be sent is made to say the new words, at the new time, unless a rep has changed it.
"""

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models.functions import Now

from emails.jobs import once
from emails.models import Attachment, Email, EmailContent, Status
from emails.models.email import wall_columns

from . import assigning, engine, making
from .chunks import Chunk, Next
from .holding import hold
from .models import Enrollment, Step, Turn
from .timing import anew
from .turning import GOING_ON, let_go_of_drafts, remove_tasks, withdraw

if TYPE_CHECKING:
    from accounts.models import User
    from emails.models.querysets import EmailQuerySet

CHUNK = 500
REMOVED = "campaign_step_removed"
CHANGED = "campaign_step_changed"


@dataclass(frozen=True)
class Affected:
    """How many people wait in a step now, will still come to it, and have had it."""

    waiting: int
    later: int
    past: int


def affected(step: Step) -> Affected:
    """Whom a change of `step` concerns."""
    return Affected(
        waiting=Enrollment.objects.waiting_in(step).count(),
        later=Enrollment.objects.coming_to(step).count(),
        past=step.turns.filter(skipped=False).exclude(done_at=None).count(),
    )


def follow_change(step: Step, *, retimed: bool) -> None:
    """Let those who wait in `step` have its new words, and if it is `retimed` its new time, once
    the running transaction has committed."""
    from .jobs import rewrite

    enqueue = partial(rewrite.delay, step.pk, retimed)
    transaction.on_commit(partial(once, f"step:{step.pk}:{retimed}", enqueue), robust=True)


@transaction.atomic
def follow_removal(step: Step, *, by: "User | None") -> None:
    """Let those who wait in `step`, which is being deleted, go on with the next one."""
    held = hold(Enrollment.objects.waiting_in(step))
    withdraw(held.waiting, REMOVED, by=by)
    remove_tasks(held.tasks)
    in_hand = [email.pk for email in held.emails if email.status != Status.SCHEDULED]
    left = Turn.objects.filter(enrollment__in=held.ids, step=step, done_at=None)
    left = left.exclude(email__in=in_hand)  # that goes on once it has arrived
    ids = dict(left.values_list("pk", "enrollment"))
    let_go_of_drafts(list(ids))
    Turn.objects.filter(pk__in=ids).update(done_at=Now(), skipped=True)
    Enrollment.objects.filter(pk__in=ids.values()).update(**GOING_ON)
    engine.wake()


def rewrite_all(step: Step, *, retimed: bool) -> int:
    """Rewrite every email of `step` that waits as it was made; returns how many."""
    count, after = 0, 0
    while ids := list(_untouched(step).filter(pk__gt=after).values_list("pk", flat=True)[:CHUNK]):
        after = ids[-1]
        count += _rewrite(step, ids, retimed=retimed)
    return count


def _untouched(step: Step) -> "EmailQuerySet":
    """Its emails that wait as they were made, and that no worker has prepared."""
    mine = Email.objects.filter(campaign=step.campaign_id, step=step)
    return mine.untouched().unclaimed().in_order_of_id()


@transaction.atomic
def _rewrite(step: Step, ids: list[int], *, retimed: bool) -> int:
    """Rewrite those of these emails that still wait; nobody else has them meanwhile."""
    step.refresh_from_db()
    emails = {email.pk: email for email in _untouched(step).of_ids(ids).locked()}
    turns = Turn.objects.filter(email__in=emails, done_at=None).select_related("enrollment")
    by_enrollment = {turn.enrollment_id: turn for turn in turns}
    open_ = Enrollment.objects.open().filter(pk__in=by_enrollment).locked()
    enrollments = list(open_)
    campaigns = {step.campaign_id: step.campaign}
    chunk = Chunk.of(enrollments, campaigns)
    afresh = [chunk.again(each, step) for each in enrollments]
    changed = [each for each in afresh if not each.is_task]
    email_of = {pk: emails[turn.email_id or 0] for pk, turn in by_enrollment.items()}
    before = making.arrived_before(chunk, changed)
    for each in changed:
        email = email_of[each.enrollment.pk]
        words = making.words_for(chunk, each, before.get(each.enrollment.pk))
        _say(email, each, words)
        if retimed:
            _retime(by_enrollment[each.enrollment.pk], email, each, chunk.now)
    _hand_over(chunk, [each for each in afresh if each.is_task], by_enrollment)
    return len(afresh)


def _say(email: Email, turn: Next, words: making.Words) -> None:
    Email.objects.of_ids([email.pk]).update(
        subject=words.shown,
        snippet=words.snippet,
        template_version=turn.step.template_version_id,
        continues=words.continues,
        updated_at=Now(),
    )
    EmailContent.objects.filter(email=email).update(
        subject=words.subject, html=words.html, search_text=words.search_text
    )
    files = set(turn.step.files.values_list("pk", flat=True))
    email.attachments.exclude(file__in=files).delete()
    rows = [Attachment(email=email, file_id=pk) for pk in sorted(files)]
    Attachment.objects.bulk_create(rows, ignore_conflicts=True)
    email.tell_owner()


def _retime(turn: Turn, email: Email, planned: Next, now: datetime) -> None:
    """Its new time; one that is past already means from now on."""
    at = planned.due.at if planned.due.at >= now else anew(planned.step, planned.calendar, now)
    zone = planned.enrollment.campaign.zone
    Turn.objects.filter(pk=turn.pk).update(due_at=planned.due.at)
    Email.objects.of_ids([email.pk]).update(**wall_columns(at, zone))


def _hand_over(chunk: Chunk, turns: list[Next], had: dict[int, Turn]) -> None:
    """A rep writes these now: each has a task in place of its email."""
    emails = [had[each.enrollment.pk].email_id for each in turns]
    withdraw([pk for pk in emails if pk], CHANGED)
    for each in turns:
        task = assigning.task_for(each)
        task.save()
        Turn.objects.filter(pk=had[each.enrollment.pk].pk).update(email=None, task=task)
