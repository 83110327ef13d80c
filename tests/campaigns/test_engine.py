"""The engine: each step once, in its order, and only the next one waits."""

from datetime import timedelta

import pytest

from campaigns import engine, jobs, making, moving
from campaigns.models import Enrollment, LaunchPerson, State, Turn
from emails.models import Email, Event, Lane, Status, StoredFile
from tasks.models import Task
from tests.campaigns.happenings import arrive, learn, moment
from tests.campaigns.ways import go_on
from tests.factories import (
    make_campaign,
    make_enrollment,
    make_identity,
    make_person,
    make_step,
)

pytestmark = pytest.mark.django_db


def test_the_first_email_waits_for_its_start_as_if_a_rep_had_scheduled_it(rita, campaign):
    step = make_step(campaign)
    maria = make_person(rita, "Maria")
    start = moment() + timedelta(hours=3)
    enrollment = make_enrollment(campaign, maria, starts_at=start)

    go_on()

    email = Email.objects.get()
    assert (email.status, email.lane, email.send_at) == (Status.SCHEDULED, Lane.BULK, start)
    assert (email.person, email.to_address, email.to_name) == (maria, maria.email, maria.name)
    assert (email.owner, email.identity, email.campaign, email.step) == (
        rita,
        enrollment.identity,
        campaign,
        step,
    )
    assert email.snippet == "Hi Maria, as promised."
    assert email.content.html == "<p>Hi {{first_name}}, as promised.</p>"
    assert "maria" in email.content.search_text
    assert list(email.transitions.values_list("cause", "to_status")) == [
        ("create", "draft"),
        ("schedule", "scheduled"),
    ]
    enrollment.refresh_from_db()
    assert (enrollment.step, enrollment.advance_at) == (step, None)
    assert Turn.objects.get().email == email


def test_however_often_it_runs_there_is_one_turn_of_a_step(campaign):
    make_step(campaign)
    enrollment = make_enrollment(campaign)
    for _ in range(3):
        Enrollment.objects.update(advance_at=moment())
        go_on()
    enrollment.refresh_from_db()
    assert Email.objects.count() == Turn.objects.count() == 1


def test_the_next_step_is_made_when_the_email_before_it_arrives(campaign):
    make_step(campaign)
    second = make_step(campaign, day=3)
    enrollment = make_enrollment(campaign)
    go_on()
    first = Email.objects.get()

    arrive(first)
    assert Email.objects.count() == 1
    go_on()

    waiting = Email.objects.in_folder(Status.SCHEDULED).get()
    assert waiting.step == second
    turn = enrollment.turns.get(email=first)
    assert turn.done_at == first.delivered_at
    assert waiting.send_at.date() == (first.delivered_at + timedelta(days=2)).date()


def test_who_has_answered_the_first_email_has_answered_the_next_one(rita):
    campaign = make_campaign(rita, ends_on_reply=False)
    make_step(campaign)
    make_step(campaign, day=3)
    people = make_enrollment(campaign).person, make_enrollment(campaign).person
    go_on()
    emails = [Email.objects.get(person=person) for person in people]
    for email in emails:
        arrive(email)
    learn(emails[0], Event.Kind.REPLY)
    go_on()

    emails[0].refresh_from_db()
    told = {person: set(person.emails.values_list("answered_at", flat=True)) for person in people}
    assert emails[0].answered_at
    assert told == {people[0]: {emails[0].answered_at}, people[1]: {None}}
    assert Email.objects.count() == 4


def test_behind_the_last_step_it_is_completed(campaign):
    make_step(campaign)
    enrollment = make_enrollment(campaign)
    go_on()
    arrive(Email.objects.get())
    go_on()
    enrollment.refresh_from_db()
    assert enrollment.state == State.COMPLETED
    assert enrollment.ended_at


def test_steps_of_one_day_run_in_order(campaign):
    make_step(campaign, position=5, name="last")
    make_step(campaign, position=1, name="first", timing="launch")
    make_enrollment(campaign)
    go_on()
    assert Email.objects.get().step.name == "first"


def test_tasks_of_every_kind_are_made_for_the_sender(rita, campaign):
    make_step(campaign, "call", name="Ask about the budget", details="Talk track", priority=1)
    maria = make_person(rita, "Maria")
    enrollment = make_enrollment(campaign, maria)

    go_on()

    task = Task.objects.get()
    assert (task.assignee, task.person, task.kind) == (rita, maria, "call")
    assert (task.name, task.details, task.priority) == ("Ask about the budget", "Talk track", 1)
    assert (task.campaign, task.turn.enrollment) == (campaign, enrollment)
    assert not task.has_time


def test_the_next_step_waits_for_the_task(campaign):
    make_step(campaign, "call")
    make_step(campaign, "custom", day=2)
    make_enrollment(campaign)
    go_on()
    go_on()
    task = Task.objects.get()

    task.complete(by=task.assignee)
    go_on()

    assert Task.objects.open().get().kind == "custom"
    task.turn.refresh_from_db()
    assert (task.turn.done_at, task.turn.skipped) == (task.closed_at, False)


def test_a_skipped_task_takes_it_forward_too_and_is_counted_apart(campaign):
    make_step(campaign, "call")
    make_step(campaign)
    make_enrollment(campaign)
    go_on()
    task = Task.objects.get()
    task.skip(by=task.assignee)
    go_on()
    assert Email.objects.get()
    assert Turn.objects.get(task=task).skipped


def test_what_asks_for_words_of_a_rep_becomes_a_task(campaign):
    make_step(campaign, html="<p>Hi, {{! say what you liked }}</p>")
    make_enrollment(campaign)
    go_on()
    assert not Email.objects.exists()
    task = Task.objects.get()
    assert (task.kind, task.has_time) == ("email", True)


def test_whoever_answered_the_prompt_in_the_preview_is_sent_the_email(rita, campaign):
    make_step(campaign, subject="Hello", html="<p>{{! say what you liked }}</p>")
    maria = make_person(rita, "Maria")
    launch = campaign.launches.create(owner=rita)
    own = LaunchPerson.objects.create(launch=launch, person=maria, html="<p>Your talk!</p>")
    make_enrollment(campaign, maria, launched=own)
    go_on()
    email = Email.objects.get()
    assert (email.subject, email.snippet) == ("Hello", "Your talk!")


def test_own_words_are_said_in_the_first_email_only(rita, campaign):
    make_step(campaign)
    make_step(campaign, subject="Second")
    maria = make_person(rita, "Maria")
    launch = campaign.launches.create(owner=rita)
    own = LaunchPerson.objects.create(launch=launch, person=maria, subject="Only for you")
    make_enrollment(campaign, maria, launched=own)
    go_on()
    first = Email.objects.get()
    assert first.subject == "Only for you"
    arrive(first)
    go_on()
    assert Email.objects.in_folder(Status.SCHEDULED).get().subject == "Second"


def test_a_follow_up_quotes_what_was_really_sent_and_says_re(campaign):
    make_step(campaign, subject="Offer for {{first_name}}", html="<p>First words</p>")
    make_step(campaign, day=2, follows=True, subject="", html="<p>Any news?</p>")
    make_enrollment(campaign, make_person(campaign.owner, "Maria"))
    go_on()
    first = Email.objects.get()
    arrive(first)
    first.content.sent_html = "<p>What was really sent {{! no prompt }}</p>"
    first.content.save()
    go_on()

    second = Email.objects.in_folder(Status.SCHEDULED).get()
    assert second.continues == first
    assert second.subject == "Re: Offer for Maria"
    assert "Any news?" in second.content.html
    assert "What was really sent" in second.content.html
    assert second.snippet == "Any news?"


def test_a_follow_up_of_nothing_is_an_email_of_its_own(campaign):
    make_step(campaign, subject="Offer")
    make_step(campaign, day=2, follows=True, subject="", html="<p>Any news?</p>")
    enrollment = make_enrollment(campaign)
    go_on()
    enrollment.skip_step(by=campaign.owner)
    go_on()
    second = Email.objects.in_folder(Status.SCHEDULED).get()
    assert (second.continues, second.subject) == (None, "Offer")


def test_files_of_the_step_go_with_the_email(rita, campaign):
    step = make_step(campaign)
    step.files.add(StoredFile.keep(rita, "offer.pdf", "application/pdf", b"PDF"))
    make_enrollment(campaign)
    go_on()
    assert Email.objects.get().attachments.get().file.name == "offer.pdf"


def test_a_sender_who_is_not_ready_is_told_and_holds_nobody_else_up(rita, campaign):
    make_step(campaign)
    make_identity(rita)
    unready = make_identity(rita, address="new@team.example", verified_at=None)
    stuck = make_enrollment(campaign, identity=unready)
    fine = make_enrollment(campaign)
    go_on()
    stuck.refresh_from_db()
    assert (stuck.state, stuck.hitch) == (State.ATTENTION, "no_channel")
    assert fine.turns.exists()

    type(unready).objects.filter(pk=unready.pk).update(verified_at=moment())
    stuck.retry(by=rita)
    go_on()
    assert stuck.turns.get().email.identity == unready


def test_an_email_that_cannot_be_made_holds_nobody_else_up(monkeypatch, campaign):
    make_step(campaign)
    bad, good = make_enrollment(campaign), make_enrollment(campaign)
    words_for = making.words_for

    def breaks(chunk, turn, before):
        if turn.enrollment.pk == bad.pk:
            raise RuntimeError("a bug")
        return words_for(chunk, turn, before)

    monkeypatch.setattr(making, "words_for", breaks)
    go_on()
    bad.refresh_from_db()
    assert (bad.state, bad.hitch) == (State.ATTENTION, "not_made")
    assert good.turns.exists()

    bad.skip_step(by=campaign.owner)
    go_on()
    bad.refresh_from_db()
    assert bad.state == State.COMPLETED


def test_a_step_that_was_moved_behind_somebody_is_not_done_again(campaign):
    first = make_step(campaign)
    make_step(campaign, day=2)
    enrollment = make_enrollment(campaign)
    go_on()
    arrive(Email.objects.get())
    go_on()
    first.day = 5
    first.save()
    arrive(Email.objects.in_folder(Status.SCHEDULED).get())
    go_on()
    enrollment.refresh_from_db()
    assert enrollment.state == State.COMPLETED
    assert Email.objects.count() == 2


def test_whose_person_was_deleted_is_sent_nothing(campaign):
    make_step(campaign)
    enrollment = make_enrollment(campaign)
    type(enrollment.person).objects.filter(pk=enrollment.person_id).update(removed_at=moment())
    go_on()
    enrollment.refresh_from_db()
    assert (enrollment.state, enrollment.because) == (State.ENDED, "removed")
    assert not Email.objects.exists()


def test_many_are_advanced_in_a_handful_of_statements(django_assert_max_num_queries, campaign):
    make_step(campaign)
    for _ in range(30):
        make_enrollment(campaign)
    with django_assert_max_num_queries(30):
        assert engine.advance() == 30
    assert Email.objects.count() == 30


def test_what_is_overdue_goes_at_once(campaign):
    make_step(campaign)
    make_enrollment(campaign, starts_at=moment() - timedelta(days=1))
    go_on()
    email = Email.objects.get()
    assert moment() - email.send_at < timedelta(minutes=1)
    assert email.turn.due_at < email.send_at


@pytest.mark.parametrize("lacking", ["verified_at", "channel"])
def test_who_waits_for_a_sender_goes_on_by_itself_once_that_is_ready(rita, campaign, lacking):
    make_step(campaign)
    ready = make_identity(rita, address="new@team.example")
    had = getattr(ready, lacking)
    setattr(ready, lacking, None)
    ready.save()
    stuck = make_enrollment(campaign, identity=ready)
    go_on()
    assert moving.go_on_with_ready_senders() == 0
    setattr(ready, lacking, had)
    ready.save()
    rita.is_active = False
    rita.save()
    assert moving.go_on_with_ready_senders() == 0
    rita.is_active = True
    rita.save()

    jobs.go_on()
    go_on()

    stuck.refresh_from_db()
    assert (stuck.state, stuck.hitch) == (State.ACTIVE, "")
    assert stuck.turns.get().email.identity == ready


def test_other_trouble_and_what_is_over_does_not_go_on_by_itself(campaign):
    now = moment()
    make_enrollment(campaign, state=State.ATTENTION, hitch="not_made")
    make_enrollment(campaign, state=State.ENDED, because="removed", ended_at=now)
    assert moving.go_on_with_ready_senders() == 0
