import uuid
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import models, transaction
from django.db.models import Q
from django.db.models.functions import Greatest, Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.changes import announce

from .querysets import UNCONFIRMED, EmailQuerySet
from .vocabulary import BY_EVIDENCE, FORGIVEN, TRANSITIONS, Cause, Status
from .weighing import Weighing

if TYPE_CHECKING:
    from accounts.models import User

    from .history import Transition


class IllegalTransition(Exception):
    """An email was told to go where it cannot go from where it stands.

    `email` is where it stands now, freshly read, so that the answer can say why.
    """

    def __init__(self, email: "Email", cause: Cause) -> None:
        super().__init__(f"{cause} from {email.status}")
        self.email = email
        self.cause = cause


class Email(Weighing, models.Model):
    """One message to one recipient, with its own tracking.

    A narrow row: what it says is in EmailContent, what happened to it in Transition, Attempt
    and Event. Its status is written by `_change` alone, after the table of transitions.
    """

    Status: ClassVar = Status
    Cause: ClassVar = Cause
    TRANSITIONS: ClassVar = TRANSITIONS
    # From everywhere but Delivered (archive it first) and In Progress (it is on its way).
    REMOVABLE: ClassVar = frozenset(Status) - {Status.DELIVERED, Status.IN_PROGRESS}
    KEPT_IN_TRASH: ClassVar = timedelta(days=30)

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="emails", verbose_name=_("owner")
    )
    identity = models.ForeignKey(
        "emails.Identity",
        models.PROTECT,
        null=True,
        related_name="emails",
        verbose_name=_("identity"),
    )
    # Chosen when it is scheduled; a draft has the channel of its identity.
    channel = models.ForeignKey(
        "emails.Channel",
        models.PROTECT,
        null=True,
        related_name="emails",
        verbose_name=_("channel"),
    )
    person = models.ForeignKey(
        "prospects.Person",
        models.SET_NULL,
        null=True,
        related_name="emails",
        verbose_name=_("person"),
    )
    to_address = models.CharField(_("to"), max_length=254)
    to_name = models.CharField(_("name"), max_length=200, blank=True)
    subject = models.CharField(_("subject"), max_length=500)
    snippet = models.CharField(max_length=200, blank=True)
    status = models.CharField(_("status"), max_length=20, choices=Status, default=Status.DRAFT)
    moved_at = models.DateTimeField(_("moved"), db_default=Now())
    created_at = models.DateTimeField(_("created"), db_default=Now())
    updated_at = models.DateTimeField(_("last updated"), db_default=Now())
    # Raised by every change of its content, so that nobody overwrites what they have not seen.
    version = models.PositiveIntegerField(default=1)
    # One compose window makes one email, however often it saves.
    compose_key = models.UUIDField(default=uuid.uuid4)
    continues = models.ForeignKey(
        "self", models.SET_NULL, null=True, related_name="continued_by", verbose_name=_("made from")
    )

    # When it goes: the instant, and the wall time and zone that the rep meant by it.
    send_at = models.DateTimeField(_("scheduled for"), null=True)
    send_wall = models.CharField(max_length=16, blank=True)  # "2027-03-29T08:15"
    send_zone = models.CharField(max_length=64, blank=True)
    at_once = models.BooleanField(default=False)  # by "Send now": waits for the undo window only
    message_id = models.CharField(max_length=255, blank=True)
    # Who is preparing or sending it, and until when that counts. No index: these change often.
    lease = models.UUIDField(null=True)
    lease_until = models.DateTimeField(null=True)
    claims_lost = models.PositiveSmallIntegerField(default=0)
    deferrals = models.PositiveSmallIntegerField(default=0)

    # Why it is where it is: a code with values, worded when shown, beside the server's own words.
    reason = models.CharField(_("reason"), max_length=40, blank=True)
    reason_values = models.JSONField(default=dict)
    server_words = models.CharField(_("the server's words"), max_length=1000, blank=True)

    delivered_at = models.DateTimeField(_("delivered"), null=True)
    failed_at = models.DateTimeField(_("failed"), null=True)
    archived_at = models.DateTimeField(_("archived"), null=True)
    removed_at = models.DateTimeField(_("deleted"), null=True)
    removed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    removed_because = models.CharField(max_length=40, blank=True)
    purged_at = models.DateTimeField(null=True)

    # Rolled up from events.
    views = models.PositiveIntegerField(_("views"), default=0)
    clicks = models.PositiveIntegerField(_("clicks"), default=0)
    replies = models.PositiveIntegerField(_("replies"), default=0)
    machine_views = models.PositiveIntegerField(_("views by machines"), default=0)
    auto_replies = models.PositiveIntegerField(_("automatic answers"), default=0)
    first_viewed_at = models.DateTimeField(_("first viewed"), null=True)
    last_viewed_at = models.DateTimeField(_("last viewed"), null=True)
    first_clicked_at = models.DateTimeField(_("first clicked"), null=True)
    last_clicked_at = models.DateTimeField(_("last clicked"), null=True)
    first_replied_at = models.DateTimeField(_("first replied"), null=True)
    last_replied_at = models.DateTimeField(_("last replied"), null=True)

    objects = EmailQuerySet.as_manager()

    class Meta:
        verbose_name = _("email")
        verbose_name_plural = _("emails")
        constraints = [
            models.UniqueConstraint(fields=["owner", "compose_key"], name="one_email_a_window"),
            models.CheckConstraint(
                name="scheduled_has_its_time_and_channel",
                condition=~Q(status__in=[Status.SCHEDULED, Status.IN_PROGRESS])
                | Q(send_at__isnull=False, channel__isnull=False, identity__isnull=False),
            ),
            models.CheckConstraint(
                name="in_progress_has_a_lease",
                condition=~Q(status=Status.IN_PROGRESS)
                | Q(lease__isnull=False, lease_until__isnull=False),
            ),
            models.CheckConstraint(
                name="in_progress_is_never_removed",
                condition=~Q(status=Status.IN_PROGRESS) | Q(removed_at=None),
            ),
        ]
        indexes = [
            models.Index(
                fields=["owner", "status", "-moved_at", "-id"],
                name="emails_in_folder",
                condition=Q(removed_at=None),
            ),
            models.Index(
                fields=["channel", "owner", "send_at", "id"],
                name="emails_due",
                condition=Q(status=Status.SCHEDULED, removed_at=None),
            ),
            models.Index(
                fields=["lease_until"],
                name="emails_in_progress",
                condition=Q(status=Status.IN_PROGRESS),
            ),
            models.Index(fields=["person", "-moved_at"], name="emails_of_person"),
        ]

    def __str__(self) -> str:
        return self.subject

    # What it is ------------------------------------------------------------------------------

    @property
    def recipient(self) -> str:
        """The person's name, or the address where none is known."""
        return self.to_name or self.to_address

    @property
    def is_unconfirmed(self) -> bool:
        return self.status == Status.FAILED and self.reason == UNCONFIRMED

    @property
    def is_removable(self) -> bool:
        return self.status in self.REMOVABLE

    @property
    def seconds_left(self) -> float:
        """How long a send at once can still be undone; 0 for every other email."""
        if (
            self.status != Status.SCHEDULED
            or not self.at_once
            or self.deferrals
            or not self.send_at
        ):
            return 0
        return max(0.0, (self.send_at - timezone.now()).total_seconds())

    @property
    def latest_activity(self) -> tuple[str, datetime] | None:
        """The kind ("open", "click", "reply") and time of what a person last did with it."""
        done = [
            (at, kind)
            for kind, at in (
                ("open", self.last_viewed_at),
                ("click", self.last_clicked_at),
                ("reply", self.last_replied_at),
            )
            if at
        ]
        return max(done)[::-1] if done else None

    # What a rep does with it -----------------------------------------------------------------

    def schedule(
        self, at: datetime, *, by: "User | None", zone: str = "", at_once: bool = False
    ) -> None:
        """Draft → Scheduled for the instant `at`; its content is frozen from here on.

        `zone` is the zone whose wall time was meant (else the owner's). The identity must be
        verified and have a channel: the caller has said what is missing; here it is a
        ValueError.
        """
        if self.identity is None or not self.identity.is_ready:
            raise ValueError("An email is scheduled from a verified identity with a channel.")
        zone = zone or self.owner.time_zone
        self._change(
            Cause.SCHEDULE,
            by=by,
            send_at=at,
            send_wall=at.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%dT%H:%M"),
            send_zone=zone,
            at_once=at_once,
            channel=self.identity.channel,
            message_id=f"{uuid.uuid4().hex}@{settings.MAIL_DOMAIN}",
            claims_lost=0,
            deferrals=0,
        )
        self._wake()

    def send(self, *, by: "User | None") -> None:
        """Schedule for now plus the undo window."""
        window = self.owner.undo_seconds
        if window is None:
            window = settings.SENDING["UNDO_SECONDS"]
        self.schedule(timezone.now() + timedelta(seconds=window), by=by, at_once=True)

    def bring_forward(self, *, by: "User") -> None:
        """Let a scheduled email go now; it stays Scheduled until a worker has it in hand."""
        now = timezone.now()
        moved = self._mine(Status.SCHEDULED).update(
            send_at=now,
            send_wall=now.astimezone(ZoneInfo(self.send_zone or "UTC")).strftime("%Y-%m-%dT%H:%M"),
            updated_at=Now(),
        )
        self._refuse_unless(moved, Cause.SCHEDULE)
        self._wake()

    def pull_back(self, *, by: "User | None") -> None:
        """Scheduled → Draft: undone, or taken back to be changed."""
        self._change(Cause.PULL_BACK, by=by)

    def withdraw(self, because: str, *, by: "User | None" = None) -> None:
        """Scheduled → a removed draft, with the reason why it must not go any more."""
        self._change(
            Cause.WITHDRAW, by=by, removed_at=Now(), removed_by=by, removed_because=because
        )

    def reopen(self, *, by: "User") -> None:
        """Failed → Draft, to be changed and sent as a new message. Never while unconfirmed."""
        self._change(Cause.REOPEN, by=by, when=~Q(reason=UNCONFIRMED))

    def retry(self, *, by: "User | None") -> None:
        """Failed or Bounced → Scheduled, now. Never while unconfirmed (see `send_again`).

        From Bounced, where the rep has been asked, the suppression that the bounce caused is
        released in the same move.
        """
        if self.status == Status.BOUNCED:
            self._go_on(Cause.RETRY_BOUNCE, by=by)
        else:
            self._go_on(Cause.RETRY, by=by, when=~Q(reason=UNCONFIRMED))

    def retry_complaint(self, *, by: "User") -> None:
        """Spam → Scheduled, by an admin who knows better. Raises IllegalTransition for others."""
        if not by.is_admin:
            raise IllegalTransition(self, Cause.RETRY_COMPLAINT)
        self._go_on(Cause.RETRY_COMPLAINT, by=by)

    def send_again(self, *, by: "User") -> None:
        """Failed, unconfirmed → Scheduled: the rep takes the risk of a second copy."""
        self._go_on(Cause.SEND_AGAIN, by=by, when=Q(reason=UNCONFIRMED))

    def archive(self, *, by: "User") -> None:
        """Delivered → Archived: tracking is off from now on."""
        self._change(Cause.ARCHIVE, by=by, archived_at=Now())

    def unarchive(self, *, by: "User") -> None:
        """Archived → Delivered: tracking is on again."""
        self._change(Cause.UNARCHIVE, by=by, archived_at=None)

    @transaction.atomic
    def remove(self, because: str = "deleted", *, by: "User | None") -> None:
        """Take it out of every folder, count and claim, into the trash.

        A scheduled one is withdrawn on the way, so that restoring never sends. Raises
        IllegalTransition for one that is Delivered or in hand.
        """
        if self.status == Status.SCHEDULED:
            self.withdraw(because, by=by)
            return
        removable = self._mine(*self.REMOVABLE).filter(removed_at=None)
        moved = removable.update(removed_at=Now(), removed_by=by, removed_because=because)
        self._refuse_unless(moved, Cause.REMOVE)
        self._note(Cause.REMOVE, self.status, by=by, reason=because)

    @transaction.atomic
    def restore(self, *, by: "User") -> None:
        """Take it out of the trash again."""
        kept = self._mine(*Status).filter(purged_at=None, removed_at__gt=Now() - self.KEPT_IN_TRASH)
        moved = kept.update(removed_at=None, removed_by=None, removed_because="")
        self._refuse_unless(moved, Cause.RESTORE)
        self._note(Cause.RESTORE, self.status, by=by)
        if self.status == Status.SCHEDULED:  # put there by a late answer while it was in the trash
            self.pull_back(by=by)

    def tell_owner(self) -> None:
        """Let its owner's open pages know, once this has committed."""
        announce(self.owner_id)

    # What the worker does with it ------------------------------------------------------------

    def stop(self, reason: str, *, lease: uuid.UUID | None = None, **values: Any) -> None:
        """Scheduled → Failed by our own checks, with the reason."""
        when = Q(lease=lease) if lease else Q()
        self._change(Cause.STOP, when=when, reason=reason, reason_values=values, failed_at=Now())

    @transaction.atomic
    def give_up(self) -> None:
        """In Progress beyond its lease → Failed, unconfirmed, unless evidence says otherwise.

        Does nothing if somebody was faster.
        """
        for email in Email.objects.given_up().filter(pk=self.pk).locked():
            email.attempts.filter(ended_at=None).update(ended_at=Now(), reason="lease_over")
            email.weigh()

    # The one writer of status ----------------------------------------------------------------

    @transaction.atomic
    def _change(
        self, cause: Cause, *, by: "User | None" = None, when: Q | None = None, **changes: Any
    ) -> "Transition":
        """One conditional UPDATE plus its row; raises IllegalTransition if it did not apply.

        `changes` are further columns of the email; `attempt` and `event` go into the row alone.
        Of two that try at once one wins, and the other is told where the email stands now.
        """
        origins, target = self.TRANSITIONS[cause]
        before = Status(self.status)
        told = {name: changes.pop(name) for name in ("attempt", "event") if name in changes}
        changes.setdefault("reason", "")
        changes.setdefault("reason_values", {})
        changes.setdefault("server_words", "")
        changes = {"lease": None, "lease_until": None} | changes
        changes |= {"status": target, "moved_at": Now(), "updated_at": Now()}
        when = when or Q()
        if cause not in BY_EVIDENCE:
            when &= Q(removed_at=None)
        movable = self._mine(before).filter(when) if before in origins else None
        self._refuse_unless(movable.update(**changes) if movable is not None else 0, cause)
        self.refresh_from_db(fields=list(changes))
        if forgiven := FORGIVEN.get(cause):
            self.attempts.update(counts_above=Greatest("counts_above", forgiven.value))
        return self._note(
            cause,
            before,
            by=by,
            reason=self.reason,
            reason_values=self.reason_values,
            server_words=self.server_words,
            **told,
        )

    def _mine(self, *statuses: str) -> EmailQuerySet:
        return Email.objects.filter(pk=self.pk, status__in=statuses)

    def _refuse_unless(self, moved: int, cause: Cause) -> None:
        if not moved:
            raise IllegalTransition(Email.objects.get(pk=self.pk), cause)
        self.tell_owner()

    def _note(self, cause: Cause, before: str, **told: Any) -> "Transition":
        return self.transitions.create(
            cause=cause, from_status=before, to_status=self.status, **told
        )

    @transaction.atomic
    def _go_on(self, cause: Cause, *, by: "User | None", when: Q | None = None) -> None:
        """Become Scheduled for now although something is known against it, which is forgiven."""
        from prospects.models import Suppression

        now = timezone.now()
        self._change(
            cause,
            by=by,
            when=when,
            send_at=now,
            send_wall=now.astimezone(ZoneInfo(self.send_zone or "UTC")).strftime("%Y-%m-%dT%H:%M"),
            claims_lost=0,
            deferrals=0,
        )
        if cause in {Cause.RETRY_BOUNCE, Cause.RETRY_COMPLAINT}:
            complaints = cause == Cause.RETRY_COMPLAINT
            Suppression.release_for(self.to_address, by=by, complaints=complaints)
        self._wake()

    def _wake(self) -> None:
        """Let a worker look at once, if it is due; beat would a second later."""
        from ..jobs import wake

        if self.send_at and self.send_at <= timezone.now():
            transaction.on_commit(lambda: wake(self.channel_id), robust=True)
