from datetime import datetime, timedelta
from typing import Any, Self
from uuid import UUID

from django.db import models, transaction
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.changes import EVERYBODY, announce
from accounts.models import User
from prospects.models import Person

from .call_words import CallWord
from .tasks import Task, TaskClosed


class CallQuerySet(models.QuerySet["Call"]):
    def to(self, person: Person) -> Self:
        return self.filter(person=person)

    def newest_first(self) -> Self:
        """With what a history shows of them."""
        return self.select_related("user", "outcome", "reason").order_by("-began_at", "-pk")

    def with_id(self, pk: int) -> Self:
        return self.filter(pk=pk)

    def with_key(self, key: UUID) -> Self:
        return self.filter(key=key)


class Call(models.Model):
    """A call that a user made to a person: kept in the person's history for ever."""

    person = models.ForeignKey(
        "prospects.Person", models.CASCADE, related_name="calls", db_index=False
    )
    user = models.ForeignKey(User, models.PROTECT, related_name="calls", verbose_name=_("by"))
    task = models.OneToOneField(
        Task, models.SET_NULL, null=True, related_name="call", verbose_name=_("task")
    )
    # One call pad makes one call, however often it is sent.
    key = models.UUIDField(null=True, unique=True, editable=False)
    began_at = models.DateTimeField(_("when"), db_default=Now())
    seconds = models.PositiveIntegerField(_("length"), default=0)
    outcome = models.ForeignKey(
        CallWord, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("outcome")
    )
    reason = models.ForeignKey(
        CallWord, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("reason")
    )
    notes = models.TextField(_("notes"), blank=True, max_length=20_000)

    objects = CallQuerySet.as_manager()

    class Meta:
        verbose_name = _("call")
        verbose_name_plural = _("calls")
        indexes = [models.Index(fields=["person", "-began_at"], name="calls_of_person")]

    def __str__(self) -> str:
        return f"{self.person_id} {self.began_at:%Y-%m-%d %H:%M}"

    @property
    def minutes(self) -> int:
        """Its length as one tells it; a call that took any time took at least one."""
        return max(1, round(self.seconds / 60)) if self.seconds else 0

    @classmethod
    @transaction.atomic
    def log(
        cls,
        person: Person,
        user: User,
        *,
        key: UUID,
        task: Task | None = None,
        seconds: int = 0,
        ended_at: datetime | None = None,
        **said: Any,
    ) -> tuple["Call", bool]:
        """Write down that `user` has called `person`, now over, and complete the `task` it was
        made for; the call, and whether the task was open until then.

        `said` is outcome, reason and notes. The same `key` again is the same call. A call that was
        made for a task which somebody else has closed was made all the same.
        """
        began_at = (ended_at or timezone.now()) - timedelta(seconds=seconds)
        told = {"person": person, "user": user, "began_at": began_at, "seconds": seconds, **said}
        call, fresh = cls.objects.get_or_create(key=key, defaults=told)
        announce(user.pk, EVERYBODY, people=[person.pk])
        if not (fresh and task and task.assignee_id == user.pk):
            return call, False
        try:
            task.complete(by=user)
        except TaskClosed:
            return call, False
        # Called for again after it was opened again, the task is that of the latest call.
        cls.objects.filter(task=task).update(task=None)
        call.task = task
        call.save(update_fields=["task"])
        return call, True
