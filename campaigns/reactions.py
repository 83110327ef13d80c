"""What happens in a campaign when something has happened to its emails, its tasks, or to somebody's
consent. Reactions to emails run with the email locked; see holding.py for the order of locks."""

from collections.abc import Sequence
from contextlib import suppress
from itertools import groupby

from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from accounts.models import UndoRefused
from emails.models import Cause, Email, Event, IllegalTransition, Status, Transition
from emails.reactions import on
from emails.restoring import when_restored
from prospects.consent import when_suppressed
from prospects.models import Suppression
from tasks.models import Kind, Task

from .ending import end_all, reason_for
from .models import Because, Campaign, Enrollment, Hitch, State, Turn
from .models.enrollments import EnrollmentQuerySet
from .moving import SKIPPED
from .turning import finish
from .unmaking import unmake

# What a rep has written for a task has taken its place from here on.
WRITTEN = (Status.SCHEDULED, Status.IN_PROGRESS, Status.DELIVERED)


# Emails -----------------------------------------------------------------------------------------


@on(Status.DELIVERED, of="campaign")
def go_on(transition: Transition) -> None:
    """Its email has arrived: the turn is done, and the next one follows."""
    email = transition.email
    if turn := _locked_turn(email=email):
        finish(turn, at=email.delivered_at)


@on(Status.FAILED, of="campaign")
def call_for_attention(transition: Transition) -> None:
    if turn := _locked_turn(email=transition.email):
        _stop_at(turn, Hitch.FAILED)


@on(Status.BOUNCED, of="campaign")
def end_by_bounce(transition: Transition) -> None:
    turn = _locked_turn(email=transition.email)
    if turn is None:
        return
    _stop_at(turn, Hitch.BOUNCED)
    if turn.enrollment.campaign.ends_on_bounce:
        end_all(_of(turn), Because.BOUNCED)


@on(Status.SPAM, of="campaign")
def end_by_complaint(transition: Transition) -> None:
    if turn := _turn(email=transition.email):
        end_all(_of(turn), Because.COMPLAINED)


@on(Event.Kind.REPLY, of="campaign")
def end_by_reply(event: Event) -> None:
    """A person has answered, whoever of those it went to; an automatic answer is another kind."""
    if turn := _turn(email=event.email) if event.is_counted else None:
        _answered(turn, event.email)


@on(Event.Kind.REPLY, of="continues")
def end_by_reply_to_what_continues_it(event: Event) -> None:
    """Somebody has answered an email that a rep wrote on their own, in a campaign's conversation."""
    if event.email.campaign_id or not event.is_counted:
        return
    before = event.email.continues
    while before and not before.campaign_id:
        before = before.continues
    if before and (turn := _turn(email=before)):
        _answered(turn, event.email)


def _answered(turn: Turn, email: Email) -> None:
    """The person of `turn` has answered the campaign, by answering `email`."""
    campaign = turn.enrollment.campaign
    if campaign.reply_is_success:
        _of(turn).filter(succeeded_at=None).update(succeeded_at=Now())
        with suppress(IllegalTransition):  # it is in the trash
            email.succeed(by=None)
    if campaign.ends_on_reply:
        end_all(_of(turn), Because.REPLIED)


@on(Status.SCHEDULED, of="campaign")
def wait_again(transition: Transition) -> None:
    """It is tried again, or a rep has scheduled it anew: what needed attention goes on.

    If it is over for this person it must not go, unless a rep has just written and scheduled it,
    who then writes on their own.
    """
    email = transition.email
    turn = _locked_turn(email=email)
    if turn is None:
        return
    enrollment = turn.enrollment
    if enrollment.state == State.ENDED or turn.skipped:
        if transition.cause == Cause.SCHEDULE:
            _let_go(turn, email)
        else:
            over = enrollment.state == State.ENDED
            email.withdraw(reason_for(enrollment.because) if over else SKIPPED)
        return
    _set(email, on_hold=enrollment.is_held)
    _mended(turn)


@on(Status.SCHEDULED, of="task")
def take_the_place_of_the_task(transition: Transition) -> None:
    """What a rep has written for a task of a campaign is that step's email."""
    email = transition.email
    if turn := _locked_turn(task=email.task_id):
        _take(turn, email)


@on(Status.SCHEDULED, of="continues")
def take_the_place_of_what_came_back(transition: Transition) -> None:
    """A rep has written anew what bounced or may not have arrived: the turn waits for this one. A
    bulk email takes no step's place."""
    email, before = transition.email, transition.email.continues
    if before is None or email.bulk_id or before.status not in {Status.BOUNCED, Status.FAILED}:
        return
    turn = _locked_turn(email=before) if before.campaign_id and not email.campaign_id else None
    if turn and not turn.done_at and turn.enrollment.is_open:
        Turn.objects.filter(pk=turn.pk).update(email=None)
        turn.email = None
        _take(turn, email)
        _mended(turn)


def _take(turn: Turn, email: Email) -> None:
    """Let `email` be that of `turn`, if that waits for one."""
    enrollment = turn.enrollment
    if turn.done_at or not enrollment.is_open or turn.email_id not in {None, email.pk}:
        return
    Turn.objects.filter(pk=turn.pk).update(email=email)
    told = {"campaign_id": enrollment.campaign_id, "step_id": turn.step_id}
    _set(email, on_hold=enrollment.is_held, **told)


def _let_go(turn: Turn, email: Email) -> None:
    """`email` is the rep's own from now on."""
    Turn.objects.filter(pk=turn.pk).update(email=None)
    _set(email, campaign_id=None, step_id=None)


def _set(email: Email, **told: object) -> None:
    """In its row, and in what those who react next hold in their hands."""
    Email.objects.of_ids([email.pk]).update(**told)
    vars(email).update(told)


def _stop_at(turn: Turn, hitch: Hitch) -> None:
    """Its enrollment needs attention, if it was waiting for this turn."""
    waiting = _of(turn).open().filter(step=turn.step_id)
    if turn.done_at is None:
        waiting.update(state=State.ATTENTION, hitch=hitch, advance_at=None)


def _mended(turn: Turn) -> None:
    """What went wrong with this turn is tried again."""
    stuck = _of(turn).filter(state=State.ATTENTION, step=turn.step_id)
    stuck.update(state=State.ACTIVE, hitch="")


def _turn(**which: object) -> Turn | None:
    return Turn.objects.select_related("enrollment__campaign").filter(**which).first()


def _locked_turn(**which: object) -> Turn | None:
    """The turn, with its enrollment locked and as it is now."""
    of_turn = {f"turns__{name}": value for name, value in which.items()}
    enrollment = Enrollment.objects.filter(**of_turn).locked().first()
    return _turn(enrollment=enrollment, **which) if enrollment else None


def _of(turn: Turn) -> EnrollmentQuerySet:
    return Enrollment.objects.filter(pk=turn.enrollment_id)


# Tasks ------------------------------------------------------------------------------------------


@Task.on_close
def take_forward(task: Task) -> None:
    """A task of a campaign was completed or skipped. Where it was to write an email, and one waits
    to be sent, the turn ends when that arrives."""
    if task.campaign_id is None or not (turn := _locked_turn(task=task)):
        return
    if task.kind == Kind.EMAIL and task.status == Task.Status.COMPLETE:
        written = Email.objects.filter(task=task).present().with_status(*WRITTEN)
        if email := written.order_by("-pk").first():
            _take(turn, email)
            if email.status != Status.DELIVERED:
                return
    finish(turn, at=task.closed_at, skipped=task.status == Task.Status.SKIPPED)


@Task.on_reopen
def take_back(task: Task) -> None:
    """It is to be done after all: refused once the next turn has come to something, or it is over."""
    if task.campaign_id is None or not (turn := _locked_turn(task=task)):
        return
    enrollment = turn.enrollment
    if enrollment.state == State.ENDED:
        raise UndoRefused(_("The campaign is over for this person, so the task stays closed."))
    if enrollment.campaign.removed_at:
        raise UndoRefused(_("The campaign was deleted, so the task stays closed."))
    if enrollment.step_id != turn.step_id and not unmake(enrollment, turn):
        raise UndoRefused(_("The next step has begun, so the task stays closed."))
    if turn.email and turn.email.status == Status.DRAFT:
        _let_go(turn, turn.email)
    Turn.objects.filter(pk=turn.pk).update(done_at=None, skipped=False)
    if not enrollment.is_open and _has_come_back(enrollment):
        raise UndoRefused(_("This person has begun the campaign anew, so the task stays closed."))
    state = State.PAUSED if enrollment.state == State.PAUSED else State.ACTIVE
    _of(turn).update(state=state, hitch="", advance_at=None, ended_at=None)


def _has_come_back(enrollment: Enrollment) -> bool:
    others = Enrollment.objects.open().filter(campaign=enrollment.campaign_id)
    return others.filter(person=enrollment.person_id).exists()


# After a backup ---------------------------------------------------------------------------------


@when_restored
def pause_all() -> None:
    """Nobody knows how far anybody has come since: nothing is made until somebody has looked."""
    for campaign in Campaign.objects.present().filter(paused_at=None):
        campaign.pause(by=None)


# Consent ----------------------------------------------------------------------------------------

# Why somebody must not be mailed, which setting asks for the end then, and what it is called.
_ENDS = {
    Suppression.Reason.UNSUBSCRIBED: ("ends_on_unsubscribe", Because.UNSUBSCRIBED),
    Suppression.Reason.BLOCKED: ("ends_on_unsubscribe", Because.UNSUBSCRIBED),
    Suppression.Reason.BOUNCED: ("ends_on_bounce", Because.BOUNCED),
    Suppression.Reason.COMPLAINED: ("", Because.COMPLAINED),
}


@when_suppressed
@transaction.atomic
def end_for_all_of_them(suppressions: Sequence[Suppression]) -> int:
    """Whoever must not be mailed any more leaves the campaigns, of one sender or of everybody;
    returns how many emails were withdrawn."""
    return sum(
        _end_for({row.value for row in rows}, reason, sender)
        for (reason, sender), rows in groupby(
            sorted(suppressions, key=_kind), key=lambda row: (row.reason, row.sender_id)
        )
    )


def _kind(row: Suppression) -> tuple[str, int]:
    return row.reason, row.sender_id or 0


def _end_for(values: set[str], reason: str, sender: int | None) -> int:
    setting, because = _ENDS[Suppression.Reason(reason)]
    which = Enrollment.objects.open().of_addresses(values)
    if setting:
        which = which.filter(**{f"campaign__{setting}": True})
    if sender:
        which = which.filter(owner=sender)
    return end_all(which, because).withdrawn
