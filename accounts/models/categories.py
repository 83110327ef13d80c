"""Under which users keep what they have many of and share: templates, campaigns."""

from typing import TYPE_CHECKING, Any, ClassVar, Self, cast

from django.db import models
from django.db.models import Case, Count, Q, Value, When
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from .sharing import SharedQuerySet

if TYPE_CHECKING:
    from .users import User


class NotEmpty(Exception):
    """The category still holds something."""


class CategorisedQuerySet[Row: models.Model](SharedQuerySet[Row]):
    """The phrases of a queryset whose model is Shared and has a `category`."""

    def in_category(self, category: "Category") -> Self:
        """Those in a category of this name, whoever's it is."""
        return self.filter(category__name__iexact=category.name)

    def sizes(self) -> dict[str, int]:
        """How many stand in each category, by its name in lower case."""
        named = self.order_by().exclude(category=None).values_list("category__name")
        sizes: dict[str, int] = {}
        for name, count in named.annotate(Count("pk")):
            sizes[name.lower()] = sizes.get(name.lower(), 0) + count
        return sizes


class CategoryQuerySet[Row: models.Model](models.QuerySet[Row]):
    """The phrases of a queryset whose model is a Category."""

    def seen_by(self, user: "User", holding: "models.QuerySet[Any]") -> Self:
        """Those that hold one of `holding`, and all of the user's, each name once: where a
        colleague's has the name of one of the user's, the user's own."""
        filled = holding.exclude(category=None).values("category")
        mine_first = Case(When(owner=user, then=Value(0)), default=Value(1))
        return (
            self.filter(Q(owner=user) | Q(pk__in=filled))
            .annotate(shelf=Lower("name"), whose=mine_first)
            .order_by("shelf", "whose", "pk")
            .distinct("shelf")
        )

    def owned_by(self, user: "User") -> Self:
        return self.filter(owner=user)

    def by_name(self) -> Self:
        return self.order_by(Lower("name"), "pk")

    def called(self, name: str) -> Self:
        """Of that name, whatever its case."""
        return self.annotate(shelf=Lower("name")).filter(shelf=Lower(Value(name)))


class Category(models.Model):
    """Where a user keeps things of theirs; each user has their own, with an `owner`.

    A colleague finds a shared thing under the name of its category, beside what they keep under a
    category of the same name themselves.
    """

    # What it holds: the related name of those, and the namespace of their pages.
    THINGS: ClassVar[str]
    EMPTY_FIRST: ClassVar[str | Promise]  # beside the button that deletes it
    NOT_EMPTY: ClassVar[str | Promise]  # why %(name)s was not deleted

    if TYPE_CHECKING:
        owner: Any
        owner_id: int

    name = models.CharField(_("name"), max_length=100)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return f"{reverse(f'{self.THINGS}:home')}?category={self.pk}"

    @classmethod
    def things_seen_by(cls, user: "User") -> CategorisedQuerySet[Any]:
        """What such categories hold, as far as `user` may use it."""
        things = cast(Any, cls._meta.get_field(cls.THINGS).related_model)
        return cast(CategorisedQuerySet[Any], things.seen_by(user))

    @classmethod
    def seen_by(cls, user: "User") -> CategoryQuerySet[Self]:
        """The categories under which `user` finds something."""
        return cls._all().seen_by(user, cls.things_seen_by(user))

    @classmethod
    def changed_by(cls, user: "User") -> CategoryQuerySet[Self]:
        """Those that `user` names and empties: their own."""
        return cls._all().owned_by(user)

    @classmethod
    def named(cls, owner: "User", name: str) -> Self:
        """`owner`'s category of that name, whatever its case; a new one if there is none."""
        found = cls.changed_by(owner).called(name).first()
        return found or cls._all().get_or_create(owner=owner, name=name)[0]

    @classmethod
    def _all(cls) -> CategoryQuerySet[Self]:
        return cast(CategoryQuerySet[Self], cls._default_manager.all())

    @property
    def is_empty(self) -> bool:
        """Whether nothing is in it; what was deleted is in nobody's way."""
        return not getattr(self, self.THINGS).present().exists()

    def discard(self) -> None:
        """Delete it if it is empty; raises NotEmpty otherwise."""
        if not self.is_empty:
            raise NotEmpty
        self.delete()
