"""Editing a running campaign: who waits gets the new words and time, nobody else is touched."""

from datetime import time, timedelta

import pytest

from campaigns import jobs
from campaigns.editing import Affected, rewrite_all
from campaigns.models import Enrollment, State, Step, Turn
from emails.models import Email, Event, Status, StoredFile
from tasks.models import Task
from tests.campaigns.happenings import answer, arrive, mark, moment
from tests.campaigns.ways import go_on
from tests.factories import make_campaign, make_enrollment, make_person, make_step

pytestmark = pytest.mark.django_db


@pytest.fixture
def campaign(rita):
    campaign = make_campaign(rita, zone="UTC")
    make_step(campaign)
    make_step(campaign, day=3, html="<p>Second</p>")
    return campaign


@pytest.fixture
def second(campaign) -> Step:
    return campaign.steps.get(day=3)


@pytest.fixture(autouse=True)
def at_once(monkeypatch):
    """What is enqueued is done when the transaction would have committed."""
    monkeypatch.setattr(jobs.rewrite, "delay", jobs.rewrite)


def waiting_in_second(campaign, **fields) -> tuple[Enrollment, Email]:
    enrollment = make_enrollment(campaign, **fields)
    go_on()
    arrive(enrollment.turns.get().email)
    go_on()
    return enrollment, enrollment.turns.get(done_at=None).email


def fresh(email: Email) -> Email:
    return Email.objects.select_related("content").get(pk=email.pk)


def test_three_numbers_say_whom_a_change_concerns(campaign, second):
    first = campaign.steps.get(day=1)
    waiting_in_second(campaign)
    make_enrollment(campaign)
    make_enrollment(campaign)
    assert second.affected() == Affected(waiting=1, later=2, past=0)
    assert first.affected() == Affected(waiting=0, later=2, past=1)
    go_on()
    assert first.affected() == Affected(waiting=2, later=0, past=1)


def test_new_words_reach_what_waits(rita, campaign, second, django_capture_on_commit_callbacks):
    _enrollment, email = waiting_in_second(campaign, person=make_person(rita, "Maria"))
    at = email.send_at
    file = StoredFile.keep(rita, "offer.pdf", "application/pdf", b"PDF")
    with django_capture_on_commit_callbacks(execute=True):
        second.rewrite(
            version=1, files=[file], subject="News for {{first_name}}", html="<p>Better</p>"
        )
    email = fresh(email)
    assert (email.subject, email.snippet) == ("News for Maria", "Better")
    assert (email.content.subject, email.content.html) == (
        "News for {{first_name}}",
        "<p>Better</p>",
    )
    assert email.attachments.get().file == file
    assert (email.send_at, email.version) == (at, 1)


def test_a_new_day_moves_what_waits(campaign, second, django_capture_on_commit_callbacks):
    _enrollment, email = waiting_in_second(campaign)
    at = email.send_at
    with django_capture_on_commit_callbacks(execute=True):
        second.rewrite(version=1, day=6)
    email = fresh(email)
    assert email.send_at == at + timedelta(days=3)
    assert email.turn.due_at == email.send_at
    assert email.send_wall == email.send_at.strftime("%Y-%m-%dT%H:%M")


def test_a_new_time_that_is_over_means_from_now_on(campaign, second):
    enrollment, email = waiting_in_second(campaign)
    enrollment.turns.filter(done_at__isnull=False).update(done_at=moment() - timedelta(days=9))
    Step.objects.filter(pk=second.pk).update(timing="fixed", clock=time(9))
    rewrite_all(second, retimed=True)
    email = fresh(email)
    assert email.send_at > moment()
    assert email.send_at.time() == time(9)


def test_what_a_rep_has_changed_stays(rita, campaign, second):
    _enrollment, email = waiting_in_second(campaign)
    Email.objects.filter(pk=email.pk).update(version=2)
    Step.objects.filter(pk=second.pk).update(html="<p>Better</p>")
    assert rewrite_all(second, retimed=False) == 0
    assert fresh(email).content.html == "<p>Second</p>"


def test_what_is_in_hand_or_was_tried_stays(campaign, second):
    _enrollment, email = waiting_in_second(campaign)
    mark(email)
    Step.objects.filter(pk=second.pk).update(html="<p>Better</p>")
    assert rewrite_all(second, retimed=False) == 0


def test_who_comes_to_it_later_gets_what_it_says_then(campaign, second):
    enrollment = make_enrollment(campaign)
    go_on()
    Step.objects.filter(pk=second.pk).update(html="<p>Better</p>")
    arrive(enrollment.turns.get().email)
    go_on()
    assert enrollment.turns.get(done_at=None).email.content.html == "<p>Better</p>"


def test_words_that_only_a_rep_can_write_make_a_task_of_what_waits(campaign, second):
    enrollment, email = waiting_in_second(campaign)
    Step.objects.filter(pk=second.pk).update(html="<p>{{! your words }}</p>")
    rewrite_all(second, retimed=False)
    email = fresh(email)
    assert (email.status, email.removed_because) == (Status.DRAFT, "campaign_step_changed")
    task = Task.objects.open().get()
    turn = enrollment.turns.get(done_at=None)
    assert (turn.task, turn.email, task.kind) == (task, None, "email")


@pytest.fixture
def call(rita) -> Step:
    """The only step of a campaign, in which somebody waits with a call to be made."""
    step = make_step(make_campaign(rita, zone="UTC"), kind="call", name="Call", details="Ask")
    make_enrollment(step.campaign, make_person(rita, "Maria"))
    go_on()
    return step


def test_a_changed_task_step_reaches_its_open_tasks_each_time(
    call, django_capture_on_commit_callbacks
):
    due = Task.objects.get().due_on
    for version, day in enumerate((2, 4), start=1):
        told = {"name": "", "details": f"On {day}", "priority": 1, "clock": time(9, 30)}
        with django_capture_on_commit_callbacks(execute=True):
            call.rewrite(version=version, day=day, **told)
        task = Task.objects.get()
        assert (task.name, task.details, task.priority) == (
            "Call Maria Sandberg", f"On {day}", Task.Priority.HIGH,
        )  # fmt: skip
        assert task.due_on == due + timedelta(days=day - 1)
        assert task.due_at.time() == time(9, 30)
        assert Turn.objects.get().due_at == task.due_at


def test_new_words_alone_leave_a_task_when_it_is_due(call, django_capture_on_commit_callbacks):
    Step.objects.filter(pk=call.pk).update(day=9)
    due = Task.objects.get().due_at
    with django_capture_on_commit_callbacks(execute=True):
        call.rewrite(version=1, name="Ring")
    assert (Task.objects.get().name, Task.objects.get().due_at) == ("Ring", due)


def test_a_task_that_its_rep_has_changed_stays(rita, call):
    task = Task.objects.get()
    task.name = "Call at noon"
    task.keep()
    Step.objects.filter(pk=call.pk).update(name="Ring", details="Tell")
    assert rewrite_all(call, retimed=True) == 0
    task.refresh_from_db()
    assert (task.name, task.details) == ("Call at noon", "Ask")


def test_a_task_that_is_done_stays(rita, call):
    Task.objects.get().complete(by=rita)
    Step.objects.filter(pk=call.pk).update(name="Ring")
    assert rewrite_all(call, retimed=True) == 0
    assert Task.objects.get().name == "Call"


def test_who_waits_in_a_deleted_step_goes_on_with_the_next(rita, campaign, second):
    make_step(campaign, "call", day=4)
    enrollment, email = waiting_in_second(campaign)
    second.remove(by=rita)
    go_on()
    email = fresh(email)
    assert (email.status, email.removed_because) == (Status.DRAFT, "campaign_step_removed")
    assert Task.objects.open().get().kind == "call"
    assert enrollment.turns.get(step=second).skipped


def test_a_deleted_task_step_takes_its_tasks_away(rita):
    campaign = make_campaign(rita)
    call = make_step(campaign, "call")
    make_step(campaign, "custom", day=2)
    make_enrollment(campaign)
    go_on()
    call.remove(by=rita)
    go_on()
    assert Task.objects.open().get().kind == "custom"


def test_what_is_on_its_way_when_its_step_is_deleted_goes_on_once_it_arrives(
    rita, campaign, second
):
    make_step(campaign, "call", day=4)
    _enrollment, email = waiting_in_second(campaign)
    attempt = mark(email)
    second.remove(by=rita)
    go_on()
    assert not Task.objects.exists()
    answer(attempt, Event.Kind.ACCEPTED)
    go_on()
    assert Task.objects.open().get().kind == "call"


def test_a_step_added_before_where_somebody_stands_is_not_done_for_them(campaign, second):
    enrollment, email = waiting_in_second(campaign)
    make_step(campaign, "call", day=2)
    arrive(email)
    go_on()
    enrollment.refresh_from_db()
    assert enrollment.state == State.COMPLETED
    assert not Task.objects.exists()
