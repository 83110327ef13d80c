from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models
from django.db.models import Case, Q, Value, When
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.db.models.fields.related_descriptors import RelatedManager

    from accounts.models import User

    from .templates import Template


class NotEmpty(Exception):
    """The category still holds templates."""


class CategoryQuerySet(models.QuerySet["Category"]):
    def seen_by(self, user: "User") -> Self:
        """Those under which `user` finds templates, each name once: where a colleague's has the
        name of one of the user's, the user's own."""
        from .templates import Template

        seen = self.filter(
            Q(owner=user)
            | Q(pk__in=Template.seen_by(user).exclude(category=None).values("category"))
        )
        mine_first = Case(When(owner=user, then=Value(0)), default=Value(1))
        return (
            seen.annotate(shelf=Lower("name"), whose=mine_first)
            .order_by("shelf", "whose", "pk")
            .distinct("shelf")
        )

    def by_name(self) -> Self:
        return self.order_by(Lower("name"), "pk")

    def called(self, name: str) -> Self:
        """Of that name, whatever its case."""
        return self.annotate(shelf=Lower("name")).filter(shelf=Lower(Value(name)))


class Category(models.Model):
    """Where a user keeps templates of theirs. Each user has their own.

    A colleague finds a shared template under the name of its category, beside what they keep under
    a category of the same name themselves.
    """

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="categories", verbose_name=_("owner")
    )
    name = models.CharField(_("name"), max_length=100)

    objects = CategoryQuerySet.as_manager()

    if TYPE_CHECKING:
        templates: RelatedManager[Template]

    class Meta:
        verbose_name = _("category")
        verbose_name_plural = _("categories")
        constraints = [
            models.UniqueConstraint("owner", Lower("name"), name="category_name_once_per_owner")
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return f"{reverse('templates:home')}?category={self.pk}"

    @classmethod
    def seen_by(cls, user: "User") -> CategoryQuerySet:
        """The categories under which `user` finds templates."""
        return cls.objects.seen_by(user)

    @classmethod
    def named(cls, owner: "User", name: str) -> "Category":
        """`owner`'s category of that name, whatever its case; a new one if there is none."""
        found = cls.objects.filter(owner=owner).called(name).first()
        return found or cls.objects.get_or_create(owner=owner, name=name)[0]

    @property
    def is_empty(self) -> bool:
        """Whether no template is in it; those that were deleted are in nobody's way."""
        return not self.templates.present().exists()  # type: ignore[attr-defined]

    def discard(self) -> None:
        """Delete it if it is empty; raises NotEmpty otherwise."""
        if not self.is_empty:
            raise NotEmpty
        self.delete()
