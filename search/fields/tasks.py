"""Tasks and calls. Tasks are those of whoever searches; calls are anybody's."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Max, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from tasks.models import Call, Kind, Task
from tasks.models.querysets import TaskQuerySet

from ..looking import Looking
from ..tree import Condition
from .counts import LEAST, Number, at_least
from .kinds import Choice, Choices, Field, Role

STATES = {
    "open": _("open"),
    "due": _("due today"),
    "overdue": _("overdue"),
    "done": _("completed or skipped"),
}


@dataclass(frozen=True, kw_only=True)
class TaskChoice(Choice):
    """There is a task like that: made from the email, or about the person."""

    tasks: Callable[[str, TaskQuerySet, Looking], TaskQuerySet]

    def of_email(self, condition: Condition, looking: Looking) -> Q:
        there = self._any_of(condition, looking).filter(email__isnull=False)
        return Q(pk__in=there.values("email"))

    def of_person(self, condition: Condition, looking: Looking) -> Q:
        there = self._any_of(condition, looking).filter(person__isnull=False)
        return Q(pk__in=there.values("person"))

    def _any_of(self, condition: Condition, looking: Looking) -> TaskQuerySet:
        assert isinstance(condition.value, tuple)
        mine = Task.objects.assigned_to(looking.user).order_by()
        first, *others = [self.tasks(str(value), mine, looking) for value in condition.value]
        for other in others:
            first = first | other
        return first


def _in_state(state: str, tasks: TaskQuerySet, looking: Looking) -> TaskQuerySet:
    if state == "done":
        return tasks.closed()
    if state == "due":
        return tasks.open().due_within(looking.today, looking.today, looking.zone)
    if state == "overdue":
        return tasks.open().due_before(looking.today, looking.zone)
    return tasks.open()


def _of_kind(kind: str, tasks: TaskQuerySet, _looking: Looking) -> TaskQuerySet:
    return tasks.open().filter(kind=kind)


def _states() -> Choices:
    return list(STATES.items())


def _kinds() -> Choices:
    return [(code, label) for code, label in Kind.choices]


@dataclass(frozen=True, kw_only=True)
class RowCount(Number):
    """How many rows name the person, by the time in the column `at`."""

    rows: Callable[[Looking], QuerySet[Any]]
    at: str

    def of_person(self, condition: Condition, looking: Looking) -> Q:
        condition, negated = at_least(condition)
        span = looking.span(condition.within) if condition.within else None
        rows = self.rows(looking).filter(person__isnull=False).order_by()
        over = condition.within and condition.within.is_over
        if span and span.start:
            rows = rows.filter(**{f"{self.at}__gte": span.start})
        if span and span.end and not over:
            rows = rows.filter(**{f"{self.at}__lt": span.end})
        lookup = "gte" if condition.op == LEAST else "exact"
        counted = rows.values("person").annotate(n=Count("pk"), latest=Max(self.at))
        counted = counted.filter(**{f"n__{lookup}": condition.value})
        if span and over:
            counted = counted.filter(latest__lt=span.end)
        found = Q(pk__in=counted.values("person"))
        return ~found if negated else found


FIELDS: tuple[Field, ...] = (
    TaskChoice(
        name="task", label=_("Task of mine"), role=Role.PERSON, options=_states, tasks=_in_state
    ),
    TaskChoice(
        name="task-type",
        label=_("Type of an open task"),
        role=Role.PERSON,
        options=_kinds,
        tasks=_of_kind,
    ),
    RowCount(
        name="tasks",
        label=_("Number of tasks"),
        role=Role.PERSON,
        rows=lambda looking: Task.objects.assigned_to(looking.user).present(),
        at="created_at",
    ),
    RowCount(
        name="calls",
        label=_("Number of calls"),
        role=Role.PERSON,
        rows=lambda _looking: Call.objects.all(),
        at="began_at",
    ),
)
