from collections.abc import Callable
from datetime import date, datetime, time
from typing import ClassVar
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import models, transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.changes import announce
from accounts.models import User

from .querysets import TaskQuerySet, begin
from .vocabulary import Kind

Closing = Callable[["Task"], None]


class TaskClosed(Exception):
    """It was completed, skipped or deleted already; `task` is how it stands now."""

    def __init__(self, task: "Task") -> None:
        super().__init__(f"task {task.pk} is {task.status}")
        self.task = task


class Task(models.Model):
    """Something that a rep does: its `kind` says what acting on it opens.

    When it is due is kept as its assignee meant it: a day, perhaps with a time, on the clock of a
    zone. Verbs raise TaskClosed, with nothing changed, where somebody else was faster.
    """

    class Status(models.TextChoices):
        OPEN = "open", _("Open")
        COMPLETE = "complete", _("Complete")
        SKIPPED = "skipped", _("Skipped")

    class Priority(models.IntegerChoices):
        NORMAL = 0, _("Normal")
        HIGH = 1, _("High")

    Kind: ClassVar = Kind
    # What higher apps do when a task is closed or opened again, within the same transaction.
    _ON_CLOSE: ClassVar[list[Closing]] = []
    _ON_REOPEN: ClassVar[list[Closing]] = []

    creator = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name=_("made by")
    )
    assignee = models.ForeignKey(
        User, models.PROTECT, related_name="tasks", db_index=False, verbose_name=_("assignee")
    )
    kind = models.CharField(_("type"), max_length=10, choices=Kind, default=Kind.CUSTOM)
    name = models.CharField(_("name"), max_length=200)
    details = models.TextField(_("details"), blank=True, max_length=20_000)
    person = models.ForeignKey(
        "prospects.Person",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="tasks",
        db_index=False,
        verbose_name=_("person"),
    )
    # The email that it was made from; what is written for it names it in Email.task.
    email = models.ForeignKey(
        "emails.Email", models.SET_NULL, null=True, related_name="tasks", verbose_name=_("email")
    )
    # A step of it made this task: see campaigns.Turn.
    campaign = models.ForeignKey(
        "campaigns.Campaign",
        models.PROTECT,
        null=True,
        related_name="tasks",
        verbose_name=_("campaign"),
    )
    priority = models.PositiveSmallIntegerField(
        _("priority"), choices=Priority, default=Priority.NORMAL
    )
    due_on = models.DateField(_("due"))
    has_time = models.BooleanField(default=False)
    # The instant; without a time the beginning of its day, to sort by.
    due_at = models.DateTimeField(_("due at"))
    zone = models.CharField(max_length=64, default="UTC")
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.OPEN)
    closed_at = models.DateTimeField(_("done"), null=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False
    )
    remind_at = models.DateTimeField(_("remind"), null=True)
    reminded_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(_("created"), db_default=Now())
    updated_at = models.DateTimeField(_("last updated"), db_default=Now())
    removed_at = models.DateTimeField(_("deleted"), null=True)

    objects = TaskQuerySet.as_manager()

    class Meta:
        verbose_name = _("task")
        verbose_name_plural = _("tasks")
        indexes = [
            models.Index(
                fields=["assignee", "due_at", "id"],
                name="tasks_open",
                condition=Q(status="open", removed_at=None),
            ),
            models.Index(
                fields=["assignee", "-closed_at", "-id"],
                name="tasks_done",
                condition=~Q(status="open") & Q(removed_at=None),
            ),
            models.Index(fields=["person", "due_at"], name="tasks_of_person"),
            models.Index(
                fields=["remind_at"],
                name="tasks_to_remind_of",
                condition=Q(status="open", removed_at=None, reminded_at=None)
                & Q(remind_at__isnull=False),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="closed_says_when",
                condition=Q(status="open", closed_at=None)
                | (~Q(status="open") & Q(closed_at__isnull=False)),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_open(self) -> bool:
        return self.status == self.Status.OPEN and self.removed_at is None

    def plan(self, day: date, clock: time | None, zone: str) -> None:
        """Let it be due on `day`, at `clock` if that is given, as the clocks in `zone` have it;
        unsaved. A time that the clocks skip means as much later (PEP 495)."""
        here = ZoneInfo(zone)
        self.due_on, self.zone, self.has_time = day, zone, clock is not None
        self.due_at = datetime.combine(day, clock, here) if clock else begin(day, here)

    # What a rep does with it -----------------------------------------------------------------

    def complete(self, *, by: User | None, at: datetime | None = None) -> None:
        """Open → Complete; campaigns move on by it."""
        self._close(self.Status.COMPLETE, by=by, at=at)

    def skip(self, *, by: User | None, at: datetime | None = None) -> None:
        """Open → Skipped; campaigns move on as by completing, and count it apart."""
        self._close(self.Status.SKIPPED, by=by, at=at)

    @transaction.atomic
    def reopen(self, *, by: User | None) -> None:
        """Complete or Skipped → Open, as Undo does; raises what a campaign has against it."""
        closed = Task.objects.closed().filter(pk=self.pk)
        told = {"status": self.Status.OPEN, "closed_at": None, "closed_by": None}
        self._update(closed, **told)
        for react in self._ON_REOPEN:
            react(self)

    @transaction.atomic
    def _close(self, status: str, *, by: User | None, at: datetime | None) -> None:
        told = {"status": status, "closed_at": at or timezone.now(), "closed_by": by}
        self._update(Task.objects.open().filter(pk=self.pk), **told)
        for react in self._ON_CLOSE:
            react(self)

    def _update(self, rows: TaskQuerySet, **told: object) -> None:
        """One conditional UPDATE, so that of two who do something with it one wins."""
        moved = rows.update(**told, updated_at=Now())
        self.refresh_from_db()
        if not moved:
            raise TaskClosed(self)
        announce(self.assignee_id)

    @classmethod
    def on_close(cls, react: Closing) -> Closing:
        """Register what a higher app does when a task was completed or skipped."""
        cls._ON_CLOSE.append(react)
        return react

    @classmethod
    def on_reopen(cls, react: Closing) -> Closing:
        """Register what a higher app does when it is opened again; it may raise UndoRefused."""
        cls._ON_REOPEN.append(react)
        return react
