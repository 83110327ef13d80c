"""Tasks and calls. Tasks are those of whoever searches; calls are anybody's."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, Max, Q, QuerySet
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext_lazy as _

from emails.models import Email
from tasks.models import Call, Kind, Task
from tasks.models.querysets import TaskQuerySet

from ..looking import SENT, Looking
from ..tree import Condition
from .counts import LEAST, Number, at_least
from .kinds import Choice, Choices, Field, Role
from .moments import Moment

STATES = {
    "open": _("open"),
    "due": _("due today"),
    "overdue": _("overdue"),
    "done": _("completed or skipped"),
    "complete": _("completed"),
    "skipped": _("skipped"),
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
    if state in {Task.Status.COMPLETE, Task.Status.SKIPPED}:
        return tasks.present().filter(status=state)
    if state == "due":
        return tasks.open().due_within(looking.today, looking.today, looking.zone)
    if state == "overdue":
        return tasks.open().due_before(looking.today, looking.zone)
    return tasks.open()


def _of_priority(priority: str, tasks: TaskQuerySet, _looking: Looking) -> TaskQuerySet:
    return tasks.open().filter(priority=Task.Priority[priority.upper()])


def _of_kind(kind: str, tasks: TaskQuerySet, _looking: Looking) -> TaskQuerySet:
    return tasks.open().filter(kind=kind)


def _states() -> Choices:
    return list(STATES.items())


def _priorities() -> Choices:
    return [(each.name.lower(), each.label) for each in Task.Priority]


def _kinds() -> Choices:
    return [(code, label) for code, label in Kind.choices]


@dataclass(frozen=True, kw_only=True)
class TaskDue(Moment):
    """An open task, made from the email or about the person, is due on those days."""

    columns: tuple[str, ...] = ()

    def of_email(self, condition: Condition, looking: Looking) -> Q:
        return Q(pk__in=self._due(condition, looking).filter(email__isnull=False).values("email"))

    def of_person(self, condition: Condition, looking: Looking) -> Q:
        return Q(pk__in=self._due(condition, looking).filter(person__isnull=False).values("person"))

    def _due(self, condition: Condition, looking: Looking) -> TaskQuerySet:
        """A task without a time is due on its day wherever one is, as `due_within` has it."""
        tasks = Task.objects.assigned_to(looking.user).open().order_by()
        span = self._span(condition, looking)
        for lookup, at in (("gte", span.start), ("lt", span.end)):
            if at:
                day = at.astimezone(looking.zone).date()
                timed = Q(has_time=True, **{f"due_at__{lookup}": at})
                tasks = tasks.filter(timed | Q(has_time=False, **{f"due_on__{lookup}": day}))
        return tasks


@dataclass(frozen=True, kw_only=True)
class RowCount(Number):
    """How many rows name the person, by the time in the column `at`; or how many different things
    they name in the column `counted`."""

    rows: Callable[[Looking], QuerySet[Any]]
    at: str
    counted: str = "pk"

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
        counted = rows.values("person").annotate(
            n=Count(self.counted, distinct=self.counted != "pk"), latest=Max(self.at)
        )
        counted = counted.filter(**{f"n__{lookup}": condition.value})
        if span and over:
            counted = counted.filter(latest__lt=span.end)
        found = Q(pk__in=counted.values("person"))
        return ~found if negated else found


@dataclass(frozen=True, kw_only=True)
class Activities(Number):
    """What users did for the person, as the column of that name counts it."""

    timed: bool = False

    def of_person(self, condition: Condition, looking: Looking) -> Q:
        condition, negated = at_least(condition)
        emails = Email.objects.present().filter(status__in=SENT, person__isnull=False)
        tasks = Task.objects.completed().filter(person__isnull=False)
        each = [
            rows.order_by().values(who=F("person_id")) for rows in (emails, tasks, Call.objects)
        ]
        done, params = each[0].union(*each[1:], all=True).query.sql_with_params()
        compare = ">=" if condition.op == LEAST else "="
        # The ORM does not group what it has put together; nothing in here was typed by anybody.
        counted = f"SELECT done.who FROM ({done}) AS done GROUP BY 1 HAVING count(*) {compare} %s"  # noqa: S608
        found = Q(pk__in=RawSQL(counted, (*params, condition.value)))  # noqa: S611
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
    TaskChoice(
        name="task-priority",
        label=_("Priority of an open task"),
        role=Role.PERSON,
        options=_priorities,
        tasks=_of_priority,
    ),
    TaskDue(name="task-due", label=_("Open task due"), role=Role.PERSON, ahead=True),
    RowCount(
        name="tasks",
        label=_("Number of tasks"),
        role=Role.PERSON,
        rows=lambda looking: Task.objects.assigned_to(looking.user).present(),
        at="created_at",
    ),
    RowCount(
        name="open-tasks",
        label=_("Number of open tasks"),
        role=Role.PERSON,
        hint=_("Everybody’s."),
        of_others=True,
        rows=lambda _looking: Task.objects.open(),
        at="created_at",
        timed=False,
    ),
    Activities(
        name="activities",
        label=_("Number of activities"),
        role=Role.PERSON,
        subjects=("people",),
        of_others=True,
        hint=_("Emails, calls and completed tasks, everybody’s."),
    ),
    RowCount(
        name="calls",
        label=_("Number of calls"),
        role=Role.PERSON,
        rows=lambda _looking: Call.objects.all(),
        at="began_at",
    ),
)
