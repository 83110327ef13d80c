"""Emails that a rep writes for a task of a campaign: the turn is done when they arrive."""

import pytest

from campaigns.models import State
from emails.models import Email, Status
from tasks.models import Task
from tasks.writing import words_for
from tests.campaigns.happenings import arrive, bounce, moment, refuse
from tests.campaigns.ways import go_on
from tests.factories import (
    make_campaign,
    make_draft,
    make_enrollment,
    make_person,
    make_step,
)

pytestmark = pytest.mark.django_db


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
    """As compose does; the task is complete by that."""
    email.schedule(moment(), by=email.owner)
    email.refresh_from_db()
    task.refresh_from_db()
    assert task.status == Task.Status.COMPLETE


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


def test_an_email_for_a_task_that_was_completed_before_ends_nothing_twice(rita, enrollment):
    task = Task.objects.get()
    email = write(rita, task)
    task.complete(by=rita)
    go_on()
    email.schedule(moment(), by=rita)
    arrive(email)
    go_on()
    assert enrollment.turns.count() == 2
    assert email.campaign is None


def test_a_task_completed_without_an_email_ends_the_turn(rita, enrollment):
    Task.objects.get().complete(by=rita)
    go_on()
    assert enrollment.turns.count() == 2


def test_taken_back_the_draft_is_the_reps_own_and_the_task_is_open(rita, enrollment):
    task = Task.objects.get()
    email = write(rita, task)
    schedule(email, task)
    email.pull_back(by=rita)
    task.refresh_from_db()
    assert task.is_open
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


def test_compose_opens_with_the_text_of_the_step(rita, enrollment):
    task = Task.objects.get()
    words = words_for(task, rita)
    assert words.typed["to"] == enrollment.person.email
    assert words.typed["subject"] == "Pricing for the Q1 rollout"
    assert words.typed["html"] == "<p>Hi {{first_name}}, as promised.</p>"
    assert words.typed["identity"] == enrollment.identity_id


def test_a_follow_up_as_a_task_quotes_what_was_sent(rita):
    campaign = make_campaign(rita)
    make_step(campaign, subject="Offer")
    make_step(campaign, timing="task", follows=True, subject="", html="<p>Any news?</p>")
    enrollment = make_enrollment(campaign)
    go_on()
    first = enrollment.turns.get().email
    arrive(first)
    go_on()
    words = words_for(Task.objects.get(), rita)
    assert words.continues == first
    assert words.typed["subject"] == "Re: Offer"
    assert words.typed["html"].startswith('<p>Any news?</p><div class="cc-quote">')


def test_what_is_written_anew_takes_the_place_of_what_came_back(rita):
    campaign = make_campaign(rita, ends_on_bounce=False)
    make_step(campaign)
    enrollment = make_enrollment(campaign)
    go_on()
    first = enrollment.turns.get().email
    bounce(first)
    again = make_draft(rita, person=enrollment.person)
    Email.objects.filter(pk=again.pk).update(continues=first)
    again.refresh_from_db()

    again.schedule(moment(), by=rita)

    enrollment.refresh_from_db()
    assert (enrollment.state, enrollment.turns.get().email) == (State.ACTIVE, again)
    again.refresh_from_db()
    arrive(again)
    go_on()
    enrollment.refresh_from_db()
    assert enrollment.state == State.COMPLETED
