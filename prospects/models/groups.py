from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.db import models, transaction
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Undo, UndoRefused

from .people import Person

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from accounts.models import User


DISBAND = "prospects.disband"


class GroupQuerySet(models.QuerySet["Group"]):
    def visible_to(self, user: "User") -> Self:
        return self.filter(owner=user)

    def with_sizes(self) -> Self:
        """Each with its `size`: how many people are in it."""
        present = models.Q(memberships__person__removed_at=None)
        return self.annotate(size=models.Count("memberships", filter=present))

    def by_name(self) -> Self:
        return self.order_by(Lower("name"), "pk")

    def called(self, name: str) -> Self:
        """Of that name, whatever its case."""
        return self.annotate(lower_name=Lower("name")).filter(lower_name=Lower(models.Value(name)))

    def matching(self, words: str) -> Self:
        """Those whose name holds every word of `words`."""
        found = self
        for word in words.replace("\0", "").split()[:8]:
            found = found.filter(name__icontains=word.strip(",;"))
        return found


class Group(models.Model):
    """A hand-made list of people."""

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="groups", verbose_name=_("owner")
    )
    name = models.CharField(_("name"), max_length=100)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    people = models.ManyToManyField(
        Person, through="GroupMember", related_name="groups", verbose_name=_("people")
    )

    objects = GroupQuerySet.as_manager()

    class Meta:
        verbose_name = _("group")
        verbose_name_plural = _("groups")
        constraints = [
            models.UniqueConstraint("owner", Lower("name"), name="group_name_once_per_owner")
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return f"{reverse('people:home')}?group={self.pk}"

    @classmethod
    def seen_by(cls, user: "User") -> GroupQuerySet:
        """The groups that `user` may see."""
        return cls.objects.visible_to(user)

    @classmethod
    def named(cls, owner: "User", name: str) -> "Group":
        """`owner`'s group of that name, whatever its case; a new one if there is none."""
        found = cls.objects.filter(owner=owner).called(name).first()
        return found or cls.objects.get_or_create(owner=owner, name=name)[0]

    def add(self, people: "Iterable[Person]") -> int:
        """Put `people` in; who is in already stays. Returns how many came new."""
        return self.add_ids(person.pk for person in people)

    def add_ids(self, ids: "Iterable[int]") -> int:
        """As `add`, with the ids of people."""
        before = self.memberships.count()
        GroupMember.objects.bulk_create(
            [GroupMember(group=self, person_id=person_id) for person_id in ids],
            ignore_conflicts=True,
            batch_size=1000,
        )
        return self.memberships.count() - before

    @transaction.atomic
    def disband(self, by: "User") -> Undo:
        """Delete the group, its people stay; what is returned takes that back."""
        before = {
            "name": self.name,
            "people": list(self.memberships.values_list("person_id", flat=True)),
            "page": reverse("people:home"),
        }
        self.delete()
        return Undo.objects.create(user=by, action=DISBAND, before=before)


@Undo.reverts(DISBAND)
def found_again(user: "User", before: "Mapping[str, Any]") -> str:
    """The group once more, with those of its people who are still there."""
    if Group.objects.filter(owner=user).called(before["name"]).exists():
        raise UndoRefused(_("You have a new group of this name. Rename that one first."))
    group = Group.objects.create(owner=user, name=before["name"])
    group.add_ids(Person.objects.filter(pk__in=before["people"]).values_list("pk", flat=True))
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
