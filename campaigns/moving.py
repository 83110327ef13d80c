"""Taking somebody forward by hand: leaving out a step, going on with a later one, trying again."""

from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from emails.models import IllegalTransition
from emails.why import why_not
from tasks.models import Task

from . import engine
from .chunks import Chunk
from .holding import Held, hold_one
from .models import Enrollment, EnrollmentRefused, Hitch, State, Step, Turn
from .models.enrollments import tell_owners
from .turning import GOING_ON, finish, let_go_of_drafts, withdraw

if TYPE_CHECKING:
    from accounts.models import User

SKIPPED = "campaign_skipped"


@transaction.atomic
def skip_step(enrollment: Enrollment, *, by: "User | None") -> None:
    """Leave out the step whose turn it is. Raises EnrollmentRefused."""
    mine, held = _held(enrollment)
    turn = _open_turn(mine)
    if turn:
        _leave_out(turn, held, by=by)
    elif mine.state == State.ATTENTION:
        _leave_out_unmade(mine)
    else:
        raise EnrollmentRefused(_("The next step is about to begin; skip it then."))
    _went_on(mine, enrollment)


@transaction.atomic
def move_to(enrollment: Enrollment, step: Step, *, by: "User | None") -> None:
    """Let `step` be next, and skip what lies before it. Raises EnrollmentRefused."""
    mine, held = _held(enrollment)
    chunk = _chunk(mine)
    known = chunk.step.get(step.pk)
    if known is None or known.removed_at:
        raise EnrollmentRefused(_("That step is no longer in the campaign."))
    had = {turn.step_id for turn in chunk.turns[mine.pk]}
    at = chunk.step[mine.step_id].place if mine.step_id else (0, 0, 0)
    if known.pk in had or known.place <= at:
        raise EnrollmentRefused(_("Choose a step that is still to come: nobody goes back."))
    if turn := _open_turn(mine):
        _leave_out(turn, held, by=by)
    ahead = [each for each in chunk.steps[mine.campaign_id] if each.place < known.place]
    for each in ahead:
        if each.place > at and each.pk not in had and not each.removed_at:
            _skipped_turn(mine, each)
    before = next((each for each in reversed(ahead) if not each.removed_at), None)
    going_on = GOING_ON | ({"step": before} if before else {})
    Enrollment.objects.filter(pk=mine.pk).update(**going_on)
    _went_on(mine, enrollment)


def retry(enrollment: Enrollment, *, by: "User | None") -> None:
    """Try again what went wrong. Raises EnrollmentRefused."""
    enrollment.refresh_from_db()
    if enrollment.state != State.ATTENTION:
        raise EnrollmentRefused(_("Nothing needs your attention here any more."))
    if enrollment.hitch in {Hitch.FAILED, Hitch.BOUNCED}:
        _retry_email(enrollment, by=by)
    else:
        stuck = Enrollment.objects.filter(pk=enrollment.pk, state=State.ATTENTION)
        stuck.filter(hitch=enrollment.hitch).update(**GOING_ON)
        engine.wake()
    enrollment.refresh_from_db()
    tell_owners([enrollment])


@transaction.atomic
def go_on_with_ready_senders() -> int:
    """Try again wherever only the sender was not ready, and is by now: nobody has to ask for that.
    Returns for how many."""
    stuck = list(Enrollment.objects.stuck_without_reason().locked())
    if stuck:
        Enrollment.objects.of_ids([each.pk for each in stuck]).update(**GOING_ON)
        engine.wake()
        tell_owners(stuck)
    return len(stuck)


def _retry_email(enrollment: Enrollment, *, by: "User | None") -> None:
    turn = _open_turn(enrollment)
    if turn is None or turn.email is None:
        raise EnrollmentRefused(_("Its email is gone; skip the step to go on."))
    try:
        turn.email.retry(by=by)
    except IllegalTransition as refused:
        raise EnrollmentRefused(why_not(refused)) from refused


def _held(enrollment: Enrollment) -> tuple[Enrollment, Held]:
    mine, held = hold_one(enrollment.pk)
    if mine is None:
        raise EnrollmentRefused(_("The campaign is over for this person."))
    if held.in_hand:
        raise EnrollmentRefused(
            _("Its email is on its way to the server already; wait for what becomes of it.")
        )
    return mine, held


def _open_turn(enrollment: Enrollment) -> Turn | None:
    return enrollment.turns.filter(step=enrollment.step_id, done_at=None).first()


def _leave_out(turn: Turn, held: Held, *, by: "User | None") -> None:
    """End `turn` without what it was for."""
    withdraw(held.waiting, SKIPPED, by=by)
    let_go_of_drafts([turn.pk])
    for task in Task.objects.of_ids(held.tasks):
        task.skip(by=by)  # which ends the turn (see reactions)
    finish(turn, skipped=True)


def _leave_out_unmade(mine: Enrollment) -> None:
    """Pass over the step that could not be made."""
    if step := _chunk(mine).step_after(mine):
        _skipped_turn(mine, step)
        Enrollment.objects.filter(pk=mine.pk).update(step=step)
    Enrollment.objects.filter(pk=mine.pk).update(**GOING_ON)


def _skipped_turn(mine: Enrollment, step: Step) -> None:
    mine.turns.create(step=step, due_at=Now(), done_at=Now(), skipped=True)


def _chunk(mine: Enrollment) -> Chunk:
    return Chunk.of([mine], {mine.campaign_id: mine.campaign})


def _went_on(mine: Enrollment, told: Enrollment) -> None:
    engine.wake()
    told.refresh_from_db()
    tell_owners([mine])
