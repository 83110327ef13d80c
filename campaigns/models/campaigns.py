from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models.functions import Lower, Now
from django.db.models.lookups import Contains
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Shared, User
from accounts.models.categories import CategorisedQuerySet
from accounts.models.users import validate_time_zone
from prospects.words import Folded, folded

from .categories import Category
from .keeping import Keeping
from .vocabulary import Because

if TYPE_CHECKING:
    from django.db.models.fields.related_descriptors import RelatedManager

    from ..ending import Ended
    from .enrollments import Enrollment
    from .steps import Step


class CampaignQuerySet(CategorisedQuerySet["Campaign"]):
    def present(self) -> Self:
        """Not deleted."""
        return self.filter(removed_at=None)

    def removed(self) -> Self:
        """Deleted, and kept for what was sent and done in them."""
        return self.exclude(removed_at=None)

    def by_name(self) -> Self:
        return self.order_by(Lower("name"), "pk")

    def sortable(self) -> Self:
        """Each with `sort_name`, to page a list by."""
        return self.annotate(sort_name=Lower("name"))

    def called(self, name: str) -> Self:
        """Of that name, whatever its case."""
        return self.alias(called=Lower("name")).filter(called=Lower(models.Value(name)))

    def matching(self, words: str) -> Self:
        """Those whose name holds every word of `words`."""
        found = self
        for word in words.split()[:8]:
            found = found.filter(Contains(Folded("name"), folded(word)))
        return found

    def running(self) -> Self:
        """With people on their way, and not paused."""
        return self.filter(models.Exists(self._open()), paused_at=None)

    def paused(self) -> Self:
        return self.exclude(paused_at=None)

    def drafts(self) -> Self:
        """Nobody was ever added."""
        return self.filter(~models.Exists(self._added()), paused_at=None)

    def finished(self) -> Self:
        """Nobody is on their way any more."""
        over = models.Exists(self._added()), ~models.Exists(self._open())
        return self.filter(*over, paused_at=None)

    def for_list(self) -> Self:
        """With what a row shows of the campaign itself."""
        return self.select_related("owner", "category").prefetch_related("teams")

    def _added(self) -> "models.QuerySet[Enrollment]":
        from .enrollments import Enrollment

        return Enrollment.objects.filter(campaign=models.OuterRef("pk"))

    def _open(self) -> "models.QuerySet[Enrollment]":
        return self._added().filter(ended_at=None)


class Campaign(Keeping, Shared):
    """A cadence: steps by day and order, and the people who go through them.

    Private until it is shared with teams; colleagues add people of their own and send as
    themselves, but do not change it. Its days and times are those of the clocks in `zone`.
    """

    owner = models.ForeignKey(
        User, models.PROTECT, related_name="campaigns", verbose_name=_("owner")
    )
    category = models.ForeignKey(
        Category,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="campaigns",
        verbose_name=_("category"),
    )
    name = models.CharField(_("name"), max_length=150)
    zone = models.CharField(
        _("time zone"), max_length=64, default="UTC", validators=[validate_time_zone]
    )
    skip_weekends = models.BooleanField(
        _("skip weekends"),
        default=True,
        help_text=_("Days are working days; what falls on a weekend waits for Monday."),
    )
    ends_on_reply = models.BooleanField(_("a reply ends it for that person"), default=True)
    reply_is_success = models.BooleanField(_("a reply is a success"), default=False)
    ends_on_bounce = models.BooleanField(_("a bounce ends it for that person"), default=True)
    ends_on_unsubscribe = models.BooleanField(
        _("unsubscribing ends it for that person"), default=True
    )
    paused_at = models.DateTimeField(_("paused"), null=True, editable=False)
    created_at = models.DateTimeField(_("created"), db_default=Now(), editable=False)
    updated_at = models.DateTimeField(_("last updated"), db_default=Now(), editable=False)
    removed_at = models.DateTimeField(_("deleted"), null=True, editable=False)

    objects = CampaignQuerySet.as_manager()

    if TYPE_CHECKING:
        steps: RelatedManager[Step]
        enrollments: RelatedManager[Enrollment]

    class Meta:
        verbose_name = _("campaign")
        verbose_name_plural = _("campaigns")
        constraints = [
            models.UniqueConstraint(
                "owner",
                Lower("name"),
                condition=models.Q(removed_at=None),
                name="campaign_name_once_per_owner",
            )
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("campaigns:campaign", args=[self.pk])

    @classmethod
    def seen_by(cls, user: User) -> CampaignQuerySet:
        """The campaigns that `user` may use: their own and their teams'; an admin's are all."""
        everything = cls.objects.present()
        return everything if user.is_admin else everything.visible_to(user)

    @classmethod
    def used_by(cls, user: User) -> CampaignQuerySet:
        """Those that `user` works with: their own and their teams', whatever else they may see."""
        return cls.objects.present().visible_to(user)

    @classmethod
    def opened_by(cls, user: User) -> CampaignQuerySet:
        """Those that `user` may look at: what they may use, and their own that were deleted."""
        visible = cls.objects.all() if user.is_admin else cls.objects.visible_to(user)
        return visible.filter(models.Q(removed_at=None) | models.Q(owner=user))

    @classmethod
    def changed_by(cls, user: User) -> CampaignQuerySet:
        """Those that `user` may change: their own, an admin's are all."""
        everything = cls.objects.present()
        return everything if user.is_admin else everything.owned_by(user)

    @classmethod
    def deleted_by(cls, user: User) -> CampaignQuerySet:
        """The user's own that were deleted, and can be restored."""
        return cls.objects.owned_by(user).removed()

    def is_editable_by(self, user: User) -> bool:
        """Whether `user` may change it."""
        return user.is_admin or self.owner_id == user.pk

    # What people do with it as a whole.

    def pause(self, *, by: User | None) -> None:
        """Hold everybody in it: nothing is sent or made for them until it is resumed."""
        from ..pausing import pause_campaign

        pause_campaign(self, by=by)

    def resume(self, *, by: User | None) -> None:
        """Let it go on: what should have gone meanwhile is planned anew from now."""
        from ..pausing import resume_campaign

        resume_campaign(self, by=by)

    def stop(self, *, by: User | None) -> "Ended":
        """End it for everybody in it."""
        from ..ending import end_all
        from .enrollments import Enrollment

        return end_all(Enrollment.objects.of(self), Because.STOPPED, by=by)
