from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models.functions import Lower, Now
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Shared, SharedQuerySet, User
from accounts.models.users import validate_time_zone

from .vocabulary import Because

if TYPE_CHECKING:
    from django.db.models.fields.related_descriptors import RelatedManager

    from ..ending import Ended
    from .enrollments import Enrollment
    from .steps import Step


class Category(models.Model):
    """Under which a user keeps campaigns; a shared one stands with colleagues under its name."""

    owner = models.ForeignKey(User, models.CASCADE, related_name="campaign_categories")
    name = models.CharField(_("name"), max_length=100)

    class Meta:
        verbose_name = _("campaign category")
        verbose_name_plural = _("campaign categories")
        ordering = [Lower("name"), "pk"]
        constraints = [
            models.UniqueConstraint("owner", Lower("name"), name="campaign_category_once")
        ]

    def __str__(self) -> str:
        return self.name


class CampaignQuerySet(SharedQuerySet["Campaign"]):
    def present(self) -> Self:
        """Not deleted."""
        return self.filter(removed_at=None)

    def by_name(self) -> Self:
        return self.order_by(Lower("name"), "pk")


class Campaign(Shared):
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
