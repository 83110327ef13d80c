import uuid
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any, Self

from django.db import models, transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from emails.wall_time import WallTime
from prospects.words import folded

from .campaigns import Campaign

if TYPE_CHECKING:
    from emails.models import Identity
    from prospects.models import Person

    from .enrollments import Enrollment, EnrollmentQuerySet


class LeftOut(models.TextChoices):
    """Why somebody who was to be added to a campaign is not."""

    IN_IT = "in_it", _("In it already")
    BEFORE = "before", _("Been through it before")
    SUPPRESSED = "suppressed", _("Must not be mailed")
    NOT_SEEN = "not_seen", _("Not among your people any more")


class LaunchStarted(Exception):
    """It was started, or taken back, meanwhile; nothing was changed."""

    def __init__(self, launch: "Launch") -> None:
        super().__init__(f"launch {launch.pk}")
        self.launch = launch


class LaunchQuerySet(models.QuerySet["Launch"]):
    def drafts(self) -> Self:
        return self.filter(started_at=None)

    def for_page(self) -> Self:
        """With what its pages show of it."""
        return self.select_related("campaign__owner", "owner", "identity__channel")


class Launch(models.Model):
    """People who are being added to a campaign together: a draft until it is started, which makes
    an enrollment of each, once, however often that is tried."""

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="launches")
    owner = models.ForeignKey(User, models.PROTECT, related_name="launches")
    identity = models.ForeignKey("emails.Identity", models.PROTECT, null=True, related_name="+")
    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    # The wall time that was meant, "" for now, and its zone.
    start_wall = models.CharField(max_length=16, blank=True)
    start_zone = models.CharField(max_length=64, blank=True)
    started_at = models.DateTimeField(_("started"), null=True)
    created_at = models.DateTimeField(_("created"), db_default=Now())

    objects = LaunchQuerySet.as_manager()

    class Meta:
        verbose_name = _("launch")
        verbose_name_plural = _("launches")
        ordering = ["-created_at", "-pk"]
        constraints = [
            # Whoever comes back goes on with what they began.
            models.UniqueConstraint(
                fields=["campaign", "owner"],
                condition=Q(started_at=None),
                name="one_draft_of_a_launch",
            )
        ]

    def __str__(self) -> str:
        return f"{self.campaign_id}/{self.pk}"

    @classmethod
    def begun_by(cls, user: User, campaign: Campaign) -> "Launch | None":
        """The draft that `user` has of adding people to `campaign`."""
        return cls.objects.drafts().for_page().filter(campaign=campaign, owner=user).first()

    @classmethod
    def begin(cls, user: User, campaign: Campaign) -> "Launch":
        """That draft; a new one, from the user's default identity, if there is none."""
        default = user.identities.verified().for_compose().first()
        told = {"identity": default, "start_zone": user.time_zone}
        draft, _new = cls.objects.get_or_create(
            campaign=campaign, owner=user, started_at=None, defaults=told
        )
        return draft

    @property
    def is_draft(self) -> bool:
        return self.started_at is None

    @property
    def enrollments(self) -> "EnrollmentQuerySet":
        """Of those whom it has added."""
        from .enrollments import Enrollment

        return Enrollment.objects.filter(launched__launch=self)

    @property
    def wall(self) -> WallTime | None:
        """The time at which it is to start; None for at once."""
        if not self.start_wall:
            return None
        return WallTime.written(self.start_wall, self.start_zone)

    def plan(self, identity: "Identity | None", wall: WallTime | None, zone: str) -> None:
        """Keep in the draft from whom the emails are to come, and when it is to start."""
        self.identity, self.start_zone = identity, zone
        self.start_wall = f"{wall.day:%Y-%m-%d}T{wall.clock:%H:%M}" if wall else ""
        told = ["identity", "start_wall", "start_zone"]
        self.save(update_fields=told)

    @transaction.atomic
    def let_go_again(self, some: "LaunchPersonQuerySet", *, yes: bool) -> None:
        """Let `some` of the list go through the campaign although they have been through it."""
        self.be_a_draft()
        some.update(again=yes)

    def start(self, at: datetime) -> int:
        """Let everybody of the list begin at `at`, but those who cannot be added; returns how
        many were. Raises LaunchStarted if that was done meanwhile."""
        from ..launching.starting import start

        return start(self, at)

    def take_back(self, *, by: User) -> tuple[int, int]:
        """Be the draft again that it was; whoever something was done for already stays in the
        campaign. Returns how many were taken out of it, and how many stayed."""
        from ..launching.starting import take_back

        return take_back(self, by=by)

    def be_a_draft(self) -> None:
        """Stay one for the rest of the transaction; raises LaunchStarted if it is none."""
        self.lock()
        if not self.is_draft:
            raise LaunchStarted(self)

    def lock(self) -> None:
        self.refresh_from_db(from_queryset=Launch.objects.select_for_update(no_key=True))


class LaunchPersonQuerySet(models.QuerySet["LaunchPerson"]):
    """The questions that are asked about who is being added."""

    def in_order(self) -> Self:
        """As they came onto the list."""
        return self.order_by("pk")

    def for_list(self) -> Self:
        return self.select_related("person").defer("person__notes", "person__search_text")

    def of_ids(self, ids: "Iterable[int]") -> Self:
        return self.filter(pk__in=list(ids))

    def of_people(self, ids: "Iterable[int]") -> Self:
        return self.filter(person__in=list(ids))

    def matching(self, words: str) -> Self:
        """Those whose name, address or company holds every word of `words`."""
        found = self
        for word in words.replace("\0", "").split()[:8]:
            found = found.filter(person__search_text__contains=folded(word))
        return found

    def before(self, one: "LaunchPerson") -> Self:
        return self.in_order().filter(pk__lt=one.pk)

    def after(self, one: "LaunchPerson") -> Self:
        return self.in_order().filter(pk__gt=one.pk)

    def left_out(self) -> Self:
        """Who was not added when it was started."""
        return self.exclude(left_out="")

    def say_why(self, reasons: "Iterable[tuple[str, Collection[int]]]") -> None:
        """Write down why those with these ids were left out."""
        for code, ids in reasons:
            self.of_ids(ids).update(left_out=code)


class LaunchPerson(models.Model):
    """One of them, perhaps with words of their own in the first email."""

    launch = models.ForeignKey(Launch, models.CASCADE, related_name="people", db_index=False)
    person = models.ForeignKey("prospects.Person", models.CASCADE, related_name="+")
    # In place of the first email's; null where it says the same to all.
    subject = models.CharField(_("subject"), max_length=500, null=True)
    html = models.TextField(null=True)
    # They may go through it although they have been through it before.
    again = models.BooleanField(default=False)
    # Why they were not added when it was started.
    left_out = models.CharField(max_length=20, choices=LeftOut, blank=True)

    objects = LaunchPersonQuerySet.as_manager()

    if TYPE_CHECKING:
        enrollment: Enrollment
        person_id: int

    class Meta:
        verbose_name = _("person being added")
        verbose_name_plural = _("people being added")
        constraints = [models.UniqueConstraint(fields=["launch", "person"], name="launched_once")]
        indexes = [models.Index(fields=["launch", "id"], name="launch_people_in_order")]

    def __str__(self) -> str:
        return self.person.name

    @property
    def address(self) -> str:
        return self.person.email

    @property
    def name(self) -> str:
        person: Person = self.person
        return f"{person.first_name} {person.last_name}".strip()

    @property
    def is_edited(self) -> bool:
        """Whether something was written to them alone."""
        return self.subject is not None or self.html is not None

    def write(self, subject: str, html: str, *, common_subject: str, common_html: str) -> None:
        """Say `subject` and `html` to them alone, as far as these differ from what all get."""
        own: dict[str, Any] = {
            "subject": None if subject == common_subject else subject,
            "html": None if html == common_html else html,
        }
        self._say(**own)

    def reset(self) -> None:
        """Let them have the common words again."""
        self._say(subject=None, html=None)

    def _say(self, **own: Any) -> None:
        LaunchPerson.objects.filter(pk=self.pk).update(**own)
        self.subject, self.html = own["subject"], own["html"]
