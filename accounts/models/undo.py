from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

Revert = Callable[[Any, Mapping[str, Any]], str]


class UndoRefused(Exception):
    """The thing has moved since, or the time is over; says so in a sentence for the user."""


class UndoQuerySet(models.QuerySet["Undo"]):
    def usable(self) -> Self:
        return self.filter(used_at=None, created_at__gt=timezone.now() - Undo.USABLE_FOR)

    def over(self) -> Self:
        """Nobody can use them any more, and nobody asks what they were."""
        return self.filter(created_at__lte=timezone.now() - Undo.KEPT)

    def of_emails(self, action: str, ids: list[int]) -> Self:
        """Those of one action with exactly these emails, the latest first."""
        done = self.filter(action=f"emails.{action}", before__emails=ids)
        return done.order_by("-created_at", "-pk")

    def made_on(self, page: str) -> Self:
        """Those whose notice stands on the page with this path, the latest first."""
        return self.filter(before__page=page).order_by("-created_at", "-pk")


class Undo(models.Model):
    """One action that its user can still take back: who did what, and what was before.

    Each app registers how its own actions are reverted:

        @Undo.reverts("emails.archive")
        def unarchive(user, before): ...   # returns what to say, or raises UndoRefused
    """

    USABLE_FOR: ClassVar = timedelta(minutes=10)
    KEPT: ClassVar = timedelta(days=1)
    REVERTS: ClassVar[dict[str, Revert]] = {}

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="undos")
    action = models.CharField(max_length=60)
    before = models.JSONField(default=dict)
    created_at = models.DateTimeField(default=timezone.now)
    used_at = models.DateTimeField(null=True)

    objects = UndoQuerySet.as_manager()

    class Meta:
        verbose_name = _("undo")
        verbose_name_plural = _("undos")
        indexes = [models.Index(fields=["user", "-created_at"], name="undo_of_user")]

    def __str__(self) -> str:
        return f"{self.action} ({self.user})"

    @classmethod
    def reverts(cls, action: str) -> Callable[[Revert], Revert]:
        """Register the function that takes `action` back."""

        def register(revert: Revert) -> Revert:
            cls.REVERTS[action] = revert
            return revert

        return register

    def stands_on(self, page: str, said: str) -> "Undo":
        """Let a reload of the page with this path say again what was done; returns itself."""
        self.before = {**self.before, "page": page, "said": said}
        self.save(update_fields=["before"])
        return self

    @transaction.atomic
    def use(self) -> str:
        """Take the action back, once; returns the sentence that says so.

        Raises UndoRefused, with nothing changed, if it is too late or the thing has moved.
        """
        mine = Undo.objects.usable().filter(pk=self.pk).update(used_at=timezone.now())
        if not mine:
            raise UndoRefused(_("This can no longer be undone."))
        return self.REVERTS[self.action](self.user, self.before)
