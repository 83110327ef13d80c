from typing import TYPE_CHECKING, ClassVar

from django.conf import settings
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from accounts.models import categories

if TYPE_CHECKING:
    from django.db.models.fields.related_descriptors import RelatedManager

    from .templates import Template


class Category(categories.Category):
    """Where a user keeps templates of theirs."""

    THINGS: ClassVar = "templates"
    EMPTY_FIRST: ClassVar = _(
        "Only an empty category can be deleted: move or delete its templates first."
    )
    NOT_EMPTY: ClassVar = _("“%(name)s” still holds templates. Move or delete them first.")

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="categories", verbose_name=_("owner")
    )

    objects = categories.CategoryQuerySet.as_manager()

    if TYPE_CHECKING:
        templates: RelatedManager[Template]

    class Meta:
        verbose_name = _("category")
        verbose_name_plural = _("categories")
        constraints = [
            models.UniqueConstraint("owner", Lower("name"), name="category_name_once_per_owner")
        ]
