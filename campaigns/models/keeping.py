from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

from django.conf import settings
from django.db import models, transaction
from django.db.models.functions import Now
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Undo, UndoRefused, User

if TYPE_CHECKING:
    from .campaigns import Campaign, CampaignQuerySet

REMOVE = "campaigns.remove"


class TooMany(Exception):
    """The user has as many campaigns as they may have; says so in a sentence."""


class NameTaken(Exception):
    """The owner has another campaign of that name; says so in a sentence."""


class InUse(Exception):
    """People are going through the campaign; says so in a sentence."""


class Keeping(models.Model):
    """How campaigns are made, copied, deleted and had back."""

    class Meta:
        abstract = True

    @classmethod
    def ensure_room(cls, owner: User) -> None:
        """Raise TooMany if `owner` has as many campaigns as one may have."""
        limit = settings.LIMITS["CAMPAIGNS"]
        if _of(owner).count() >= limit:
            raise TooMany(
                _("You have %(limit)s campaigns, and more are not allowed. Delete some first.")
                % {"limit": limit}
            )

    @classmethod
    def is_taken(cls, owner: User, name: str, *, but: "Campaign | None" = None) -> bool:
        """Whether `owner` has another campaign of that name, whatever its case."""
        others = _of(owner).called(name)
        return (others.exclude(pk=but.pk) if but else others).exists()

    @transaction.atomic
    def duplicate(self, *, by: User) -> "Campaign":
        """A private copy for `by` with all steps and settings and nobody in it. Raises TooMany."""
        from .campaigns import Campaign
        from .categories import Category
        from .steps import Step

        mine = cast("Campaign", self)
        self.ensure_room(by)
        copy = Campaign.objects.get(pk=mine.pk)
        copy.pk, copy.owner, copy.paused_at = None, by, None
        copy.name, copy.created_at, copy.updated_at = self._name_of_copy(by), Now(), Now()
        if mine.category and mine.category.owner_id != by.pk:
            copy.category = Category.changed_by(by).called(mine.category.name).first()
        copy._state.adding = True
        copy.save(force_insert=True)
        for step in Step.objects.filter(campaign=mine).present().in_order():
            step.copy_into(copy)
        copy.refresh_from_db()
        return copy

    def _name_of_copy(self, owner: User) -> str:
        name = _("Copy of %(name)s") % {"name": cast("Campaign", self).name}
        taken = {
            each.lower()
            for each in _of(owner)
            .filter(name__istartswith=name[:140])
            .values_list("name", flat=True)
        }
        numbered = (f"{name[:140]} ({number})" for number in range(2, len(taken) + 3))
        free = (each for each in (name[:150], *numbered) if each.lower() not in taken)
        return next(free)

    @transaction.atomic
    def remove(self, *, by: User) -> Undo:
        """Delete it; what was sent and done in it stays. Raises InUse while people are in it."""
        from .campaigns import Campaign

        campaign = Campaign.objects.select_for_update().get(pk=self.pk)
        people = campaign.enrollments.open().count()  # type: ignore[attr-defined]
        if people:
            raise InUse(self._in_use(people))
        Campaign.objects.filter(pk=self.pk, removed_at=None).update(removed_at=Now())
        before = {"campaign": self.pk, "page": reverse("campaigns:home")}
        return Undo.objects.create(user=by, action=REMOVE, before=before)

    @staticmethod
    def _in_use(people: int) -> str:
        return ngettext(
            "%(count)s person is still in it. Remove them, or stop the campaign, and delete it then.",
            "%(count)s people are still in it. Remove them, or stop the campaign, and delete it"
            " then.",
            people,
        ) % {"count": people}

    @transaction.atomic
    def restore(self) -> None:
        """Have it back as it was, shared as it was. Raises TooMany and NameTaken."""
        from .campaigns import Campaign

        mine = cast("Campaign", self)
        self.ensure_room(mine.owner)
        if self.is_taken(mine.owner, mine.name):
            raise NameTaken(
                _("There is another campaign “%(name)s” now. Rename that one first.")
                % {"name": mine.name}
            )
        Campaign.objects.filter(pk=mine.pk).update(removed_at=None)
        mine.removed_at = None


def _of(owner: User) -> "CampaignQuerySet":
    from .campaigns import Campaign

    return Campaign.objects.owned_by(owner).present()


@Undo.reverts(REMOVE)
def _found_again(user: User, before: Mapping[str, Any]) -> str:
    """The deleted campaign once more."""
    from .campaigns import Campaign

    campaign = Campaign.objects.removed().filter(pk=before["campaign"]).first()
    if campaign is None or not campaign.is_editable_by(user):
        raise UndoRefused(_("The campaign is back already."))
    try:
        campaign.restore()
    except (TooMany, NameTaken) as error:
        raise UndoRefused(str(error)) from error
    return _("The campaign “%(name)s” is back.") % {"name": campaign.name}
