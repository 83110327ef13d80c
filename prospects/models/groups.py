from datetime import timedelta
from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.conf import settings
from django.db import models, transaction
from django.db.models.functions import Lower
from django.db.models.lookups import Contains
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext_lazy as _

from accounts.changes import EVERYBODY, announce
from accounts.models import Shared, SharedQuerySet, Undo, UndoRefused

from ..words import Folded, folded
from .people import Person
from .telling import tell_owners

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from accounts.models import User

    from .people import PersonQuerySet


DISBAND = "prospects.disband"


class GroupFull(ValueError):
    """More people than a group holds; `sentence` says so, and nobody was put in."""

    def __init__(self, group: "Group", size: int) -> None:
        super().__init__(f"group {group.pk}: {size}")
        self.sentence = _(
            "The group “%(group)s” would have %(size)s people; at most %(most)s fit into one. Nobody"
            " was added."
        ) % {
            "group": group.name,
            "size": number_format(size, force_grouping=True),
            "most": number_format(settings.LIMITS["GROUP_PEOPLE"], force_grouping=True),
        }


class GroupQuerySet(SharedQuerySet["Group"]):
    def present(self) -> Self:
        """Not deleted."""
        return self.filter(removed_at=None)

    def visible_to(self, user: "User") -> Self:
        """The user's own, and those that colleagues share with a team of theirs."""
        return super().visible_to(user).present()

    def shared_with(self, user: "User") -> Self:
        return super().shared_with(user).present()

    def owned_by(self, user: "User") -> Self:
        return super().owned_by(user).present()

    def editable_by(self, user: "User") -> Self:
        """Of those that the user sees: their own; an admin's are all of them."""
        return self if user.is_admin else self.filter(owner=user)

    def with_sizes(self, user: "User | None" = None) -> Self:
        """Each with its `size`: how many people are in it, of those that `user` may see."""
        counted = models.Q(memberships__person__removed_at=None)
        if user and not Person.all_are_seen_by(user):
            counted = models.Q(memberships__person__in=Person.seen_by(user))
        return self.annotate(size=models.Count("memberships", filter=counted))

    def with_owners(self) -> Self:
        return self.select_related("owner")

    def by_name(self) -> Self:
        return self.order_by(Lower("name"), "pk")

    def called(self, name: str) -> Self:
        """Of that name, whatever its case."""
        return self.annotate(lower_name=Lower("name")).filter(lower_name=Lower(models.Value(name)))

    def matching(self, words: str) -> Self:
        """Those whose name holds every word of `words`."""
        found = self
        for word in words.replace("\0", "").split()[:8]:
            found = found.filter(Contains(Folded("name"), folded(word.strip(",;"))))
        return found

    def long_removed(self) -> Self:
        """Deleted for so long that nobody brings them back."""
        return self.filter(removed_at__lt=timezone.now() - Group.KEPT_IN_TRASH)


class Group(Shared):
    """A hand-made list of people: its owner's, seen and mailed by teams that it is shared with."""

    KEPT_IN_TRASH: ClassVar = timedelta(days=30)

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="groups", verbose_name=_("owner")
    )
    name = models.CharField(_("name"), max_length=100)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    removed_at = models.DateTimeField(_("deleted"), null=True, blank=True, editable=False)
    people = models.ManyToManyField(
        Person, through="GroupMember", related_name="groups", verbose_name=_("people")
    )

    objects = GroupQuerySet.as_manager()

    class Meta:
        verbose_name = _("group")
        verbose_name_plural = _("groups")
        constraints = [
            # What was deleted is in nobody's way.
            models.UniqueConstraint(
                "owner",
                Lower("name"),
                condition=models.Q(removed_at=None),
                name="group_name_once_per_owner",
            )
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return f"{reverse('people:home')}?group={self.pk}"

    @classmethod
    def seen_by(cls, user: "User") -> GroupQuerySet:
        """The groups that `user` may see, and write to."""
        return cls.objects.visible_to(user)

    @classmethod
    def changed_by(cls, user: "User") -> GroupQuerySet:
        """The groups that `user` may change: put people in, rename, share, delete."""
        return cls.objects.visible_to(user).editable_by(user)

    @classmethod
    def beside_list(cls, user: "User") -> "tuple[list[Group], list[Group]]":
        """The user's own groups and those of their teams, by name, with their sizes."""
        seen = list(cls.seen_by(user).with_sizes(user).with_owners().by_name())
        mine = [group for group in seen if group.owner_id == user.pk]
        return mine, [group for group in seen if group.owner_id != user.pk]

    @classmethod
    def named(cls, owner: "User", name: str) -> "Group":
        """`owner`'s group of that name, whatever its case; a new one if there is none."""
        found = cls.objects.owned_by(owner).called(name).first()
        return found or cls.objects.get_or_create(owner=owner, name=name, removed_at=None)[0]

    def is_editable_by(self, user: "User") -> bool:
        return user.is_admin or self.owner_id == user.pk

    def add(self, people: "Iterable[Person]") -> int:
        """Put `people` in; who is in already stays. Returns how many came new.

        Raises GroupFull, with nobody put in, where they are too many.
        """
        return len(self.add_ids(person.pk for person in people))

    def has_room_for(self, people: "PersonQuerySet") -> None:
        """Raise GroupFull if `people` do not fit; a group that is not stored yet is empty."""
        inside = self.memberships.count() if self.pk else 0
        new = people.exclude(memberships__group=self) if self.pk else people
        if (size := inside + new.count()) > settings.LIMITS["GROUP_PEOPLE"]:
            raise GroupFull(self, size)

    @transaction.atomic
    def add_ids(self, ids: "Iterable[int]") -> list[int]:
        """As `add`, with the ids of people; returns the ids of those who came new."""
        # Of two that fill it up at once one waits here, and then counts both.
        Group.objects.select_for_update().get(pk=self.pk)
        inside = set(self.memberships.values_list("person_id", flat=True))
        new = [pk for pk in dict.fromkeys(ids) if pk not in inside]
        if new and len(inside) + len(new) > settings.LIMITS["GROUP_PEOPLE"]:
            raise GroupFull(self, len(inside) + len(new))
        GroupMember.objects.bulk_create(
            [GroupMember(group=self, person_id=pk) for pk in new],
            ignore_conflicts=True,
            batch_size=1000,
        )
        tell_owners(new, self.owner_id)
        return new

    def drop_ids(self, ids: "Iterable[int]") -> list[int]:
        """Take people out; returns the ids of those who were in."""
        leaving = self.memberships.filter(person__in=list(ids))
        gone = list(leaving.values_list("person_id", flat=True))
        leaving.delete()
        tell_owners(gone, self.owner_id)
        return gone

    def disband(self, by: "User") -> Undo:
        """Delete the group, its people stay; what is returned takes that back."""
        self.removed_at = timezone.now()
        self.save(update_fields=["removed_at"])
        announce(EVERYBODY, self.owner_id)
        return Undo.objects.create(user=by, action=DISBAND, before={"group": self.pk})


@Undo.reverts(DISBAND)
def found_again(user: "User", before: "Mapping[str, Any]") -> str:
    """The group as it was: its people, and the teams that it is shared with."""
    group = Group.objects.exclude(removed_at=None).filter(pk=before["group"]).first()
    if group is None:
        raise UndoRefused(_("The group has been brought back already."))
    if Group.objects.owned_by(group.owner).called(group.name).exists():
        raise UndoRefused(_("There is a new group of this name. Rename that one first."))
    group.removed_at = None
    group.save(update_fields=["removed_at"])
    announce(EVERYBODY, group.owner_id)
    return _("The group “%(name)s” is back.") % {"name": group.name}


class GroupMember(models.Model):
    """One person's place in one group."""

    group = models.ForeignKey(Group, models.CASCADE, related_name="memberships")
    person = models.ForeignKey(Person, models.CASCADE, related_name="memberships")
    added_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("group member")
        verbose_name_plural = _("group members")
        constraints = [models.UniqueConstraint(fields=["group", "person"], name="in_group_once")]

    def __str__(self) -> str:
        return f"{self.person} · {self.group}"
