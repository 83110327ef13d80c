"""Whatever changes, what is kept and asked about again is what would be found anew."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from accounts.changes import EVERYBODY
from accounts.models import User
from emails.models import Email, Status
from prospects.models import GroupMember, Person
from search import counting
from search.counting import counted
from search.language import text_of
from search.models import SavedSearch
from search.problems import Refused
from search.tree import to_json
from tasks.models import Call, Task
from tests.search.conftest import told
from tests.search.trees import trees
from tests.search.world import NOW, WORDS, Maker, World

pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("search on paper")]
MOMENTS = st.integers(-40, 5).map(lambda days: NOW + timedelta(days=days))
TIMES = [
    *("last_viewed_at", "last_clicked_at", "last_replied_at", "answered_at", "delivered_at"),
    *("failed_at", "send_at", "succeeded_at", "removed_at"),
]
COLUMNS: dict[str, st.SearchStrategy[Any]] = {
    "status": st.sampled_from(Status.values),
    "subject": st.sampled_from(WORDS),
    "views": st.integers(0, 4),
    "clicks": st.integers(0, 4),
    "replies": st.integers(0, 2),
    **dict.fromkeys(TIMES, st.none() | MOMENTS),
}
OF_PEOPLE: dict[str, st.SearchStrategy[Any]] = {
    "company": st.sampled_from(WORDS),
    "title": st.sampled_from(WORDS),
    "authorization": st.sampled_from(["", "consent"]),
    "removed_at": st.none() | MOMENTS,
}


class Changing:
    """What happens in a world, each told as the one who does it tells it."""

    def __init__(self, data: st.DataObject) -> None:
        self.data = data
        self.emails = list(Email.objects.exclude(person=None).order_by("pk"))
        self.people = list(Person.objects.order_by("pk"))
        self.tasks = list(Task.objects.exclude(person=None).order_by("pk"))

    def one(self, things: list[Any]) -> Any:
        return self.data.draw(st.sampled_from(things))

    def column(self, columns: dict[str, st.SearchStrategy[Any]]) -> dict[str, Any]:
        name = self.one(sorted(columns))
        return {name: self.data.draw(columns[name])}

    def an_email(self) -> None:
        email, column = self.one(self.emails), self.column(COLUMNS)
        note(f"email {email.pk}: {column}")
        with suppress(IntegrityError), transaction.atomic():  # not every email can be so
            Email.objects.filter(pk=email.pk).update(**column)
        told(email.owner_id, emails=[email.pk])

    def a_person(self) -> None:
        person, column = self.one(self.people), self.column(OF_PEOPLE)
        note(f"person {person.pk}: {column}")
        with suppress(IntegrityError), transaction.atomic():
            Person.objects.filter(pk=person.pk).update(**column)
        told(EVERYBODY, person.owner_id, people=[person.pk])

    def a_member(self) -> None:
        member = GroupMember.objects.order_by("pk").first()
        if member:
            member.delete()
            told(EVERYBODY, people=[member.person_id])

    def a_task(self) -> None:
        task = self.one(self.tasks)
        note(f"task {task.pk} of {task.assignee} about person {task.person_id}")
        closed = {"status": Task.Status.COMPLETE, "closed_at": NOW}
        Task.objects.filter(pk=task.pk).update(**closed)
        emails = [task.email_id] if task.email_id else []
        told(task.assignee_id, people=[task.person_id], emails=emails)

    def a_call(self) -> None:
        person = self.one(self.people)
        call = {"began_at": self.data.draw(MOMENTS), "user": person.owner}
        Call.objects.create(person=person, **call)
        told(EVERYBODY, people=[person.pk])


@pytest.fixture(scope="module", params=[11, 12], ids=lambda seed: f"world {seed}")
def world(
    request: pytest.FixtureRequest, django_db_setup: None, django_db_blocker: Any
) -> Iterator[World]:
    """In a transaction that is rolled back in the end."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield Maker(request.param).world()
        transaction.set_rollback(True)


def anew(search: SavedSearch, user: User) -> int | None:
    try:
        return search.found_for(user).count()
    except Refused:
        return None


@settings(
    max_examples=25,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.data())
def test_counts_are_those_of_everything_whatever_has_changed(
    world: World, monkeypatch: pytest.MonkeyPatch, data: st.DataObject
) -> None:
    user = world.users[data.draw(st.sampled_from(["rita", "rita", "mia", "ada"]))]
    monkeypatch.setattr(counting, "_AGAIN_AFTER", 10**9)
    with transaction.atomic(), time_machine.travel(NOW, tick=False):
        searches = []
        for number in range(4):
            subject = "people" if number % 2 else "emails"
            tree = data.draw(trees(subject, world.names, NOW.date()))
            note(f"{subject}: {text_of(tree)}")
            searches.append(SavedSearch(owner=user, subject=subject, name=f"{number}"))
            searches[-1].conditions = to_json(tree)
        SavedSearch.objects.bulk_create(searches)
        told(user.pk, EVERYBODY)
        counted(searches, user)
        changing = Changing(data)
        happen: list[Callable[[], None]] = [
            *[changing.an_email] * 4, changing.a_person, changing.a_member, changing.a_task,
            changing.a_call,
        ]  # fmt: skip
        for _turn in range(3):
            for what in data.draw(st.lists(st.sampled_from(happen), min_size=1, max_size=4)):
                what()
            found = [one.count for one in counted(searches, user)]
            assert found == [anew(search, user) for search in searches]
        transaction.set_rollback(True)
