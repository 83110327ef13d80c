from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar, Self

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from tasks.models import Task

from .campaigns import Campaign
from .placing import Placing
from .vocabulary import Kind, Timing

if TYPE_CHECKING:
    from emails.models import Template

    from ..editing import Affected


class StepQuerySet(models.QuerySet["Step"]):
    def present(self) -> Self:
        """Not deleted."""
        return self.filter(removed_at=None)

    def of_ids(self, ids: Iterable[int]) -> Self:
        return self.filter(pk__in=ids)

    def emails(self) -> Self:
        return self.filter(kind=Kind.EMAIL)

    def for_page(self) -> Self:
        """With what the page of the steps shows of them."""
        return self.select_related("template_version__template").prefetch_related("files")

    def in_order(self) -> Self:
        """By day, and on one day in the order that was given to them."""
        return self.order_by("day", "position", "pk")


class Step(Placing):
    """One step of a campaign: an email, or something that the rep does.

    `day` is a position: day 3 comes two days after day 1. A deleted step is kept for those who
    have had it.
    """

    LAST_DAY: ClassVar = 365

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="steps", db_index=False)
    kind = models.CharField(_("type"), max_length=10, choices=Kind, default=Kind.EMAIL)
    day = models.PositiveSmallIntegerField(_("day"), default=1)
    position = models.PositiveSmallIntegerField(default=0)  # among those of its day
    name = models.CharField(_("name"), max_length=200, blank=True)

    # Of an email.
    timing = models.CharField(_("time"), max_length=10, choices=Timing, blank=True)
    clock = models.TimeField(_("at"), null=True, blank=True)  # fixed; of a task when it is due
    minutes = models.PositiveSmallIntegerField(_("minutes later"), default=0)  # on the same day
    subject = models.CharField(_("subject"), max_length=500, blank=True)
    html = models.TextField(_("text"), blank=True)  # sanitised, as an email's
    template_version = models.ForeignKey(
        "emails.TemplateVersion", models.PROTECT, null=True, related_name="+"
    )
    files = models.ManyToManyField("emails.StoredFile", related_name="+")
    # It answers the email before it in the same conversation, which is quoted below.
    follows = models.BooleanField(_("follow-up"), default=False)

    # Of a task: what a call is about, what an InMail says, a note.
    details = models.TextField(_("details"), blank=True, max_length=20_000)
    priority = models.PositiveSmallIntegerField(
        _("priority"), choices=Task.Priority, default=Task.Priority.NORMAL
    )

    # Raised by every change, so that nobody overwrites what they have not seen.
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    removed_at = models.DateTimeField(_("deleted"), null=True, editable=False)

    objects = StepQuerySet.as_manager()

    class Meta:
        verbose_name = _("step")
        verbose_name_plural = _("steps")
        indexes = [
            models.Index(fields=["campaign", "day", "position", "id"], name="steps_in_order")
        ]
        constraints = [
            models.CheckConstraint(
                name="step_within_a_year", condition=Q(day__gte=1, day__lte=365)
            ),
            models.CheckConstraint(
                name="only_an_email_has_a_timing",
                condition=Q(kind=Kind.EMAIL, timing__in=Timing.values)
                | (~Q(kind=Kind.EMAIL) & Q(timing="")),
            ),
            models.CheckConstraint(
                name="a_fixed_time_says_when",
                condition=~Q(timing=Timing.FIXED) | Q(clock__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.subject or self.get_kind_display()

    @classmethod
    def changed_by(cls, user: User) -> StepQuerySet:
        """The steps of the campaigns that `user` may change."""
        mine = Campaign.changed_by(user).values("pk")
        return cls.objects.filter(campaign__in=mine).present().select_related("campaign__owner")

    @classmethod
    def written_with(cls, template: "Template") -> StepQuerySet:
        """The steps whose text came from `template`, in campaigns that are there."""
        made = cls.objects.filter(template_version__template=template)
        return made.present().filter(campaign__removed_at=None)

    @classmethod
    def seen_by(cls, user: User) -> StepQuerySet:
        """Those of the campaigns that `user` may look at."""
        seen = Campaign.opened_by(user).values("pk")
        return cls.objects.filter(campaign__in=seen).select_related("campaign__owner")

    @property
    def place(self) -> tuple[int, int, int]:
        """Where it stands among the steps of its campaign."""
        return self.day, self.position, self.pk or 0

    @property
    def is_automatic(self) -> bool:
        """Whether it sends by itself; all else is a task for the rep."""
        return self.kind == Kind.EMAIL and self.timing != Timing.TASK

    def affected(self) -> "Affected":
        """Whom a change of it concerns: three numbers, to be said before it is made."""
        from ..editing import affected

        return affected(self)
