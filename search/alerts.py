"""Who is told of what comes to be found by a saved search, and what they have been told.

A row is there while somebody wants to be told. Beat lets each look for itself now and then: a search
that takes long is looked at seldom, so that being told costs little however many want to be.
"""

import time
from datetime import timedelta
from typing import TYPE_CHECKING, Any, ClassVar, Self

import structlog
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.changes import announce

from .limits import within_limit
from .problems import Problem, Refused, TooSlow, Unreadable

if TYPE_CHECKING:
    from accounts.models import User

    from .models import SavedSearch

log = structlog.get_logger(__name__)


class AlertQuerySet(models.QuerySet["Alert"]):
    def due(self) -> Self:
        """It is their turn, longest waiting first: of those who still sign in."""
        meant = self.filter(user__is_active=True, saved__removed_at=None)
        return meant.filter(next_at__lte=timezone.now()).order_by("next_at", "pk")

    def shown_to(self, user: "User") -> Self:
        """What stands on the user's pages: of searches that they may still open."""
        from .models import SavedSearch

        news = self.filter(user=user, saved__in=SavedSearch.seen_by(user), new__gt=0)
        return news.select_related("saved").order_by("-new_at", "-pk")


class Alert(models.Model):
    """That `user` is told of new matches of `saved`: once of each, and of none that was there."""

    # Of a search that finds more nobody is told.
    MOST: ClassVar = 5000
    # So many ids are kept of what was told; what is no longer found is forgotten first.
    KEPT: ClassVar = 20_000
    # How long it rests between two looks; a slow search longer, for it may take a hundredth of the time.
    REST: ClassVar = 30
    LONGEST_REST: ClassVar = 900
    LEASE: ClassVar = 60  # a worker that died is missed for so long
    SHARE: ClassVar = 100

    saved = models.ForeignKey("search.SavedSearch", models.CASCADE, related_name="alerts")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="search_alerts", db_index=False
    )
    asked = models.JSONField(default=dict)  # the search of which `told` is known
    told = ArrayField(models.BigIntegerField(), default=list)
    new = models.PositiveIntegerField(default=0)  # told of, and not looked at or dismissed
    new_at = models.DateTimeField(null=True)
    next_at = models.DateTimeField(default=timezone.now, db_index=True)

    objects = AlertQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "saved"], name="one_alert_per_user")]

    def __str__(self) -> str:
        return f"{self.user} · {self.saved}"

    @classmethod
    def switch_on(cls, saved: "SavedSearch", user: "User") -> None:
        """Tell `user` of what comes from now on. Raises TooSlow, Refused or Unreadable where that
        cannot be known."""
        ids = _found(saved, user)
        if len(ids) > cls.MOST:
            raise TooSlow(
                Problem(
                    _(
                        "“%(name)s” finds more than %(most)s now. Narrow it first to be told of new"
                        " ones."
                    )
                    % {"name": saved.name, "most": cls.MOST}
                )
            )
        told = {"asked": _asked(saved), "told": ids, "next_at": timezone.now()}
        cls.objects.get_or_create(saved=saved, user=user, defaults=told)

    @classmethod
    def switch_off(cls, saved: "SavedSearch", user: "User") -> bool:
        """Tell them no longer; whether they were told until now."""
        gone, _each = cls.objects.filter(saved=saved, user=user).delete()
        announce(user.pk)
        return bool(gone)

    @classmethod
    def dismiss(cls, saved: "SavedSearch", user: "User") -> None:
        """They know: what they were told of stands on their pages no longer."""
        if cls.objects.filter(saved=saved, user=user, new__gt=0).update(new=0):
            announce(user.pk)

    @classmethod
    @transaction.atomic
    def take(cls) -> "Alert | None":
        """One whose turn it is, for the caller alone; None if there is none."""
        due = cls.objects.due().select_related("saved", "user")
        alert = due.select_for_update(skip_locked=True, of=("self",)).first()
        if alert:
            alert._rest(cls.LEASE)
        return alert

    def look(self) -> None:
        """Look for what is new, and say so on the user's pages."""
        began = time.monotonic()
        if type(self.saved).seen_by(self.user).of_id(self.saved_id).exists():
            try:
                ids = _found(self.saved, self.user)
            except (Refused, TooSlow, Unreadable) as error:
                log.info("search not looked at", saved=self.saved_id, error=type(error).__name__)
            else:
                self._tell(ids)
        self._rest((time.monotonic() - began) * self.SHARE)

    @transaction.atomic
    def _tell(self, ids: list[int]) -> None:
        mine = Alert.objects.filter(pk=self.pk)
        alert, asked = mine.select_for_update().first(), _asked(self.saved)
        if alert is None or len(ids) > self.MOST:  # switched off meanwhile; or too many
            return
        known = set(alert.told)
        fresh = [pk for pk in ids if pk not in known]
        if alert.asked != asked:  # another search by now: what it finds is no news
            mine.update(asked=asked, told=ids, new=0)
        elif fresh:
            told = _kept([*alert.told, *fresh], set(ids))
            mine.update(told=told, new=alert.new + len(fresh), new_at=timezone.now())
        else:
            return
        announce(self.user_id)

    def _rest(self, seconds: float) -> None:
        seconds = min(max(seconds, self.REST), self.LONGEST_REST)
        next_at = timezone.now() + timedelta(seconds=seconds)
        Alert.objects.filter(pk=self.pk).update(next_at=next_at)


def _found(saved: "SavedSearch", user: "User") -> list[int]:
    """The ids of what it finds now, one more than it may; raises as `within_limit` and the search."""
    with within_limit():
        found = saved.found_for(user).order_by().values_list("pk", flat=True)
        return list(found[: Alert.MOST + 1])


def _kept(told: list[int], found: set[int]) -> list[int]:
    """As many as are kept; what is found now and what was told last."""
    if len(told) <= Alert.KEPT:
        return told
    others = [pk for pk in told if pk not in found]
    return others[len(told) - Alert.KEPT :] + [pk for pk in told if pk in found]


def _asked(saved: "SavedSearch") -> dict[str, Any]:
    return {"subject": saved.subject, "conditions": saved.conditions}
