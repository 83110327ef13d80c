import uuid
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.conf import settings
from django.db import models, transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Shared, Undo, UndoRefused
from accounts.models.categories import CategorisedQuerySet
from prospects.models import sort_key
from prospects.words import folded

from .categories import Category
from .favourites import Favourite
from .uses import Uses, last_use, reply_rate, success_rate

if TYPE_CHECKING:
    from django.db.models.fields.related_descriptors import RelatedManager

    from accounts.models import User

    from .versions import TemplateVersion

REMOVE = "emails.template"


class Overtaken(Exception):
    """The template was changed since it was read; `template` is how it stands now."""

    def __init__(self, template: "Template") -> None:
        super().__init__(f"template {template.pk} is at version {template.version}")
        self.template = template


class TooMany(Exception):
    """The user has as many templates, or categories, as they may have; says so in a sentence."""


class TemplateQuerySet(CategorisedQuerySet["Template"]):
    def present(self) -> Self:
        """Not deleted."""
        return self.filter(removed_at=None)

    def removed(self) -> Self:
        """Deleted, and kept for those emails that were made with them."""
        return self.exclude(removed_at=None)

    def matching(self, words: str) -> Self:
        """Those whose name, subject or text holds every word of `words`."""
        found = self
        for word in words.split()[:8]:
            found = found.filter(search_text__contains=folded(word))
        return found

    def favourites_of(self, user: "User") -> Self:
        return self.filter(favourites__user=user)

    def starred_for(self, user: "User") -> Self:
        """Each with `is_favourite`: whether it is one of the user's."""
        stars = Favourite.objects.filter(user=user, template=models.OuterRef("pk"))
        return self.annotate(is_favourite=models.Exists(stars))

    def with_last_use(self) -> Self:
        """Each with `used_at`, the epoch where nothing has been sent with it."""
        return self.annotate(used_at=last_use())

    def with_reply_rate(self) -> Self:
        """Each with `reply_rate`: how many of a thousand emails made with it were replied to."""
        return self.annotate(reply_rate=reply_rate())

    def with_success_rate(self) -> Self:
        """Each with `success_rate`, likewise."""
        return self.annotate(success_rate=success_rate())

    def favourites_first(self, then: str = "sort_name") -> Self:
        return self.order_by("-is_favourite", then, "sort_name", "pk")

    def by_name(self) -> Self:
        return self.order_by("sort_name", "pk")

    def for_page(self, user: "User") -> Self:
        """With what the page of one shows to `user`."""
        return self.select_related("owner", "category").starred_for(user)

    def of_version(self, version: "TemplateVersion") -> Self:
        return self.filter(pk=version.template_id)

    def for_list(self) -> Self:
        """With what a row shows, without the text."""
        related = self.select_related("owner", "category").prefetch_related("teams")
        return related.defer("html", "search_text")


class Template(Shared):
    """A text to write emails with: private until it is shared, used by all who may see it.

    Every change makes a TemplateVersion: an email that was made with the template keeps the one
    that was used. A deleted template is kept for them, and can be restored.
    """

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="templates",
        verbose_name=gettext_lazy("owner"),
    )
    category = models.ForeignKey(
        Category,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="templates",
        verbose_name=gettext_lazy("category"),
    )
    name = models.CharField(gettext_lazy("name"), max_length=150)
    subject = models.CharField(gettext_lazy("subject"), max_length=500, blank=True)
    html = models.TextField(gettext_lazy("text"), blank=True)  # sanitised, as an email's
    # Raised by every change, so that nobody overwrites what they have not seen.
    version = models.PositiveIntegerField(gettext_lazy("version"), default=1)
    # One new-template page makes one template, however often it is posted.
    key = models.UUIDField(default=uuid.uuid4, editable=False)
    created_at = models.DateTimeField(gettext_lazy("created"), db_default=Now(), editable=False)
    updated_at = models.DateTimeField(
        gettext_lazy("last updated"), db_default=Now(), editable=False
    )
    removed_at = models.DateTimeField(gettext_lazy("deleted"), null=True, editable=False)
    sort_name = models.CharField(max_length=200, editable=False)
    search_text = models.TextField(editable=False)

    objects = TemplateQuerySet.as_manager()

    if TYPE_CHECKING:
        versions: RelatedManager[TemplateVersion]
        favourites: RelatedManager[Favourite]
        is_favourite: bool
        uses: Uses

    class Meta:
        verbose_name = gettext_lazy("template")
        verbose_name_plural = gettext_lazy("templates")
        constraints = [
            models.UniqueConstraint(fields=["owner", "key"], name="one_template_a_page"),
        ]
        indexes = [models.Index(fields=["owner", "sort_name"], name="templates_of_owner")]

    TEXT: ClassVar = ("name", "subject", "html")

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("templates:template", args=[self.pk])

    @classmethod
    def seen_by(cls, user: "User") -> TemplateQuerySet:
        """The templates that `user` may use: their own and their teams', without deleted ones."""
        return cls.objects.visible_to(user).present()

    @classmethod
    def opened_by(cls, user: "User") -> TemplateQuerySet:
        """Those that `user` may look at: what they may use, and their own that were deleted."""
        visible = cls.objects.visible_to(user)
        return visible.filter(Q(removed_at=None) | Q(owner=user))

    @classmethod
    def ensure_room(cls, owner: "User") -> None:
        """Raise TooMany if `owner` has as many templates as one may have."""
        limit = settings.LIMITS["TEMPLATES"]
        if cls.objects.owned_by(owner).present().count() >= limit:
            raise TooMany(
                _("You have %(limit)s templates, and more are not allowed. Delete some first.")
                % {"limit": limit}
            )

    # What its owner does with it -------------------------------------------------------------

    @classmethod
    @transaction.atomic
    def write(cls, owner: "User", *, key: uuid.UUID | None = None, **told: Any) -> "Template":
        """A new template of `owner`'s; the same one for the same `key`.

        `told` is name, category, subject and html, sanitised. Raises TooMany.
        """
        if key and (known := cls.objects.filter(owner=owner, key=key).first()):
            return known
        cls.ensure_room(owner)
        template = cls(owner=owner, key=key or uuid.uuid4(), **told)
        template.prepare()
        template.save(force_insert=True)
        template._keep_version(by=owner)
        return template

    @transaction.atomic
    def rewrite(self, *, version: int, by: "User", **told: Any) -> bool:
        """Let it say something else, if it still stands at `version`; whether anything changed.

        Raises Overtaken, with nothing changed, if somebody was faster and wrote something else.
        """
        now = Template.objects.select_for_update().get(pk=self.pk)
        if all(getattr(now, name) == value for name, value in told.items()):
            return False
        if now.version != version or now.removed_at:
            raise Overtaken(now)
        for name, value in told.items():
            setattr(self, name, value)
        self.prepare()
        self.version = version + 1
        changes = {name: getattr(self, name) for name in (*told, "sort_name", "search_text")}
        Template.objects.filter(pk=self.pk).update(
            **changes, version=self.version, updated_at=Now()
        )
        self._keep_version(by=by)
        return True

    @transaction.atomic
    def remove(self, *, by: "User") -> Undo:
        """Delete it: nobody finds it any more, while its emails keep the version that they used."""
        Template.objects.filter(pk=self.pk).present().update(removed_at=Now())
        before = {"template": self.pk, "page": reverse("templates:home")}
        return Undo.objects.create(user=by, action=REMOVE, before=before)

    def restore(self) -> None:
        """Have it back as it was, shared as it was. Raises TooMany."""
        self.ensure_room(self.owner)
        Template.objects.filter(pk=self.pk).update(removed_at=None)
        self.removed_at = None

    # What everybody does who may see it ------------------------------------------------------

    def duplicate(self, *, by: "User") -> "Template":
        """A private copy for `by`, in a category of the same name if they have one."""
        category = by.categories.called(self.category.name).first() if self.category else None
        name = _("Copy of %(name)s") % {"name": self.name}
        told: dict[str, Any] = {"name": name[:150], "subject": self.subject, "html": self.html}
        return Template.write(by, category=category, **told)

    def star(self, user: "User") -> None:
        """Make it one of the user's favourites."""
        self.favourites.get_or_create(user=user)

    def unstar(self, user: "User") -> None:
        self.favourites.filter(user=user).delete()

    @property
    def latest(self) -> "TemplateVersion":
        """The version whose text it has now."""
        return self.versions.get(number=self.version)

    @property
    def history(self) -> "list[TemplateVersion]":
        """Its versions, the latest first, each with what came of it, without their text."""
        counted = Uses.by_version(self)
        versions = list(
            self.versions.order_by("-number").select_related("written_by").defer("html")
        )
        for version in versions:
            version.uses = counted.get(version.pk, Uses())
        return versions

    # How it is done --------------------------------------------------------------------------

    def prepare(self) -> None:
        """Bring the columns that lists sort and search by up to date, unsaved."""
        from ..sending.html import line_of

        self.sort_name = sort_key(self.name)
        self.search_text = folded(f"{self.name}\n{self.subject}\n{line_of(self.html)}")

    def _keep_version(self, *, by: "User") -> None:
        text = {name: getattr(self, name) for name in self.TEXT}
        self.versions.create(number=self.version, written_by=by, **text)


@Undo.reverts(REMOVE)
def found_again(user: "User", before: Mapping[str, Any]) -> str:
    """The deleted template once more."""
    template = user.templates.removed().filter(pk=before["template"]).first()
    if template is None:
        raise UndoRefused(_("The template is back already."))
    try:
        template.restore()
    except TooMany as full:
        raise UndoRefused(str(full)) from full
    return _("The template “%(name)s” is back.") % {"name": template.name}
