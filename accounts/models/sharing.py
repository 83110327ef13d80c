"""What its owner keeps to themselves until they share it with teams of theirs."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .teams import Team

if TYPE_CHECKING:
    from .users import User


class SharedQuerySet[Row: models.Model](models.QuerySet[Row]):
    """The phrases of a queryset whose model is Shared."""

    def owned_by(self, user: "User") -> Self:
        return self.filter(owner=user)

    def visible_to(self, user: "User") -> Self:
        """The user's own, and what is shared with a team that the user is in."""
        return self.filter(Q(owner=user) | Q(pk__in=self._in_teams_of(user)))

    def shared_with(self, user: "User") -> Self:
        """What colleagues share with a team that the user is in."""
        return self.filter(pk__in=self._in_teams_of(user)).exclude(owner=user)

    def shared(self) -> Self:
        """With at least one team."""
        return self.filter(pk__in=self._everything().exclude(teams=None).values("pk"))

    def _in_teams_of(self, user: "User") -> models.QuerySet[Row, int]:
        # A subquery: joined, a row that is shared with two of the user's teams would come twice.
        return self._everything().filter(teams__memberships__user=user).values_list("pk", flat=True)

    def _everything(self) -> models.QuerySet[Row]:
        return self.model._base_manager.all()


class Shared(models.Model):
    """A model with an `owner`, private until it is shared; colleagues may use it, not change it."""

    teams = models.ManyToManyField(
        Team, blank=True, related_name="%(class)ss", verbose_name=_("shared with")
    )

    class Meta:
        abstract = True

    def share(self, teams: Iterable[Team]) -> None:
        """Let the members of these teams see it, and nobody else; of none: private again.

        SharingForm (accounts/forms) has seen to it that they are teams of its owner's.
        """
        self.teams.set(teams)
