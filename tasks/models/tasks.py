from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import ClassVar
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import models, transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.changes import announce, announce_elsewhere
from accounts.models import User

from .querysets import TaskQuerySet, begin
from .vocabulary import Kind

Closing = Callable[["Task"], None]


class TaskClosed(Exception):
    """It was completed, skipped or deleted already; `task` is how it stands now."""

    def __init__(self, task: "Task") -> None:
        super().__init__(f"task {task.pk} is {task.status}")
        self.task = task


class TaskHeld(Exception):
    """A step of a campaign made it and waits for it: it is skipped, not deleted."""

    def __init__(self, task: "Task") -> None:
        super().__init__(f"task {task.pk} belongs to campaign {task.campaign_id}")
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
    # What its form writes; what became of it is written by verbs.
    WRITTEN: ClassVar = (
        "assignee", "kind", "name", "details", "person", "email", "priority", "due_on", "has_time",
        "due_at", "zone", "remind_at", "reminded_at", "updated_at",
    )  # fmt: skip
    MORNING: ClassVar = time(9)  # when somebody is reminded of what has a day alone
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

    @classmethod
    def seen_by(cls, user: User) -> TaskQuerySet:
        """The tasks that `user` may open: to be done by them, or made by them for a colleague."""
        return cls.objects.visible_to(user)

    def get_absolute_url(self) -> str:
        return reverse("tasks:task", args=[self.pk])

    @property
    def is_open(self) -> bool:
        return self.status == self.Status.OPEN and self.removed_at is None

    def day_in(self, zone: ZoneInfo) -> date:
        """The day on which it is due, as the clocks in `zone` have it."""
        return self.due_at.astimezone(zone).date() if self.has_time else self.due_on

    def clock_in(self, zone: ZoneInfo) -> time | None:
        """The time at which it is due, as the clocks in `zone` have it; None if it has none."""
        return self.due_at.astimezone(zone).time() if self.has_time else None

    @property
    def clock_in_own_zone(self) -> time | None:
        """The time as it was meant."""
        return self.clock_in(ZoneInfo(self.zone))

    def is_late(self, now: datetime, zone: ZoneInfo) -> bool:
        """Open although its time, or without one its day, is over."""
        over = self.due_at < now if self.has_time else self.due_on < now.astimezone(zone).date()
        return self.is_open and over

    def plan(self, day: date, clock: time | None, zone: str) -> None:
        """Let it be due on `day`, at `clock` if that is given, as the clocks in `zone` have it;
        unsaved. A time that the clocks skip means as much later (PEP 495)."""
        here = ZoneInfo(zone)
        self.due_on, self.zone, self.has_time = day, zone, clock is not None
        self.due_at = datetime.combine(day, clock, here) if clock else begin(day, here)

    @property
    def _remind_basis(self) -> datetime:
        """What a reminder comes before: its time, or in the morning of its day."""
        if self.has_time:
            return self.due_at
        return datetime.combine(self.due_on, self.MORNING, ZoneInfo(self.zone))

    @property
    def reminds_before(self) -> timedelta | None:
        """How long before it is due its assignee is reminded; None if not at all."""
        return self._remind_basis - self.remind_at if self.remind_at else None

    def remind(self, before: timedelta | None) -> None:
        """Remind its assignee that long before it is due, or not at all; unsaved."""
        at, now = None if before is None else self._remind_basis - before, timezone.now()
        if at != self.remind_at:
            self.remind_at = at
            self.reminded_at = now if at and at <= now else None  # nobody is reminded of the past

    def keep(self, *, instead_of: int | None = None) -> None:
        """Store it, new or as a form has changed it. The lists of its assignee learn of it, and
        those of the user with the id `instead_of`, who had it before."""
        self.updated_at = timezone.now()
        if self.pk:  # it may have been about somebody else
            self.save(update_fields=self.WRITTEN)
            announce(self.assignee_id, instead_of or self.assignee_id)
            announce_elsewhere()
        else:
            self.save()
            self._tell()

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

    def redate(self, day: date, clock: time | None, zone: str) -> None:
        """Let it be due at another time; a reminder comes as long before it as it would have."""
        before = self.reminds_before
        self.plan(day, clock, zone)
        self.remind(before)
        names = ("due_on", "has_time", "due_at", "zone", "remind_at", "reminded_at")
        told = {name: getattr(self, name) for name in names}
        self._update(Task.objects.open().filter(pk=self.pk), **told)

    def reassign(self, to: User) -> None:
        """Let `to` do it; whether they may see its person has been looked at."""
        before = self.assignee_id
        self._update(Task.objects.open().filter(pk=self.pk), assignee=to)
        self._tell(before)

    def remove(self) -> None:
        """Delete it: it is in no list any more. Raises TaskHeld where a campaign waits for it."""
        if self.campaign_id:
            raise TaskHeld(self)
        self._update(Task.objects.present().filter(pk=self.pk), removed_at=timezone.now())

    def restore(self) -> None:
        """Bring it back as it was, as Undo does."""
        self._update(Task.objects.exclude(removed_at=None).filter(pk=self.pk), removed_at=None)

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
        self._tell()

    def _tell(self, *user_ids: int) -> None:
        """Let the pages of these know that it has changed: it may be about an email and a person."""
        about = {"emails": [self.email_id], "people": [self.person_id]}
        told = {name: list(filter(None, ids)) for name, ids in about.items()}
        announce(*user_ids, self.assignee_id, **told)
        announce_elsewhere()

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
