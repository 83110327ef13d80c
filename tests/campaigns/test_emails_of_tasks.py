"""Emails that a rep writes for a task of a campaign: the turn is done when they arrive."""

import pytest

from campaigns import engine
from campaigns.models import State
from emails.models import Email, Status
from tasks.models import Task
from tests.campaigns.happenings import arrive, moment, refuse
from tests.factories import (
    make_campaign,
    make_draft,
    make_enrollment,
    make_person,
    make_step,
    make_user,
)

pytestmark = pytest.mark.django_db


def go_on() -> None:
    while engine.advance():
        pass


@pytest.fixture
def rita():
    return make_user("Rita Berg")


@pytest.fixture
def enrollment(rita):
    campaign = make_campaign(rita)
    make_step(campaign, timing="task")
    make_step(campaign, "call", day=2)
    enrollment = make_enrollment(campaign, make_person(rita, "Maria"))
    go_on()
    return enrollment


def write(rita, task: Task) -> Email:
    """A draft for `task`, as compose makes it."""
    email = make_draft(rita, person=task.person)
    Email.objects.filter(pk=email.pk).update(task=task)
    email.refresh_from_db()
    return email


def schedule(email: Email, task: Task) -> None:
    """As compose does: the task is complete with it."""
    email.schedule(moment(), by=email.owner)
    if task.is_open:
        task.complete(by=email.owner)
    email.refresh_from_db()


def test_the_turn_waits_until_the_email_has_arrived(rita, enrollment):
    task = Task.objects.get()
    email = write(rita, task)
    schedule(email, task)

    turn = enrollment.turns.get()
    assert (turn.email, turn.done_at) == (email, None)
    assert (email.campaign, email.step) == (enrollment.campaign, turn.step)

    arrive(email)
    go_on()
    turn.refresh_from_db()
    assert turn.done_at == email.delivered_at
    assert Task.objects.open().get().kind == "call"


def test_whichever_is_first_the_turn_follows_the_email(rita, enrollment):
    task = Task.objects.get()
    email = write(rita, task)
    email.schedule(moment(), by=rita)
    email.refresh_from_db()
    assert email.campaign == enrollment.campaign
    task.complete(by=rita)
    assert enrollment.turns.get().done_at is None


def test_a_task_completed_without_an_email_ends_the_turn(rita, enrollment):
    Task.objects.get().complete(by=rita)
    go_on()
    assert enrollment.turns.count() == 2


def test_taken_back_the_draft_is_the_reps_own_and_the_task_is_open(rita, enrollment):
    task = Task.objects.get()
    email = write(rita, task)
    schedule(email, task)
    email.pull_back(by=rita)
    task.reopen(by=rita)
    email.refresh_from_db()
    turn = enrollment.turns.get()
    assert (email.campaign, turn.email, turn.done_at) == (None, None, None)
    schedule(email, task)
    assert enrollment.turns.get().email == email


def test_when_it_fails_it_needs_attention(rita, enrollment):
    task = Task.objects.get()
    email = write(rita, task)
    schedule(email, task)
    refuse(email)
    enrollment.refresh_from_db()
    assert (enrollment.state, enrollment.hitch) == (State.ATTENTION, "failed")


def test_it_is_withdrawn_when_the_person_leaves(rita, enrollment):
    task = Task.objects.get()
    email = write(rita, task)
    schedule(email, task)
    enrollment.end("replied", by=None)
    email.refresh_from_db()
    assert (email.status, email.removed_because) == (Status.DRAFT, "campaign_replied")


def test_a_draft_for_the_task_stays_when_the_person_leaves(rita, enrollment):
    email = write(rita, Task.objects.get())
    enrollment.end("replied", by=None)
    email.refresh_from_db()
    assert (email.status, email.removed_at) == (Status.DRAFT, None)
    assert not Task.objects.open().exists()
    # Written on their own it goes.
    email.schedule(moment(), by=rita)
    arrive(email)
    assert email.campaign is None
