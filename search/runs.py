"""What is done with more emails or people than anybody waits for: by a job, each with its result."""

import time
from datetime import timedelta
from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.conf import settings
from django.db import models, transaction
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from accounts.changes import announce

if TYPE_CHECKING:
    from collections.abc import Iterable

    from accounts.models import User
    from emails.models.querysets import EmailQuerySet
    from prospects.many import Wish
    from prospects.models.people import PersonQuerySet


class RunQuerySet(models.QuerySet["Run"]):
    def unfinished(self) -> Self:
        return self.filter(finished_at=None)

    def to_go_on(self) -> Self:
        """With more to do, and no worker on it."""
        free = models.Q(taken_until=None) | models.Q(taken_until__lte=timezone.now())
        return self.unfinished().filter(free)

    def of_late(self) -> Self:
        """Under way, or finished a short while ago; the last begun first."""
        lately = models.Q(finished_at__gt=timezone.now() - Run.LATELY)
        return self.filter(models.Q(finished_at=None) | lately).order_by("-pk")

    def over(self) -> Self:
        """Nobody asks any more what became of them."""
        return self.filter(finished_at__lte=timezone.now() - Run.KEPT)


class Run(models.Model):
    """One action with many emails or people: who asked for it, for which, and how far it is.

    What is done and its result are written in one transaction, so that however often the job dies,
    everything is done once. `back_of` is the run that this one takes back.
    """

    # The `doing` of an action with emails; that of one with people stands in prospects.many.DOINGS.
    EMAILS: ClassVar = "emails"
    MOST: ClassVar = 20_000  # emails; of people LIMITS["PEOPLE_AT_ONCE"]
    KEPT: ClassVar = timedelta(days=30)
    LATELY: ClassVar = timedelta(minutes=10)  # as long as an Undo is offered
    # A worker lets others have a turn after so many seconds; one that died is missed for so long.
    TURN: ClassVar = 20
    LEASE: ClassVar = timedelta(seconds=60)

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="runs")
    doing = models.CharField(max_length=30, default=EMAILS)
    action = models.CharField(max_length=30)  # of search.acting and emails.undo.WAYS_BACK
    told = models.JSONField(default=dict)  # what else was asked for: {field: [values]}
    page = models.TextField(blank=True)  # the address that was open
    others = models.PositiveIntegerField(default=0)  # found as well, and somebody else's
    back_of = models.OneToOneField(
        "self", models.CASCADE, null=True, blank=True, related_name="taken_back_by"
    )
    created_at = models.DateTimeField(default=timezone.now)
    taken_until = models.DateTimeField(null=True, editable=False)
    finished_at = models.DateTimeField(null=True, editable=False)

    objects = RunQuerySet.as_manager()

    class Meta:
        verbose_name = _("action with many")
        verbose_name_plural = _("actions with many")

    def __str__(self) -> str:
        return f"{self.action} ({self.owner})"

    def get_absolute_url(self) -> str:
        return reverse("search:run", args=[self.pk])

    @classmethod
    @transaction.atomic
    def begin(cls, owner: "User", action: str, emails: "EmailQuerySet", **fields: Any) -> "Run":
        """Let a worker do `action` with each of `emails`, which are those of now."""
        run = cls.objects.create(owner=owner, action=action, **fields)
        ids = emails.order_by("pk").values_list("pk", flat=True)
        return run._of(RunRow(run=run, email_id=pk) for pk in ids)

    @classmethod
    @transaction.atomic
    def begin_with_people(cls, wish: "Wish", people: "PersonQuerySet") -> "Run":
        """Let a worker do what somebody wishes with each of `people`, who are those of now."""
        run = cls.objects.create(
            owner=wish.user,
            doing=wish.doing,
            action=wish.action,
            told=dict(wish.told),
            page=wish.page,
        )
        ids = people.order_by("pk").values_list("pk", flat=True)
        return run._of(RunRow(run=run, person_id=pk) for pk in dict.fromkeys(ids))

    def _of(self, rows: "Iterable[RunRow]") -> "Run":
        RunRow.objects.bulk_create(rows, batch_size=1000)
        self.go_on_later()
        return self

    def go_on_later(self) -> None:
        from .jobs import go_on

        pk = self.pk
        transaction.on_commit(lambda: go_on.delay(pk), robust=True)

    def go_on(self) -> bool:
        """Do some more of it; whether there is still more. Does nothing if another worker does."""
        now = timezone.now()
        mine = Run.objects.to_go_on().filter(pk=self.pk)
        if not mine.update(taken_until=now + self.LEASE):
            return False
        until = time.monotonic() + self.TURN
        with translation.override(self.owner.language), timezone.override(self.owner.zone):
            while (went := self._some()) and time.monotonic() < until:
                pass
        more = went or self.rows.waiting().exists()
        told: dict[str, Any] = {"taken_until": None} if more else {"finished_at": timezone.now()}
        Run.objects.filter(pk=self.pk).update(**told)
        announce(self.owner_id)
        return more

    @transaction.atomic
    def _some(self) -> bool:
        """Do it with a few more; False if there are none."""
        from .dealing import deal_with, size_of

        waiting = self.rows.waiting().with_what_is_dealt_with(self).order_by("pk")
        rows = list(waiting.select_for_update(of=("self",), skip_locked=True)[: size_of(self)])
        if not rows:
            return False
        deal_with(self, rows)
        RunRow.objects.bulk_update(rows, ["outcome", "why", "before"])
        return True

    @property
    def is_of_people(self) -> bool:
        return self.doing != self.EMAILS

    @property
    def is_finished(self) -> bool:
        return self.finished_at is not None

    @property
    def can_be_taken_back(self) -> bool:
        """Whether its Undo is offered: once, and not of an Undo."""
        free = not self.back_of_id and not Run.objects.filter(back_of=self).exists()
        return self.is_finished and free and self._to_take_back().exists()

    def _to_take_back(self) -> "RunRowQuerySet":
        from emails.undo import WAYS_BACK

        if self.is_of_people:
            return self.rows.done().exclude(before={})
        return self.rows.done() if self.action in WAYS_BACK else self.rows.none()

    @transaction.atomic
    def take_back(self) -> "Run":
        """Let a worker take back what it did, the last few first; what has moved since is left out,
        and says so."""
        run = Run.objects.create(
            owner=self.owner,
            doing=self.doing,
            action=self.action,
            told=self.told,
            page=self.page,
            back_of=self,
        )
        told = self._to_take_back().order_by("-pk").values("email_id", "person_id", "before")
        return run._of(RunRow(run=run, **row) for row in told)


class RunRowQuerySet(models.QuerySet["RunRow"]):
    def waiting(self) -> Self:
        return self.filter(outcome="")

    def done(self) -> Self:
        return self.filter(outcome=RunRow.Outcome.DONE)

    def left(self) -> Self:
        return self.filter(outcome=RunRow.Outcome.LEFT)

    def noted(self) -> Self:
        """Done, and there is something to know about it."""
        return self.done().exclude(why="")

    def with_what_is_dealt_with(self, run: Run) -> Self:
        return self if run.is_of_people else self.select_related("email__owner")

    def for_list(self) -> Self:
        return self.select_related("email__person", "person")


class RunRow(models.Model):
    """One email or person of a run, and what became of it; `before` is what takes that back, as an
    Undo knows it, and `undo` in it the name of that."""

    class Outcome(models.TextChoices):
        DONE = "done", _("done")
        LEFT = "left", _("left out")

    run = models.ForeignKey(Run, models.CASCADE, related_name="rows", db_index=False)
    email = models.ForeignKey("emails.Email", models.CASCADE, null=True, related_name="+")
    person = models.ForeignKey("prospects.Person", models.CASCADE, null=True, related_name="+")
    outcome = models.CharField(max_length=5, choices=Outcome, blank=True)
    why = models.TextField(blank=True)
    before = models.JSONField(default=dict)

    objects = RunRowQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "email"], name="once_in_a_run"),
            models.UniqueConstraint(fields=["run", "person"], name="person_once_in_a_run"),
            models.CheckConstraint(
                condition=models.Q(email=None) ^ models.Q(person=None), name="email_or_person"
            ),
        ]
        indexes = [models.Index(fields=["run", "outcome", "id"], name="rows_of_run")]

    def __str__(self) -> str:
        return f"{self.email_id or self.person_id}: {self.outcome or 'waiting'}"
