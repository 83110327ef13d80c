"""What is done with more emails than anybody waits for: by a job, each with its result."""

import time
from datetime import timedelta
from typing import TYPE_CHECKING, Any, ClassVar, Self

import structlog
from django.conf import settings
from django.db import models, transaction
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from accounts.changes import announce
from emails.models import IllegalTransition
from emails.undo import WAYS_BACK
from emails.why import why_not

if TYPE_CHECKING:
    from accounts.models import User
    from emails.models import Email
    from emails.models.querysets import EmailQuerySet

log = structlog.get_logger(__name__)


class RunQuerySet(models.QuerySet["Run"]):
    def unfinished(self) -> Self:
        return self.filter(finished_at=None)

    def to_go_on(self) -> Self:
        """With more to do, and no worker on it."""
        free = models.Q(taken_until=None) | models.Q(taken_until__lte=timezone.now())
        return self.unfinished().filter(free)

    def over(self) -> Self:
        """Nobody asks any more what became of them."""
        return self.filter(finished_at__lte=timezone.now() - Run.KEPT)


class Run(models.Model):
    """One action with many emails: who asked for it, for which, and how far it is.

    Each email and its result are written in one transaction, so that however often the job dies,
    everything is done once. `back_of` is the run that this one takes back.
    """

    MOST: ClassVar = 20_000
    KEPT: ClassVar = timedelta(days=30)
    # A worker lets others have a turn after so many seconds; one that died is missed for so long.
    TURN: ClassVar = 20
    LEASE: ClassVar = timedelta(seconds=60)

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="runs")
    action = models.CharField(max_length=30)  # of search.acting, and of emails.undo.WAYS_BACK
    query = models.TextField(blank=True)  # of the search page
    others = models.PositiveIntegerField(default=0)  # found as well, and somebody else's
    back_of = models.OneToOneField(
        "self", models.CASCADE, null=True, blank=True, related_name="taken_back_by"
    )
    created_at = models.DateTimeField(default=timezone.now)
    taken_until = models.DateTimeField(null=True, editable=False)
    finished_at = models.DateTimeField(null=True, editable=False)

    objects = RunQuerySet.as_manager()

    class Meta:
        verbose_name = _("action with many emails")
        verbose_name_plural = _("actions with many emails")

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
        rows = [RunRow(run=run, email_id=pk) for pk in ids]
        RunRow.objects.bulk_create(rows, batch_size=1000)
        run.go_on_later()
        return run

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
            while (went := self._one()) and time.monotonic() < until:
                pass
        more = went or self.rows.waiting().exists()
        told: dict[str, Any] = {"taken_until": None} if more else {"finished_at": timezone.now()}
        Run.objects.filter(pk=self.pk).update(**told)
        announce(self.owner_id)
        return more

    @transaction.atomic
    def _one(self) -> bool:
        """Do it with one email more; False if there is none."""
        waiting = self.rows.waiting().select_related("email__owner").order_by("pk")
        row = waiting.select_for_update(of=("self",), skip_locked=True).first()
        if row is None:
            return False
        row.why = self._act_on(row.email)
        row.outcome = RunRow.Outcome.LEFT if row.why else RunRow.Outcome.DONE
        row.save(update_fields=["outcome", "why"])
        return True

    def _act_on(self, email: "Email") -> str:
        """Why it was left out, or ""."""
        try:
            with transaction.atomic():
                self._verb(email, by=self.owner)
        except IllegalTransition as refused:
            return why_not(refused)
        except Exception:  # one email that cannot be dealt with must not hold up all others
            log.exception("an email of many was not dealt with", run=self.pk, email=email.pk)
            return str(_("Something went wrong with this one. Try it again by itself."))
        return ""

    @property
    def _verb(self) -> Any:
        from .acting import named

        if self.back_of_id:
            return WAYS_BACK[self.action].verb
        action = named(self.action, self.owner)
        return action.do if action else None

    @property
    def is_finished(self) -> bool:
        return self.finished_at is not None

    @property
    def can_be_taken_back(self) -> bool:
        """Whether its Undo is offered: once, and not of an Undo."""
        free = not self.back_of_id and not Run.objects.filter(back_of=self).exists()
        return self.is_finished and free and self.action in WAYS_BACK and self.rows.done().exists()

    def take_back(self) -> "Run":
        """Let a worker take back what it did; what has moved since is left out, and says so."""
        emails = self.owner.emails.filter(pk__in=self.rows.done().values("email"))
        return Run.begin(self.owner, self.action, emails, back_of=self)


class RunRowQuerySet(models.QuerySet["RunRow"]):
    def waiting(self) -> Self:
        return self.filter(outcome="")

    def done(self) -> Self:
        return self.filter(outcome=RunRow.Outcome.DONE)

    def left(self) -> Self:
        return self.filter(outcome=RunRow.Outcome.LEFT)

    def for_list(self) -> Self:
        return self.select_related("email__person")


class RunRow(models.Model):
    """One email of a run, and what became of it."""

    class Outcome(models.TextChoices):
        DONE = "done", _("done")
        LEFT = "left", _("left out")

    run = models.ForeignKey(Run, models.CASCADE, related_name="rows", db_index=False)
    email = models.ForeignKey("emails.Email", models.CASCADE, related_name="+")
    outcome = models.CharField(max_length=5, choices=Outcome, blank=True)
    why = models.TextField(blank=True)

    objects = RunRowQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "email"], name="once_in_a_run")]
        indexes = [models.Index(fields=["run", "outcome", "id"], name="rows_of_run")]

    def __str__(self) -> str:
        return f"{self.email_id}: {self.outcome or 'waiting'}"
