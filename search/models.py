"""Searches that are kept, and what each user has seen of them."""

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models, transaction
from django.db.models.functions import Coalesce, Lower
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Shared, SharedQuerySet, Undo, UndoRefused

from .alerts import Alert  # noqa: F401  (a table of this app)
from .pins import Pin
from .runs import Run, RunRow  # noqa: F401  (tables of this app)
from .tree import EVERYTHING, Node, from_json, to_json

if TYPE_CHECKING:
    from accounts.models import User
    from emails.models.querysets import EmailQuerySet
    from prospects.models.people import PersonQuerySet

    from .looking import Looking

REMOVE = "search.remove"


class SavedSearchQuerySet(SharedQuerySet["SavedSearch"]):
    def present(self) -> Self:
        """Not deleted."""
        return self.filter(removed_at=None)

    def visible_to(self, user: "User") -> Self:
        """The user's own, and those that colleagues share with a team of theirs."""
        return super().visible_to(user).present()

    def owned_by(self, user: "User") -> Self:
        return super().owned_by(user).present()

    def shared_with(self, user: "User") -> Self:
        return super().shared_with(user).present()

    def of_id(self, pk: int) -> Self:
        return self.filter(pk=pk)

    def called(self, name: str) -> Self:
        """Of that name, whatever its case."""
        return self.annotate(lower_name=Lower("name")).filter(lower_name=Lower(models.Value(name)))

    def matching(self, words: str) -> Self:
        """Those whose name holds every word of `words`."""
        found = self
        for word in words.replace("\0", "").split()[:8]:
            found = found.filter(name__icontains=word.strip(",;"))
        return found

    def pinned(self) -> Self:
        return self.filter(is_pinned=True)

    def in_side_bar(self) -> Self:
        """Of those that own_first() has read: what stands in the side bar of its user."""
        return self.filter(models.Q(in_side_bar=True))

    def of_people(self) -> Self:
        return self.filter(subject=SavedSearch.Subject.PEOPLE)

    def in_order(self) -> Self:
        return self.select_related("owner").order_by("position", "pk")

    def own_first(self, user: "User") -> Self:
        """The user's own in their order, then those of colleagues as the user has put them; each
        says whether it is `in_side_bar`."""
        whose = models.Case(models.When(owner=user, then=0), default=1)
        decided = Pin.objects.filter(saved=models.OuterRef("pk"), user=user)
        place = models.Subquery(decided.values("position"))
        shown = models.Subquery(decided.values("is_pinned"))
        several = self.select_related("owner").annotate(in_side_bar=Coalesce(shown, "is_pinned"))
        return several.order_by(whose, place.asc(nulls_last=True), "position", "pk")


class SavedSearch(Shared):
    """A search with a name: what it finds is found anew whenever somebody looks."""

    class Subject(models.TextChoices):
        PEOPLE = "people", _("people")
        EMAILS = "emails", _("emails")

    in_side_bar: bool  # of own_first()

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="saved_searches",
        verbose_name=_("owner"),
    )
    name = models.CharField(_("name"), max_length=100)
    subject = models.CharField(_("finds"), max_length=10, choices=Subject)
    conditions = models.JSONField(_("conditions"), default=dict)  # as search.tree.to_json has it
    position = models.IntegerField(_("place in the list"), default=0)
    is_pinned = models.BooleanField(_("in the side bar"), default=True)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)
    removed_at = models.DateTimeField(_("deleted"), null=True, blank=True, editable=False)

    objects = SavedSearchQuerySet.as_manager()

    class Meta:
        verbose_name = _("saved search")
        verbose_name_plural = _("saved searches")
        constraints = [
            # What was deleted is in nobody's way.
            models.UniqueConstraint(
                "owner",
                Lower("name"),
                condition=models.Q(removed_at=None),
                name="saved_search_name_once_per_owner",
            )
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return f"{reverse('search:home')}?saved={self.pk}"

    @classmethod
    def seen_by(cls, user: "User") -> SavedSearchQuerySet:
        """Those that `user` may open."""
        return cls.objects.visible_to(user)

    @classmethod
    def of(cls, user: "User") -> SavedSearchQuerySet:
        """The user's own, which they alone change."""
        return cls.objects.owned_by(user)

    @classmethod
    def shared_with(cls, user: "User") -> SavedSearchQuerySet:
        """Those of colleagues that `user` may open."""
        return cls.objects.shared_with(user)

    @classmethod
    def beside_pages(cls, user: "User") -> "list[SavedSearch]":
        """What the side bar shows `user`: their own that are pinned, then those of colleagues
        that are."""
        seen = cls.objects.visible_to(user).own_first(user).in_side_bar()
        return list(seen[: settings.LIMITS["PINNED_SEARCHES"]])

    @classmethod
    def beside_people(cls, user: "User") -> "list[SavedSearch]":
        """What stands among the groups: all of `user`'s own that find people, then colleagues'."""
        seen = cls.objects.visible_to(user).of_people().own_first(user)
        return list(seen[: settings.LIMITS["SAVED_SEARCHES"]])

    @classmethod
    def has_room_for(cls, user: "User") -> bool:
        """Whether `user` may keep one more."""
        return cls.objects.owned_by(user).count() < settings.LIMITS["SAVED_SEARCHES"]

    @property
    def tree(self) -> Node:
        """What is searched for; everything if it can no longer be read. Raises Unreadable."""
        return from_json(self.conditions) if self.conditions else EVERYTHING

    def found_for(
        self, user: "User", looking: "Looking | None" = None
    ) -> "EmailQuerySet | PersonQuerySet":
        """What it finds for `user`, of what they may see. Raises Unreadable, Refused."""
        from .evaluating import emails_matching, people_matching

        finding = people_matching if self.subject == self.Subject.PEOPLE else emails_matching
        return finding(self.tree, user, looking)

    def put(self, tree: Node, subject: str) -> None:
        """Let it be another search, unsaved; names in it become what they mean to the owner."""
        from .names import settled

        self.conditions, self.subject = to_json(settled(tree, self.owner)), subject

    def duplicate(self, owner: "User") -> "SavedSearch":
        """The same for `owner`, under a name of its own and shared with nobody."""
        copy = SavedSearch(
            owner=owner, name=self._free_name(owner), subject=self.subject,
            conditions=self.conditions, is_pinned=False,
        )  # fmt: skip
        copy.stand_last()
        copy.save()
        return copy

    def _free_name(self, owner: "User") -> str:
        mine = SavedSearch.objects.owned_by(owner)
        number = 1
        while True:
            more = f" ({number})" if number > 1 else ""
            name = str(_("Copy of %(name)s") % {"name": self.name})[: 100 - len(more)] + more
            if not mine.called(name).exists():
                return name
            number += 1

    def stand_last(self) -> None:
        """Come after all others of its owner, unsaved."""
        last = SavedSearch.objects.owned_by(self.owner).aggregate(last=models.Max("position"))
        self.position = (last["last"] or 0) + 1

    @transaction.atomic
    def move(self, by: int, user: "User") -> None:
        """Change places, for `user`, with the one before it (-1) or after it (1); at an end it
        stays."""
        if user != self.owner:
            Pin.move(self, user, by)
            return
        mine = list(
            SavedSearch.objects.owned_by(self.owner).in_order().select_for_update(of=("self",))
        )
        at = next((number for number, one in enumerate(mine) if one.pk == self.pk), 0)
        other = at + by
        if 0 <= other < len(mine):
            mine[at], mine[other] = mine[other], mine[at]
        for number, one in enumerate(mine, start=1):
            one.position = number
        SavedSearch.objects.bulk_update(mine, ["position"])

    def pin(self, user: "User") -> bool:
        """Show it in the side bar of `user`, or no longer; False if there is no room there."""
        yes = not SavedSearch.seen_by(user).own_first(user).get(pk=self.pk).in_side_bar
        if user != self.owner:
            return Pin.put(self, user, yes)
        if yes and not Pin.has_room_for(user):
            return False
        self.is_pinned = yes
        self.save(update_fields=["is_pinned"])
        return True

    def remove(self, by: "User") -> Undo:
        """Delete it; what is returned takes that back."""
        self.removed_at = timezone.now()
        self.save(update_fields=["removed_at"])
        return Undo.objects.create(user=by, action=REMOVE, before={"saved": self.pk})

    def looked_at_by(self, user: "User", ids: "Collection[int]") -> int:
        """`user` sees all that it finds now; returns how many of these `ids` are new to them."""
        before, kept = self.look_of(user), ids if len(ids) <= Look.MOST else ()
        if before is None or set(before.seen) != set(kept):
            told = {"at": timezone.now(), "seen": list(kept)}
            Look.objects.update_or_create(saved=self, user=user, defaults=told)
        return before.new_among(ids) if before else 0

    def look_of(self, user: "User") -> "Look | None":
        return self.looks.filter(user=user).first()


@Undo.reverts(REMOVE)
def bring_back(user: "User", before: "Mapping[str, Any]") -> str:
    """The search as it was, shared with those that it was shared with."""
    gone = SavedSearch.objects.exclude(removed_at=None).filter(owner=user, pk=before["saved"])
    saved = gone.first()
    if saved is None:
        raise UndoRefused(_("The saved search has been brought back already."))
    if SavedSearch.objects.owned_by(user).called(saved.name).exists():
        raise UndoRefused(_("There is a new saved search of this name. Rename that one first."))
    if not SavedSearch.has_room_for(user):
        raise UndoRefused(
            _("You have as many saved searches as possible. Delete another one first.")
        )
    saved.removed_at = None
    if SavedSearch.objects.owned_by(user).pinned().count() >= settings.LIMITS["PINNED_SEARCHES"]:
        saved.is_pinned = False
    saved.save(update_fields=["removed_at", "is_pinned"])
    return str(_("The saved search “%(name)s” is back.") % {"name": saved.name})


class Look(models.Model):
    """What somebody saw of a saved search when they looked last."""

    # Beyond so many it is not kept which they were.
    MOST: ClassVar = 5000

    saved = models.ForeignKey(SavedSearch, models.CASCADE, related_name="looks")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    seen = ArrayField(models.BigIntegerField(), default=list)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["saved", "user"], name="one_look_per_user")]

    def __str__(self) -> str:
        return f"{self.user} · {self.saved}"

    def new_among(self, ids: "Collection[int]") -> int:
        """How many of `ids`, of all that is found now, were not there; none where too many are."""
        return len(set(ids).difference(self.seen)) if len(ids) <= self.MOST else 0
