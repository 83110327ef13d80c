"""An email that is written for a task: what stands in the window, and what sending it does."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from emails.models import Composition, Status
from tasks import writing
from tasks.models import Task
from tasks.writing import Words
from tests.factories import (
    make_draft,
    make_email,
    make_identity,
    make_person,
    make_task,
    make_user,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def rita(client):
    rita = make_user("Rita", time_zone="Europe/Stockholm")
    make_identity(rita)
    client.force_login(rita)
    return rita


@pytest.fixture
def maria(rita):
    return make_person(rita, "Maria")


@pytest.fixture
def task(rita, maria):
    return make_task(rita, "Write to Maria", kind="email", person=maria)


def opened(client, task):
    """What stands in the window for `task`, by the names of its fields."""
    response = client.get(reverse("tasks:write", args=[task.pk]))
    assert response.status_code == 200
    return response.context["form"], response.context["window"]


def typed(task, rita, **fields):
    return {
        "key": uuid4(),
        "task": task.pk,
        "identity": rita.identities.get().pk,
        "to": task.person.email,
        "subject": "The price list",
        "html": "<p>Hi Maria</p>",
    } | fields


def post(client, name, data):
    return client.post(reverse(f"emails:{name}"), data)


# What stands in it ------------------------------------------------------------------------------


def test_it_is_addressed_to_the_person(client, task, maria):
    form, window = opened(client, task)
    assert form.recipient.address == maria.email
    assert form.task == task
    assert window.continues is None


def test_a_task_made_from_an_email_is_answered_with_a_follow_up(client, rita, maria):
    first = make_email(rita, Status.DELIVERED, person=maria, subject="Prices")
    form, window = opened(client, make_task(rita, kind="email", person=maria, email=first))
    assert form.title == "Re: Prices"
    assert window.continues == first


def test_who_makes_tasks_for_a_reason_says_what_is_written(client, task, monkeypatch):
    def of_step(asked, _user):
        return Words({"to": "maria@x.example", "subject": "Step 3", "html": "<p>As said</p>"})

    monkeypatch.setattr(writing, "_WRITERS", [lambda *_: None, of_step, *writing._WRITERS])
    form, _window = opened(client, task)
    assert (form.title, form.body, form.task) == ("Step 3", "<p>As said</p>", task)


def test_a_person_who_may_not_be_seen_is_not_told(client, rita, settings):
    organisation = rita.organisation
    organisation.everybody_sees_people = False
    organisation.save()
    hidden = make_person(make_user("Sam"), "Hidden")
    form, _window = opened(client, make_task(rita, kind="email", person=hidden))
    assert form.recipient is None


# Where it is kept -------------------------------------------------------------------------------


def test_what_was_begun_for_a_task_is_gone_on_with(client, rita, task):
    post(client, "compose-autosave", typed(task, rita))

    form, window = opened(client, task)
    assert window.email == rita.emails.get()
    assert form.title == "The price list"
    assert rita.emails.get().task == task


def test_unsaved_writing_knows_its_task_too(client, rita, task):
    post(client, "compose-autosave", typed(task, rita, subject=""))

    kept = Composition.objects.get()
    form, window = opened(client, task)
    assert window.key == kept.key
    assert form.task == task
    assert form.body == "<p>Hi Maria</p>"


def test_a_draft_that_is_opened_by_itself_keeps_its_task(client, rita, task):
    post(client, "compose-autosave", typed(task, rita))
    email = rita.emails.get()

    form = client.get(reverse("emails:compose-edit", args=[email.pk])).context["form"]
    assert form.task == task


def test_somebody_elses_task_cannot_be_named(client, rita, maria):
    theirs = make_task(make_user("Sam"), kind="email", person=maria)
    post(client, "send", typed(theirs, rita))
    assert rita.emails.get().task is None
    theirs.refresh_from_db()
    assert theirs.is_open


# What sending does ------------------------------------------------------------------------------


def test_sending_completes_the_task(client, rita, task):
    post(client, "send", typed(task, rita))
    task.refresh_from_db()
    assert (task.status, task.closed_by) == (Task.Status.COMPLETE, rita)


def test_scheduling_does_so_too(client, rita, task):
    day = timezone.localdate() + timedelta(days=3)
    told = {"date": day, "time": "08:15", "zone": "Europe/Stockholm"}
    post(client, "schedule", typed(task, rita, **told))
    task.refresh_from_db()
    assert task.status == Task.Status.COMPLETE
    assert rita.emails.get().status == Status.SCHEDULED


def test_a_draft_alone_completes_nothing(client, rita, task):
    post(client, "compose-autosave", typed(task, rita))
    task.refresh_from_db()
    assert task.is_open


def test_undoing_the_send_opens_it_again(client, rita, task):
    post(client, "send", typed(task, rita))
    client.post(reverse("undo", args=[rita.undos.get().pk]))
    task.refresh_from_db()
    assert task.is_open
    assert rita.emails.get().status == Status.DRAFT


@pytest.mark.parametrize("verb", ["pull_back", "remove"])
def test_pulling_it_back_or_deleting_it_opens_it_again(rita, task, verb):
    email = sent_for(rita, task)
    getattr(email, verb)(by=rita)
    task.refresh_from_db()
    assert task.is_open


def test_what_a_campaign_withdraws_stays_done(rita, task):
    sent_for(rita, task).withdraw("replied")
    task.refresh_from_db()
    assert not task.is_open


def test_a_task_that_was_done_by_hand_before_stays_done(rita, task):
    task.complete(by=rita)
    sent_for(rita, task).pull_back(by=rita)
    task.refresh_from_db()
    assert task.status == Task.Status.COMPLETE


def test_a_task_that_was_closed_otherwise_since_stays_so(rita, task):
    email = sent_for(rita, task)
    Task.objects.get(pk=task.pk).reopen(by=rita)
    Task.objects.get(pk=task.pk).skip(by=rita)
    email.pull_back(by=rita)
    task.refresh_from_db()
    assert task.status == Task.Status.SKIPPED


def test_sent_anew_it_is_done_again(rita, task):
    email = sent_for(rita, task)
    email.pull_back(by=rita)
    email.send(by=rita)
    task.refresh_from_db()
    assert task.status == Task.Status.COMPLETE


def sent_for(rita, task):
    email = make_draft(rita, person=task.person, task_id=task.pk)
    email.send(by=rita)
    return email


# Going on ---------------------------------------------------------------------------------------


def test_without_a_frame_it_leads_back_to_where_one_came_from(client, rita, task):
    response = post(client, "send", typed(task, rita, next="/tasks/work/today/"))
    assert response["Location"] == "/tasks/work/today/"


def test_it_leads_nowhere_else(client, rita, task):
    response = post(client, "send", typed(task, rita, next="https://evil.example/"))
    assert response["Location"] == "/emails/pending/scheduled/"
