"""Reminders: one notice and one mail, whoever else runs at the same time."""

import threading
from datetime import timedelta

import pytest
from django.core import mail
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from accounts import system_mail
from tasks.jobs import prune, remind
from tasks.models import Reminder, Task
from tests.factories import make_person, make_task, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def rita():
    return make_user("Rita", time_zone="Europe/Stockholm")


def due(user, name="Call back", **fields):
    """A task whose reminder is due."""
    return make_task(user, name, remind_at=timezone.now() - timedelta(seconds=5), **fields)


def test_a_reminder_is_shown_and_mailed_once(client, rita, settings):
    maria = make_person(rita, "Maria")
    task = due(rita, "Ring Maria", person=maria)
    for _each in range(3):
        remind()

    assert Reminder.objects.get().task == task
    [sent] = mail.outbox
    assert sent.to == [rita.email]
    assert sent.subject == "Reminder: Ring Maria"
    assert "Maria Sandberg" in sent.body
    assert settings.BASE_URL + task.get_absolute_url() in sent.body
    client.force_login(rita)
    assert "Ring Maria" in client.get(reverse("tasks:reminders")).text
    assert 'id="reminders"' in client.get(reverse("people:home")).text


def test_it_stays_until_it_is_dismissed(client, rita):
    due(rita)
    remind()
    client.force_login(rita)
    client.post(reverse("tasks:dismiss", args=[Reminder.objects.get().pk]))
    assert "Call back" not in client.get(reverse("tasks:reminders")).text


def test_opening_the_task_dismisses_it(client, rita):
    task = due(rita)
    remind()
    client.force_login(rita)
    client.get(task.get_absolute_url())
    assert not rita.reminders.shown()


def test_nobody_is_reminded_before_the_time(rita):
    make_task(rita, remind_at=timezone.now() + timedelta(minutes=1))
    remind()
    assert not Reminder.objects.exists()
    assert not mail.outbox


@pytest.mark.parametrize("gone", ["complete", "skip", "remove", "deactivate"])
def test_nobody_is_reminded_of_what_is_not_to_be_done(rita, gone):
    make_user("Ada", role="admin")
    task = due(rita)
    if gone == "remove":
        task.remove()
    elif gone == "deactivate":
        rita.deactivate()
    else:
        getattr(task, gone)(by=rita)
    remind()
    assert not Reminder.objects.exists()
    assert not mail.outbox


def test_a_task_that_is_done_meanwhile_is_not_mailed_and_not_shown(rita):
    task = due(rita)
    Reminder.make_due()
    task.complete(by=rita)
    remind()
    assert not mail.outbox
    assert not rita.reminders.shown()


def test_a_mail_that_is_not_taken_is_tried_again_without_a_second_notice(rita, monkeypatch):
    def refused(*_args, **_told):
        raise system_mail.NotSent("no")

    due(rita)
    with monkeypatch.context() as patched:
        patched.setattr(system_mail, "send", refused)
        remind()
    reminder = Reminder.objects.get()
    assert (reminder.mailed_at, reminder.mail_tries) == (None, 1)
    remind()
    assert not mail.outbox  # not at once

    Reminder.objects.update(mail_from=timezone.now() - timedelta(seconds=1))
    remind()
    assert len(mail.outbox) == 1
    assert Reminder.objects.count() == 1


def test_it_is_given_up_in_the_end(rita):
    due(rita)
    Reminder.make_due()
    Reminder.objects.update(mail_tries=Reminder.TRIES)
    remind()
    assert not mail.outbox


def test_a_task_that_is_put_off_reminds_again(rita):
    task = due(rita)
    remind()
    tomorrow = timezone.localdate() + timedelta(days=1)
    Task.objects.get(pk=task.pk).redate(tomorrow, None, "UTC")
    task.refresh_from_db()
    assert task.remind_at > timezone.now()
    assert task.reminded_at is None


def test_old_reminders_are_forgotten(rita):
    due(rita)
    remind()
    Reminder.objects.update(at=timezone.now() - Reminder.KEPT)
    prune()
    assert not Reminder.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_remind_once_of_each(rita):
    tasks = [due(rita, f"Task {number}") for number in range(20)]
    together = threading.Barrier(2)

    def work():
        try:
            together.wait()
            remind()
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _each in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(Reminder.objects.values_list("task", flat=True)) == [task.pk for task in tasks]
    subjects = [message.subject for message in mail.outbox]
    assert sorted(subjects) == sorted(f"Reminder: {task.name}" for task in tasks)


@pytest.mark.django_db(transaction=True)
def test_what_another_worker_has_in_hand_is_left_to_it(rita):
    """Two connections, one of which has claimed and not yet committed."""
    due(rita)
    claimed, looked = threading.Event(), threading.Event()
    found = []

    def other():
        from django.db import transaction

        try:
            with transaction.atomic():
                Reminder.make_due()
                claimed.set()
                looked.wait(10)
        finally:
            connection.close()

    thread = threading.Thread(target=other)
    thread.start()
    claimed.wait(10)
    found.append(Reminder.make_due())
    looked.set()
    thread.join()
    assert found == [0]
    assert Reminder.objects.count() == 1
