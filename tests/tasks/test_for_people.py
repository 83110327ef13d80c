"""A task for each of the people who are ticked."""

from datetime import date

import pytest
from django.urls import reverse

from tasks import for_people
from tasks.models import Task
from tests.factories import make_person, make_user

pytestmark = pytest.mark.django_db
ACT = "/people/ticked/tasks/"


@pytest.fixture
def rita(client):
    rita = make_user("Rita")
    client.force_login(rita)
    return rita


@pytest.fixture
def people(rita):
    return [make_person(rita, name) for name in ("Maria", "Jonas", "Amina")]


def ask(client, people, **told):
    told = {"task_name": "Call back", "task_kind": "call", "task_day": "2026-12-01"} | told
    return client.post(ACT, {"person": [person.pk for person in people]} | told, follow=True)


def test_each_of_them_gets_a_task_on_that_day(client, rita, people):
    page = ask(client, people[:2]).content.decode()

    tasks = Task.objects.assigned_to(rita).open()
    assert {task.person for task in tasks} == set(people[:2])
    assert {(task.name, task.kind, task.due_on) for task in tasks} == {
        ("Call back", "call", date(2026, 12, 1))
    }
    assert "2 tasks made: “Call back”." in page


def test_undo_takes_back_those_that_are_still_open(client, rita, people):
    ask(client, people)
    done = Task.objects.first()
    done.complete(by=rita)

    client.post(reverse("undo", args=[rita.undos.get().pk]))
    assert list(Task.objects.present()) == [done]


def test_undo_says_so_when_nothing_is_left_to_take_back(client, rita, people):
    ask(client, people[:1])
    Task.objects.get().complete(by=rita)

    assert client.post(reverse("undo", args=[rita.undos.get().pk])).status_code == 409


@pytest.mark.parametrize(
    ("told", "sentence"),
    [
        ({"task_name": "  "}, "Say what is to be done with them."),
        ({"task_day": "2026-02-30"}, "is no day in the calendar"),
    ],
)
def test_what_is_missing_or_wrong_is_said_and_nothing_made(client, people, told, sentence):
    answer = ask(client, people, **told)

    assert answer.status_code == 409
    assert sentence in answer.content.decode()
    assert not Task.objects.exists()


def test_so_many_are_made_at_once_and_no_more(client, people, monkeypatch):
    monkeypatch.setattr(for_people, "MOST", 2)

    assert "at most 2" in ask(client, people).content.decode()
    assert not Task.objects.exists()


def test_nobody_makes_tasks_about_people_they_do_not_see(client, rita):
    organisation = rita.organisation
    organisation.everybody_sees_people = False
    organisation.save()
    stranger = make_person(make_user("Sam"), "Olu")

    ask(client, [stranger])
    assert not Task.objects.exists()
