"""Pausing and going on, for one person and for the whole campaign; skipping and moving forward."""

from datetime import time, timedelta

import pytest

from accounts.models import UndoRefused
from campaigns.models import Enrollment, EnrollmentRefused, State
from emails.models import Email, Event, IllegalTransition, Status
from emails.why import why
from tasks.models import Task
from tests.campaigns.happenings import answer, arrive, mark, moment, refuse
from tests.campaigns.ways import begun, go_on
from tests.factories import make_campaign, make_enrollment, make_person, make_step

pytestmark = pytest.mark.django_db


@pytest.fixture
def campaign(rita):
    campaign = make_campaign(rita)
    make_step(campaign)
    make_step(campaign, "call", day=2)
    make_step(campaign, day=5)
    return campaign


def fresh(email: Email) -> Email:
    return Email.objects.get(pk=email.pk)


@pytest.mark.parametrize("everybody", [False, True])
def test_what_waits_is_held_and_says_why(rita, campaign, everybody):
    enrollment, email = begun(campaign, person=make_person(rita, "Maria"))
    (campaign if everybody else enrollment).pause(by=rita)
    email = fresh(email)
    assert email.on_hold
    said = "The campaign “Q1 rollout” is paused."
    assert why(email) == (
        said if everybody else "Maria Sandberg is paused in the campaign “Q1 rollout”."
    )
    assert not Email.objects.due().exists()


@pytest.mark.parametrize("everybody", [False, True])
def test_what_should_have_gone_meanwhile_is_planned_anew(rita, campaign, everybody):
    enrollment, email = begun(campaign)
    who = campaign if everybody else enrollment
    who.pause(by=rita)
    Email.objects.update(send_at=moment() - timedelta(hours=5))
    who.resume(by=rita)
    email = fresh(email)
    assert not email.on_hold
    assert moment() - email.send_at < timedelta(minutes=1)
    assert email.turn.due_at == email.send_at


def test_what_has_a_fixed_time_goes_at_that_time_again(rita):
    campaign = make_campaign(rita, zone="UTC")
    at = (moment() - timedelta(hours=2)).time().replace(second=0, microsecond=0)
    make_step(campaign, timing="fixed", clock=at)
    enrollment, email = begun(campaign, starts_at=moment() - timedelta(days=3))
    enrollment.pause(by=rita)
    Email.objects.update(send_at=moment() - timedelta(hours=1))
    enrollment.resume(by=rita)
    email = fresh(email)
    assert email.send_at > moment()
    assert email.send_at.time() == time(at.hour, at.minute)


def test_what_still_lies_ahead_keeps_its_time(rita, campaign):
    start = moment() + timedelta(hours=4)
    enrollment, email = begun(campaign, starts_at=start)
    enrollment.pause(by=rita)
    enrollment.resume(by=rita)
    assert fresh(email).send_at == start


def test_nobody_goes_on_while_paused_but_a_task_may_be_done(rita, campaign):
    enrollment, email = begun(campaign)
    arrive(email)
    go_on()
    enrollment.pause(by=rita)
    Task.objects.get().complete(by=rita)
    go_on()
    assert enrollment.turns.count() == 2

    enrollment.resume(by=rita)
    go_on()
    assert enrollment.turns.count() == 3


def test_a_paused_person_stays_so_when_the_campaign_goes_on(rita, campaign):
    enrollment, email = begun(campaign)
    other, _ = begun(campaign)
    enrollment.pause(by=rita)
    campaign.pause(by=rita)
    campaign.resume(by=rita)
    enrollment.refresh_from_db()
    assert (enrollment.state, enrollment.on_hold) == (State.PAUSED, False)
    assert fresh(email).on_hold
    assert not other.turns.get().email.on_hold


def test_a_person_who_goes_on_in_a_paused_campaign_is_held_with_it(rita, campaign):
    enrollment, email = begun(campaign)
    campaign.pause(by=rita)
    enrollment.refresh_from_db()
    enrollment.pause(by=rita)
    enrollment.resume(by=rita)
    assert fresh(email).on_hold
    campaign.resume(by=rita)
    assert not fresh(email).on_hold


def test_who_is_added_while_it_is_paused_waits(rita, campaign):
    campaign.pause(by=rita)
    enrollment = make_enrollment(campaign)
    go_on()
    assert not enrollment.turns.exists()
    campaign.resume(by=rita)
    go_on()
    assert enrollment.turns.exists()


def test_what_was_in_hand_and_is_put_off_is_held(rita, campaign):
    enrollment, email = begun(campaign)
    attempt = mark(email)
    enrollment.pause(by=rita)
    answer(attempt, Event.Kind.DEFERRED, reason="greylisted")
    email = fresh(email)
    assert (email.status, email.on_hold) == (Status.SCHEDULED, True)
    enrollment.resume(by=rita)
    assert not fresh(email).on_hold


def test_an_edit_in_a_paused_campaign_does_not_let_the_email_go(rita, campaign):
    _enrollment, email = begun(campaign)
    campaign.pause(by=rita)
    email = fresh(email)
    email.pull_back(by=rita)
    email.schedule(moment(), by=rita)
    assert fresh(email).on_hold


@pytest.mark.parametrize("verb", ["pause", "resume"])
def test_only_who_can_be_is_paused_or_goes_on(rita, campaign, verb):
    enrollment, _ = begun(campaign)
    enrollment.end("removed", by=rita)
    with pytest.raises(EnrollmentRefused):
        getattr(enrollment, verb)(by=rita)


# Skipping and moving ----------------------------------------------------------------------------


def test_a_skipped_email_is_withdrawn_and_the_next_step_follows(rita, campaign):
    enrollment, email = begun(campaign)
    enrollment.skip_step(by=rita)
    go_on()
    email = fresh(email)
    assert (email.status, email.removed_because) == (Status.DRAFT, "campaign_skipped")
    assert enrollment.turns.get(email=email).skipped
    assert Task.objects.open().get().kind == "call"


def test_a_skipped_task_is_closed_as_skipped(rita, campaign):
    enrollment, email = begun(campaign)
    arrive(email)
    go_on()
    enrollment.refresh_from_db()
    enrollment.skip_step(by=rita)
    go_on()
    task = Task.objects.get()
    assert (task.status, task.closed_by) == (Task.Status.SKIPPED, rita)
    assert enrollment.turns.get(task=task).skipped
    assert enrollment.turns.count() == 3


def test_skipping_what_needs_attention_goes_on(rita, campaign):
    enrollment, email = begun(campaign)
    refuse(email)
    enrollment.skip_step(by=rita)
    assert (enrollment.state, enrollment.hitch) == (State.ACTIVE, "")
    go_on()
    assert Task.objects.open().exists()


def test_what_was_skipped_is_not_sent_by_a_retry(rita, campaign):
    enrollment, email = begun(campaign)
    refuse(email)
    enrollment.skip_step(by=rita)
    with pytest.raises(IllegalTransition):
        email.retry(by=rita)


def test_what_is_on_its_way_is_not_skipped(rita, campaign):
    enrollment, email = begun(campaign)
    mark(email)
    with pytest.raises(EnrollmentRefused, match="on its way"):
        enrollment.skip_step(by=rita)
    with pytest.raises(EnrollmentRefused, match="on its way"):
        enrollment.move_to(campaign.steps.get(day=5), by=rita)


def test_moving_forward_skips_what_lies_between(rita, campaign):
    enrollment, email = begun(campaign)
    last = campaign.steps.get(day=5)
    enrollment.move_to(last, by=rita)
    go_on()
    assert fresh(email).removed_at
    assert not Task.objects.exists()
    turn = enrollment.turns.get(done_at=None)
    assert turn.step == last
    # Three days lie between it and the call before it, which was passed over just now.
    assert turn.email.send_at.date() == (moment() + timedelta(days=3)).date()
    assert enrollment.turns.filter(skipped=True).count() == 2


def test_nobody_moves_back_or_to_a_deleted_step(rita, campaign):
    enrollment, email = begun(campaign)
    first, _, last = campaign.steps.in_order()
    with pytest.raises(EnrollmentRefused, match="goes back"):
        enrollment.move_to(first, by=rita)
    last.removed_at = moment()
    last.save()
    with pytest.raises(EnrollmentRefused, match="no longer"):
        enrollment.move_to(last, by=rita)
    assert fresh(email).status == Status.SCHEDULED


def test_whoever_has_not_begun_can_start_further_on(rita, campaign):
    enrollment = make_enrollment(campaign)
    enrollment.move_to(campaign.steps.get(day=2), by=rita)
    go_on()
    assert Task.objects.open().get().kind == "call"
    assert not Email.objects.exists()


# Tasks that are opened again ----------------------------------------------------------------------


def test_a_task_is_opened_again_before_anything_has_followed(rita, campaign):
    enrollment, email = begun(campaign)
    arrive(email)
    go_on()
    task = Task.objects.get()
    task.complete(by=rita)
    task.reopen(by=rita)
    turn = enrollment.turns.get(task=task)
    enrollment.refresh_from_db()
    assert (turn.done_at, enrollment.advance_at) == (None, None)


def test_what_waits_after_a_task_is_taken_back_with_it(rita, campaign):
    enrollment, task, following = followed(rita, campaign)
    task.reopen(by=rita)
    assert fresh(following).removed_because == "campaign_reopened"
    enrollment.refresh_from_db()
    assert (enrollment.step.day, enrollment.advance_at) == (2, None)
    assert enrollment.turns.get(done_at=None).task == task

    task.complete(by=rita)
    go_on()
    again = enrollment.turns.get(done_at=None).email
    assert (again.status, again.removed_at) == (Status.SCHEDULED, None)


def test_a_task_that_followed_a_task_goes_when_that_is_opened_again(rita):
    campaign = make_campaign(rita)
    make_step(campaign, "call")
    make_step(campaign, "inmail")
    make_enrollment(campaign)
    go_on()
    first = Task.objects.get()
    first.complete(by=rita)
    go_on()
    first.reopen(by=rita)
    assert list(Task.objects.open()) == [first]


@pytest.mark.parametrize("happening", [mark, arrive, "edited"])
def test_a_task_stays_closed_once_something_has_come_of_the_next_step(rita, campaign, happening):
    _, task, following = followed(rita, campaign)
    if happening == "edited":
        Email.objects.filter(pk=following.pk).update(version=2)
    else:
        happening(following)
    with pytest.raises(UndoRefused, match="next step has begun"):
        task.reopen(by=rita)
    task.refresh_from_db()
    assert not task.is_open
    assert fresh(following).removed_at is None


def followed(rita, campaign) -> tuple[Enrollment, Task, Email]:
    """The call is done, and the email after it waits for its day."""
    enrollment, email = begun(campaign)
    arrive(email)
    go_on()
    task = Task.objects.get()
    task.complete(by=rita)
    go_on()
    return enrollment, task, enrollment.turns.get(done_at=None).email


def test_the_last_task_opened_again_opens_the_way_again(rita):
    campaign = make_campaign(rita)
    make_step(campaign, "call")
    enrollment = make_enrollment(campaign)
    go_on()
    task = Task.objects.get()
    task.complete(by=rita)
    go_on()
    enrollment.refresh_from_db()
    assert enrollment.state == State.COMPLETED
    task.reopen(by=rita)
    enrollment.refresh_from_db()
    assert (enrollment.state, enrollment.ended_at) == (State.ACTIVE, None)


def test_a_held_email_is_claimed_by_nobody(rita, campaign):
    enrollment, email = begun(campaign)
    enrollment.pause(by=rita)
    with pytest.raises(IllegalTransition):
        mark(email)
