from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower, Now
from django.utils.translation import gettext_lazy as _

from accounts.models import User

from .tasks import Task


class CallWord(models.Model):
    """One entry of the organisation's lists: how a call ended, or what it was about."""

    class List(models.TextChoices):
        OUTCOME = "outcome", _("outcome")
        REASON = "reason", _("reason")

    MOST: ClassVar = 15  # in each list

    list = models.CharField(_("list"), max_length=10, choices=List)
    words = models.CharField(_("words"), max_length=60)
    position = models.PositiveSmallIntegerField(default=0)
    # No longer offered; calls keep it.
    retired_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("call word")
        verbose_name_plural = _("call words")
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(
                "list",
                Lower("words"),
                condition=Q(retired_at=None),
                name="call_word_once_a_list",
            )
        ]

    def __str__(self) -> str:
        return self.words


class Call(models.Model):
    """A call that a user made to a person: kept in the person's history for ever."""

    person = models.ForeignKey(
        "prospects.Person", models.CASCADE, related_name="calls", db_index=False
    )
    user = models.ForeignKey(User, models.PROTECT, related_name="calls", verbose_name=_("by"))
    task = models.OneToOneField(
        Task, models.SET_NULL, null=True, related_name="call", verbose_name=_("task")
    )
    began_at = models.DateTimeField(_("when"), db_default=Now())
    seconds = models.PositiveIntegerField(_("length"), default=0)
    outcome = models.ForeignKey(
        CallWord, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("outcome")
    )
    reason = models.ForeignKey(
        CallWord, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("reason")
    )
    notes = models.TextField(_("notes"), blank=True, max_length=20_000)

    class Meta:
        verbose_name = _("call")
        verbose_name_plural = _("calls")
        indexes = [models.Index(fields=["person", "-began_at"], name="calls_of_person")]

    def __str__(self) -> str:
        return f"{self.person_id} {self.began_at:%Y-%m-%d %H:%M}"
