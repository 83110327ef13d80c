from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.changes import announce, announce_elsewhere
from accounts.models import User
from emails.models import Identity, Status
from prospects.models import Person

from .campaigns import Campaign
from .launches import LaunchPerson
from .steps import Step
from .vocabulary import Because, Hitch, State

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

    from django.db.models.fields.related_descriptors import RelatedManager

    from prospects.models.people import PersonQuerySet

    from ..ending import Ended

OVER = (State.COMPLETED, State.ENDED)


class EnrollmentRefused(Exception):
    """It cannot do that from where it stands; says so in a sentence."""


class EnrollmentQuerySet(models.QuerySet["Enrollment"]):
    def of(self, campaign: Campaign) -> Self:
        return self.filter(campaign=campaign)

    def open(self) -> Self:
        """Those whose way through the campaign is not over."""
        return self.filter(ended_at=None)

    def seen_by(self, user: User) -> Self:
        """The user's own; in campaigns of theirs also those of colleagues, as far as they may see
        the person; an admin's are all."""
        if user.is_admin:
            return self
        people = Person.seen_by(user).values("pk")
        return self.filter(Q(owner=user) | Q(campaign__owner=user, person__in=people))

    def of_ids(self, ids: Iterable[int]) -> Self:
        return self.filter(pk__in=ids)

    def people(self) -> "PersonQuerySet":
        """Whose they are."""
        return Person.objects.filter(pk__in=self.order_by().values("person"))

    def with_emails_in_hand(self) -> Self:
        """Those for whom an email is being handed over at this moment."""
        in_hand = {"turns__email__status": Status.IN_PROGRESS, "turns__email__removed_at": None}
        return self.filter(**in_hand).distinct()

    def in_state(self, state: str) -> Self:
        return self.filter(state=state)

    def at_step(self, step: Step) -> Self:
        return self.filter(step=step)

    def before(self, place: tuple[int, int, int]) -> Self:
        """Those who have not come to this place among the steps yet."""
        day, position, pk = place
        earlier = Q(step__day__lt=day) | Q(step__day=day, step__position__lt=position)
        return self.filter(
            Q(step=None) | earlier | Q(step__day=day, step__position=position, step__lt=pk)
        )

    def matching(self, words: str) -> Self:
        """Those whose person's name, address or company holds every word of `words`."""
        return (
            self.filter(person__in=Person.objects.matching(words).values("pk")) if words else self
        )

    def for_list(self) -> Self:
        """With what a row shows."""
        return self.select_related("person", "owner", "step", "ended_by", "campaign")

    def state_counts(self) -> dict[str, int]:
        """How many are in each state; every state is a key."""
        counted = self.order_by().values_list("state").annotate(models.Count("pk"))
        return dict.fromkeys(State.values, 0) | dict(counted)

    def mark_success(self) -> list[int]:
        """Count them as a success from now on; returns the ids of those that were not yet."""
        ids = list(self.filter(succeeded_at=None).values_list("pk", flat=True))
        self.model.objects.filter(pk__in=ids).update(succeeded_at=Now())
        return ids

    def unmark_success(self) -> int:
        return self.exclude(succeeded_at=None).update(succeeded_at=None)

    def due(self) -> Self:
        """Those that the engine has something to do for."""
        return self.filter(state=State.ACTIVE, on_hold=False, advance_at__lte=Now())

    def stuck_without_reason(self) -> Self:
        """Those whose sender was not ready to send, and is by now."""
        ready = Identity.objects.ready().values("pk")
        stuck = self.in_state(State.ATTENTION).filter(hitch=Hitch.NO_CHANNEL)
        return stuck.filter(identity__in=ready, owner__in=User.objects.active().values("pk"))

    def of_addresses(self, values: "AbstractSet[str]") -> Self:
        """Those of people whose address is one of `values`: addresses, domains (which cover
        subdomains)."""
        addresses = {value for value in values if "@" in value}
        meant = Q(person__in=Person.objects.with_keys(addresses).values("pk"))
        for domain in values - addresses:
            meant |= Q(person__email__iendswith=f"@{domain}")
            meant |= Q(person__email__iendswith=f".{domain}")
        return self.filter(meant)

    def waiting_in(self, step: Step) -> Self:
        """Those whose turn it is in `step`."""
        theirs = Turn.objects.filter(enrollment=OuterRef("pk"), step=step, done_at=None)
        return self.open().filter(Exists(theirs), step=step)

    def coming_to(self, step: Step) -> Self:
        """Those who will come to `step`, as things stand."""
        had = Turn.objects.filter(enrollment=OuterRef("pk"), step=step)
        return self.open().of(step.campaign).before(step.place).filter(~Exists(had))

    def locked(self) -> Self:
        return self.order_by("pk").select_for_update(no_key=True, of=("self",))


def tell_owners(enrollments: "Collection[Enrollment]") -> None:
    """Let their pages know that something has changed with these, with their emails and tasks, and
    whoever counts who is in campaigns."""
    people = {each.person_id for each in enrollments}
    announce(*{each.owner_id for each in enrollments}, people=people)
    announce_elsewhere()


class Enrollment(models.Model):
    """One person's way through a campaign, and who writes to them.

    `step` is the one whose turn it is, or was last. `advance_at` is when the engine has to look at
    it next; null while it waits for something else: an email on its way, a task of the rep's.
    """

    campaign = models.ForeignKey(
        Campaign, models.PROTECT, related_name="enrollments", db_index=False
    )
    person = models.ForeignKey("prospects.Person", models.CASCADE, related_name="enrollments")
    owner = models.ForeignKey(
        User, models.PROTECT, related_name="enrollments", verbose_name=_("sender")
    )
    identity = models.ForeignKey(
        "emails.Identity", models.PROTECT, null=True, related_name="+", verbose_name=_("identity")
    )
    launched = models.OneToOneField(
        LaunchPerson, models.SET_NULL, null=True, related_name="enrollment"
    )
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.ACTIVE)
    hitch = models.CharField(_("needs attention"), max_length=20, choices=Hitch, blank=True)
    on_hold = models.BooleanField(default=False)  # the campaign is paused
    starts_at = models.DateTimeField(_("starts"))
    step = models.ForeignKey(
        Step, models.PROTECT, null=True, related_name="+", db_index=False, verbose_name=_("step")
    )
    advance_at = models.DateTimeField(null=True)
    succeeded_at = models.DateTimeField(_("success"), null=True)
    ended_at = models.DateTimeField(_("ended"), null=True)
    because = models.CharField(_("why"), max_length=20, choices=Because, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False
    )
    created_at = models.DateTimeField(_("added"), db_default=Now())

    objects = EnrollmentQuerySet.as_manager()

    if TYPE_CHECKING:
        turns: RelatedManager["Turn"]

    class Meta:
        verbose_name = _("enrollment")
        verbose_name_plural = _("enrollments")
        constraints = [
            models.UniqueConstraint(
                fields=["campaign", "person"],
                condition=Q(ended_at=None),
                name="in_a_campaign_once",
            ),
            models.CheckConstraint(
                name="over_says_when",
                condition=Q(state__in=OVER, ended_at__isnull=False)
                | (~Q(state__in=OVER) & Q(ended_at=None)),
            ),
            models.CheckConstraint(
                name="ended_says_why",
                condition=Q(state=State.ENDED) ^ Q(because=""),
            ),
            models.CheckConstraint(
                name="attention_says_why",
                condition=Q(state=State.ATTENTION) ^ Q(hitch=""),
            ),
        ]
        indexes = [
            models.Index(
                fields=["advance_at", "id"],
                name="enrollments_due",
                condition=Q(state=State.ACTIVE, on_hold=False, advance_at__isnull=False),
            ),
            models.Index(fields=["campaign", "state", "step"], name="enrollments_of_campaign"),
        ]

    def __str__(self) -> str:
        return f"{self.campaign_id}/{self.person_id}"

    @property
    def is_open(self) -> bool:
        return self.ended_at is None

    @property
    def is_held(self) -> bool:
        """Whether its emails wait: it is paused itself, or the whole campaign is."""
        return self.on_hold or self.state == State.PAUSED

    # What people do with it; each raises EnrollmentRefused, with nothing changed, where it cannot
    # be done (any more), and tells in words why.

    def end(self, because: str, *, by: User | None) -> "Ended":
        """Let it be over, for a Because: what waits to be sent is withdrawn, open tasks go.

        From its commit on nothing more is sent. Of one that is over already nothing changes.
        """
        from ..ending import end_all

        return end_all(Enrollment.objects.filter(pk=self.pk), because, by=by)

    def pause(self, *, by: User | None) -> None:
        """Active → Paused: its email waits, a task of the rep's stays."""
        from ..pausing import pause

        pause(self, by=by)

    def resume(self, *, by: User | None) -> None:
        """Paused → Active: what should have gone meanwhile is planned anew from now."""
        from ..pausing import resume

        resume(self, by=by)

    def retry(self, *, by: User | None) -> None:
        """Needs attention → Active: what could not be made or sent is tried again."""
        from ..moving import retry

        retry(self, by=by)

    def skip_step(self, *, by: User | None) -> None:
        """Leave out the step whose turn it is; the next follows as if it had been done now."""
        from ..moving import skip_step

        skip_step(self, by=by)

    def move_to(self, step: Step, *, by: User | None) -> None:
        """Let `step`, a later one, be next: what lies before it is skipped."""
        from ..moving import move_to

        move_to(self, step, by=by)


class Turn(models.Model):
    """A step's turn with one person: what it made, when that is due, and when it was done.

    The table allows each step one turn with each enrollment: however often the engine runs, no
    step is done twice.
    """

    enrollment = models.ForeignKey(Enrollment, models.CASCADE, related_name="turns", db_index=False)
    step = models.ForeignKey(Step, models.PROTECT, related_name="turns")
    due_at = models.DateTimeField(_("due"))
    email = models.OneToOneField(
        "emails.Email", models.SET_NULL, null=True, related_name="turn", verbose_name=_("email")
    )
    task = models.OneToOneField(
        "tasks.Task", models.SET_NULL, null=True, related_name="turn", verbose_name=_("task")
    )
    done_at = models.DateTimeField(_("done"), null=True)
    skipped = models.BooleanField(_("skipped"), default=False)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = _("turn")
        verbose_name_plural = _("turns")
        constraints = [
            models.UniqueConstraint(fields=["enrollment", "step"], name="one_turn_a_step"),
            models.CheckConstraint(
                name="skipped_is_done", condition=Q(skipped=False) | Q(done_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.enrollment_id}/{self.step_id}"
