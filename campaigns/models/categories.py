from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Case, Q, Value, When
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import User

if TYPE_CHECKING:
    from django.db.models.fields.related_descriptors import RelatedManager

    from .campaigns import Campaign


class NotEmpty(Exception):
    """The category still holds campaigns."""


class CampaignCategoryQuerySet(models.QuerySet["Category"]):
    def seen_by(self, user: User) -> Self:
        """Those under which `user` finds campaigns, each name once: where a colleague's has the
        name of one of the user's, the user's own."""
        from .campaigns import Campaign

        seen = Campaign.seen_by(user).exclude(category=None).values("category")
        mine_first = Case(When(owner=user, then=Value(0)), default=Value(1))
        return (
            self.filter(Q(owner=user) | Q(pk__in=seen))
            .annotate(shelf=Lower("name"), whose=mine_first)
            .order_by("shelf", "whose", "pk")
            .distinct("shelf")
        )

    def owned_by(self, user: User) -> Self:
        return self.filter(owner=user)

    def by_name(self) -> Self:
        return self.order_by(Lower("name"), "pk")

    def called(self, name: str) -> Self:
        """Of that name, whatever its case."""
        return self.annotate(shelf=Lower("name")).filter(shelf=Lower(Value(name)))


class Category(models.Model):
    """Under which a user keeps campaigns; a shared one stands with colleagues under its name."""

    owner = models.ForeignKey(User, models.CASCADE, related_name="campaign_categories")
    name = models.CharField(_("name"), max_length=100)

    objects = CampaignCategoryQuerySet.as_manager()

    if TYPE_CHECKING:
        campaigns: RelatedManager[Campaign]

    class Meta:
        verbose_name = _("campaign category")
        verbose_name_plural = _("campaign categories")
        ordering = [Lower("name"), "pk"]
        constraints = [
            models.UniqueConstraint("owner", Lower("name"), name="campaign_category_once")
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return f"{reverse('campaigns:home')}?category={self.pk}"

    @classmethod
    def seen_by(cls, user: User) -> CampaignCategoryQuerySet:
        """The categories under which `user` finds campaigns."""
        return cls.objects.seen_by(user)

    @classmethod
    def changed_by(cls, user: User) -> CampaignCategoryQuerySet:
        """Those that `user` names and empties: their own."""
        return cls.objects.owned_by(user)

    @classmethod
    def named(cls, owner: User, name: str) -> "Category":
        """`owner`'s category of that name, whatever its case; a new one if there is none."""
        found = cls.changed_by(owner).called(name).first()
        return found or cls.objects.get_or_create(owner=owner, name=name)[0]

    def discard(self) -> None:
        """Delete it if no campaign is in it (deleted ones are in nobody's way); raises NotEmpty
        otherwise."""
        if self.campaigns.present().exists():  # type: ignore[attr-defined]
            raise NotEmpty
        self.delete()
