from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from .users import User


class TeamQuerySet(models.QuerySet["Team"]):
    def of(self, user: "User") -> Self:
        """Those that `user` is a member of."""
        return self.filter(pk__in=user.memberships.values("team"))

    def of_or_in(self, user: "User", teams: "models.QuerySet[Team]") -> Self:
        """Those that `user` is a member of, and `teams` besides."""
        return self.filter(Q(pk__in=user.memberships.values("team")) | Q(pk__in=teams.values("pk")))


class Team(models.Model):
    """Users who share templates, groups, campaigns and saved searches."""

    name = models.CharField(_("name"), max_length=100)
    members = models.ManyToManyField(
        settings.AUTH_USER_MODEL,
        through="Membership",
        related_name="teams",
        verbose_name=_("members"),
    )

    objects = TeamQuerySet.as_manager()

    class Meta:
        verbose_name = _("team")
        verbose_name_plural = _("teams")
        ordering = ["name"]
        constraints = [models.UniqueConstraint(Lower("name"), name="team_name_once")]

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """One user's place in one team."""

    team = models.ForeignKey(Team, models.CASCADE, related_name="memberships")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="memberships")
    is_manager = models.BooleanField(_("manages the team"), default=False)

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = [models.UniqueConstraint(fields=["team", "user"], name="member_once")]

    def __str__(self) -> str:
        return f"{self.user} · {self.team}"
