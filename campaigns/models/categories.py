from typing import TYPE_CHECKING, ClassVar

from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from accounts.models import User, categories

if TYPE_CHECKING:
    from django.db.models.fields.related_descriptors import RelatedManager

    from .campaigns import Campaign


class Category(categories.Category):
    """Where a user keeps campaigns of theirs."""

    THINGS: ClassVar = "campaigns"
    EMPTY_FIRST: ClassVar = _(
        "Only an empty category can be deleted: move or delete its campaigns first."
    )
    NOT_EMPTY: ClassVar = _("“%(name)s” still holds campaigns. Move or delete them first.")

    owner = models.ForeignKey(User, models.CASCADE, related_name="campaign_categories")

    objects = categories.CategoryQuerySet.as_manager()

    if TYPE_CHECKING:
        campaigns: RelatedManager[Campaign]

    class Meta:
        verbose_name = _("campaign category")
        verbose_name_plural = _("campaign categories")
        ordering = [Lower("name"), "pk"]
        constraints = [
            models.UniqueConstraint("owner", Lower("name"), name="campaign_category_once")
        ]
