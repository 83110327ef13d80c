import uuid
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import models, transaction
from django.db.models import Q, Value
from django.db.models.functions import Coalesce, JSONObject, Lower, Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.changes import announce

from . import vocabulary
from .changing import IllegalTransition, react_all
from .history import Transition
from .querysets import UNCONFIRMED
from .succeeding import Succeeding
from .vocabulary import TRANSITIONS, Cause, Status

if TYPE_CHECKING:
    from collections.abc import Collection

    from accounts.models import User


class Email(Succeeding):
    """One message to one recipient, with its own tracking, and what people and workers do with it.

    Every verb that it cannot follow from where it stands raises IllegalTransition and changes
    nothing.
    """

    Status: ClassVar = Status
    Cause: ClassVar = Cause
    TRANSITIONS: ClassVar = TRANSITIONS
    # From everywhere but Delivered (archive it first) and In Progress (it is on its way).
    REMOVABLE: ClassVar = frozenset(Status) - {Status.DELIVERED, Status.IN_PROGRESS}
    KEPT_IN_TRASH: ClassVar = timedelta(days=30)

    class Meta:
        verbose_name = _("email")
        verbose_name_plural = _("emails")
        constraints = [
            models.UniqueConstraint(fields=["owner", "compose_key"], name="one_email_a_window"),
            # However often the job runs that makes the emails of a bulk email.
            models.UniqueConstraint(
                fields=["bulk_recipient"],
                name="one_email_a_bulk_recipient",
                condition=Q(bulk_recipient__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["bulk"],
                name="one_row_in_drafts_a_bulk",
                condition=Q(bulk__isnull=False, to_address=""),
            ),
            models.CheckConstraint(
                name="only_a_draft_stands_for_a_bulk",
                condition=Q(bulk=None) | ~Q(to_address="") | Q(status=Status.DRAFT),
            ),
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
            # With what searches ask of most emails, so that they read no row that they do not show.
            models.Index(
                fields=["owner", "status", "-moved_at", "-id"],
                name="emails_in_folder_searched",
                include=[
                    *("person", "campaign", "template_version", "views", "clicks", "answered_at"),
                    *("last_viewed_at", "last_clicked_at", "last_replied_at", "delivered_at"),
                    "subject",
                ],
                condition=Q(removed_at=None),
            ),
            models.Index(
                fields=["channel", "owner", "lane", "send_at", "id"],
                name="emails_due",
                condition=Q(status=Status.SCHEDULED, removed_at=None, on_hold=False),
            ),
            # By whom it waits for, so that whoever unsubscribes stops it at once.
            models.Index(
                Lower("to_address"),
                name="emails_waiting_for",
                condition=Q(status=Status.SCHEDULED, removed_at=None),
            ),
            models.Index(
                fields=["lease_until"],
                name="emails_in_progress",
                condition=Q(status=Status.IN_PROGRESS),
            ),
            models.Index(fields=["person", "-moved_at"], name="emails_of_person"),
            models.Index(
                fields=["bulk", "status", "moved_at", "id"],
                name="emails_of_bulk",
                condition=Q(bulk__isnull=False),
            ),
            models.Index(
                fields=["template_version", "delivered_at"],
                name="emails_of_template",
                condition=Q(template_version__isnull=False),
            ),
            models.Index(
                fields=["campaign", "step", "status"],
                name="emails_of_campaign",
                condition=Q(campaign__isnull=False),
            ),
            models.Index(fields=["task"], name="emails_of_task", condition=Q(task__isnull=False)),
            models.Index(
                fields=["continues"],
                name="emails_continuing",
                condition=Q(continues__isnull=False),
            ),
            models.Index(
                fields=["removed_by"],
                name="emails_removed_by",
                condition=Q(removed_by__isnull=False),
            ),
        ]

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
        self._change(
            Cause.SCHEDULE,
            by=by,
            **wall_columns(at, zone or self.owner.time_zone),
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
        now = wall_columns(timezone.now(), self.send_zone)
        waiting = self._mine(Status.SCHEDULED).filter(removed_at=None, on_hold=False)
        moved = waiting.update(**now, updated_at=Now())
        self._refuse_unless(moved, Cause.SCHEDULE)
        self.refresh_from_db(fields=list(now))
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
        """Failed or Bounced → Scheduled, now, through the channel that its identity has now.

        Never while unconfirmed (see `send_again`). From Bounced, where the rep has been asked,
        the suppression that the bounce caused is released in the same move.
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
        """Archived → Delivered, to its old place in the list: tracking is on again."""
        stood_at = Coalesce("delivered_at", Now())
        self._change(Cause.UNARCHIVE, by=by, archived_at=None, moved_at=stood_at)

    @transaction.atomic
    def remove(self, because: str = "deleted", *, by: "User | None") -> None:
        """Take it out of every folder, count and claim, into the trash.

        A scheduled one is withdrawn on the way, so that restoring never sends. Raises
        IllegalTransition for one that is Delivered or in hand, or belongs to something that does
        without it in another way.
        """
        self._refuse_if_kept(Cause.REMOVE)
        if self.status == Status.SCHEDULED:
            self.withdraw(because, by=by)
            return
        here = self._mine(self.status).filter(removed_at=None, status__in=self.REMOVABLE)
        moved = here.update(removed_at=Now(), removed_by=by, removed_because=because)
        self._refuse_unless(moved, Cause.REMOVE)
        self._note(Cause.REMOVE, self.status, by=by, reason=because)

    @transaction.atomic
    def restore(self, *, by: "User") -> None:
        """Take it out of the trash again."""
        kept = Q(purged_at=None, removed_at__gt=Now() - self.KEPT_IN_TRASH)
        here = self._mine(self.status).filter(kept)
        moved = here.update(removed_at=None, removed_by=None, removed_because="")
        self._refuse_unless(moved, Cause.RESTORE)
        self._note(Cause.RESTORE, self.status, by=by)
        if self.status == Status.SCHEDULED:  # put there by a late answer while it was in the trash
            self.pull_back(by=by)

    # What the worker does with it ------------------------------------------------------------

    def stop(self, reason: str, *, lease: uuid.UUID | None = None, **values: Any) -> None:
        """Scheduled → Failed by our own checks, with the reason."""
        when = Q(lease=lease) if lease else Q()
        self._change(Cause.STOP, when=when, reason=reason, reason_values=values, failed_at=Now())

    @classmethod
    @transaction.atomic
    def stop_all(cls, ids: "Collection[int]", because: str) -> int:
        """Scheduled → Failed, at once and however many there are, as their To must not be mailed,
        with the Suppression.Reason why; returns how many.

        Each row's lock decides against a worker that marks it at this instant: what is In
        Progress by then finishes.
        """
        stopped = cls.objects.in_folder(Status.SCHEDULED).of_ids(ids).locked()
        owners = {email.pk: (email.owner_id, email.to_address) for email in stopped}
        told: dict[str, Any] = {"reason": "suppressed", "server_words": ""}
        cls.objects.of_ids(list(owners)).update(
            **told,
            reason_values=JSONObject(address="to_address", because=Value(because)),
            status=TRANSITIONS[Cause.STOP].target,
            lease=None,
            lease_until=None,
            moved_at=Now(),
            updated_at=Now(),
            failed_at=Now(),
        )
        stopped_by = Transition.objects.bulk_create(
            [
                Transition(
                    email_id=pk,
                    cause=Cause.STOP,
                    from_status=Status.SCHEDULED,
                    to_status=TRANSITIONS[Cause.STOP].target,
                    reason_values={"address": address, "because": because},
                    **told,
                )
                for pk, (_owner, address) in owners.items()
            ],
            batch_size=1000,
        )
        react_all(stopped_by)
        announce(*(owner for owner, _address in owners.values()), emails=owners)
        return len(owners)

    @transaction.atomic
    def _go_on(self, cause: vocabulary.Cause, *, by: "User | None", when: Q | None = None) -> None:
        """Become Scheduled for now although something is known against it, which is forgiven."""
        from prospects.models import Suppression

        self._refuse_if_kept(cause)
        now = wall_columns(timezone.now(), self.send_zone)
        if self.identity and self.identity.channel_id:
            now["channel"] = self.identity.channel
        self._change(cause, by=by, when=when, **now, claims_lost=0, deferrals=0)
        if cause in {Cause.RETRY_BOUNCE, Cause.RETRY_COMPLAINT}:
            complaints = cause == Cause.RETRY_COMPLAINT
            Suppression.release_for(self.to_address, by=by, complaints=complaints)
        self._wake()

    def _wake(self) -> None:
        """Let a worker look at once, if it is due; beat would a second later."""
        from ..jobs import wake

        channel = self.channel_id
        if channel and self.send_at and self.send_at <= timezone.now():
            transaction.on_commit(lambda: wake(channel), robust=True)


def wall_columns(at: datetime, zone: str) -> dict[str, Any]:
    """The columns that say when: the instant, and the wall time in `zone` that was meant by it."""
    wall = at.astimezone(ZoneInfo(zone or "UTC"))
    return {
        "send_at": at,
        "send_wall": wall.strftime("%Y-%m-%dT%H:%M"),
        "send_zone": str(zone or "UTC"),
    }
