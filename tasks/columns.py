"""What tasks tell of people and of emails, for the columns and the rows of their lists."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from django.db.models import Count
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from emails.engagement import NONE, figures_of_people
from ui.columns import Column
from ui.templatetags.ui import grouped, tag

from .models import Call, Task
from .templatetags.tasks import due, late


class Open(NamedTuple):
    """A person's open tasks: when the next one is due, and how many there are."""

    next: Task
    many: int


def open_tasks(_request: HttpRequest, people: Sequence[Any]) -> Mapping[int, Open]:
    """{person's id: Open}, of everybody's tasks: who sees a person sees the numbers on it."""
    told: dict[int, Open] = {}
    for task in Task.objects.open().of_people(people).soonest_first():
        known = told.get(task.person_id or 0)
        told[task.person_id or 0] = Open(known.next, known.many + 1) if known else Open(task, 1)
    return told


def activities(request: HttpRequest, people: Sequence[Any]) -> Mapping[int, int]:
    """{person's id: what users did}: emails that they got, calls, and tasks that were completed."""
    emails = figures_of_people(request, people)
    calls = Call.objects.filter(person__in=[person.pk for person in people]).order_by()
    called = dict(calls.values_list("person").annotate(Count("pk")))
    tasks = Task.objects.completed().of_people(people).count_by_person()
    return {
        person.pk: emails.get(person.pk, NONE).emails
        + called.get(person.pk, 0)
        + tasks.get(person.pk, 0)
        for person in people
    }


PEOPLE = (
    Column(
        "task_due",
        _("Task Due Date"),
        lambda _person, told: due(told.next) if told else "",
        order=90,
        kind="quiet",
        load=open_tasks,
    ),
    Column(
        "open_tasks",
        _("Open Tasks"),
        lambda _person, told: grouped(told.many if told else 0),
        order=100,
        kind="number",
        load=open_tasks,
    ),
    Column(
        "activities",
        _("# Activities"),
        lambda _person, told: grouped(told or 0),
        order=140,
        kind="number",
        load=activities,
    ),
)


def signs_of_emails(request: HttpRequest, emails: Sequence[Any]) -> Mapping[int, SafeString]:
    """{email's id: type and due date of the next task that was made from it}, of those open ones
    that the user sees."""
    tasks = Task.seen_by(request.user).open().made_from(emails)  # type: ignore[arg-type]
    told: dict[int, SafeString] = {}
    for task in tasks.soonest_first():
        words = format_html("{} {}", task.get_kind_display(), due(task))
        told.setdefault(task.email_id or 0, tag(words, "warn" if late(task) else ""))
    return told
