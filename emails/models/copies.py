import uuid
from datetime import timedelta
from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.conf import settings
from django.db import models, transaction
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from .channels import Channel
from .vocabulary import Status
from .weighing import delay_after

if TYPE_CHECKING:
    from .email import Email
    from .history import Attempt


class CopyQuerySet(models.QuerySet["Copy"]):
    def unfinished(self) -> Self:
        """Waiting to be sent, or in hand."""
        return self.filter(state__in=[Copy.State.WAITING, Copy.State.IN_HAND])

    def due(self) -> Self:
        """Those whose time has come, by PostgreSQL's clock, of emails that still stand by it."""
        from .email import Email

        stands = Email.objects.present().with_status(Status.DELIVERED, Status.ARCHIVED)
        ripe = self.filter(state=Copy.State.WAITING, send_at__lte=Now())
        return ripe.filter(Exists(stands.filter(pk=OuterRef("email_id"))))

    def for_sending(self) -> Self:
        """The longest waiting first, with what a message is made of."""
        related = self.select_related(
            "attempt", "email__content", "email__identity", "email__owner", "email__person"
        )
        return related.order_by("send_at", "pk")

    def give_up(self) -> int:
        """In hand beyond their lease → unconfirmed: their worker is gone; returns how many."""
        gone = self.filter(state=Copy.State.IN_HAND, lease_until__lte=Now())
        return gone.update(state=Copy.State.UNCONFIRMED, reason="lease_over")


class Copy(models.Model):
    """A Cc or Bcc that the server did not take, for now, while it took the email itself.

    The very same message is handed over to this address alone, by the delays and for as long as an
    email is. The email stays where it is: what becomes of a copy is said beside it.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("waits for its next try")
        IN_HAND = "in_hand", _("being handed over")
        SENT = "sent", _("sent")
        REFUSED = "refused", _("refused")
        GIVEN_UP = "given_up", _("given up")
        UNCONFIRMED = "unconfirmed", _("unconfirmed")
        STOPPED = "stopped", _("stopped before sending")

    # In what an attempt says of each of its recipients.
    DEFERRED: ClassVar = "deferred"

    email = models.ForeignKey("emails.Email", models.CASCADE, related_name="copies")
    address = models.CharField(_("to"), max_length=254)
    # The one that arrived without it; this is its message.
    attempt = models.ForeignKey("emails.Attempt", models.PROTECT, related_name="+")
    channel = models.ForeignKey(Channel, models.PROTECT, related_name="+")
    state = models.CharField(_("state"), max_length=20, choices=State, default=State.WAITING)
    send_at = models.DateTimeField(_("next try"))
    deferrals = models.PositiveSmallIntegerField(_("refused for now, times"), default=1)
    lease = models.UUIDField(null=True)
    lease_until = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(_("last answer"), db_default=Now())
    reason = models.CharField(_("reason"), max_length=40, blank=True)
    server_words = models.CharField(_("the server's words"), max_length=1000, blank=True)

    objects = CopyQuerySet.as_manager()

    class Meta:
        verbose_name = _("copy that waits")
        verbose_name_plural = _("copies that wait")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["email", "address"], name="one_copy_an_address"),
            models.CheckConstraint(
                name="copy_in_hand_has_a_lease",
                condition=~Q(state="in_hand") | Q(lease__isnull=False, lease_until__isnull=False),
            ),
        ]
        indexes = [
            models.Index(
                fields=["channel", "send_at"], name="copies_due", condition=Q(state="waiting")
            ),
            models.Index(
                fields=["lease_until"], name="copies_in_hand", condition=Q(state="in_hand")
            ),
        ]

    def __str__(self) -> str:
        return self.address

    @classmethod
    def begin(cls, email: "Email", attempt: "Attempt") -> None:
        """Let wait whom the server did not take for now in the attempt by which `email` arrived."""
        wait = delay_after(1)
        Copy.objects.bulk_create(
            [
                Copy(
                    email=email,
                    address=address,
                    attempt=attempt,
                    channel_id=attempt.channel_id,
                    send_at=Now() + wait,
                    reason=told.get("reason", ""),
                    server_words=str(told.get("words", ""))[:1000],
                )
                for address, told in attempt.recipients.items()
                if address != email.to_address and told.get("outcome") == cls.DEFERRED
            ],
            ignore_conflicts=True,
        )

    @transaction.atomic
    def mark(self, lease: uuid.UUID, unless: "models.QuerySet[Any]") -> bool:
        """Waiting → in hand, committed before the first byte leaves; False if it may not go now.

        The fence as an email's mark is: of two workers one wins. `unless` finds what forbids mail
        to this address.
        """
        email = type(self.email).objects.filter(pk=self.email_id)
        list(email.locked().values_list("pk"))  # whoever deletes it comes before this, or after
        until = Now() + timedelta(seconds=settings.SENDING["LEASE_SECONDS"])
        is_open = Exists(Channel.objects.open().filter(pk=OuterRef("channel_id")))
        mine = Copy.objects.due().filter(is_open, ~Exists(unless), pk=self.pk)
        marked = mine.update(state=self.State.IN_HAND, lease=lease, lease_until=until)
        self.lease = lease if marked else self.lease
        return bool(marked)

    def settle(self, state: str, *, reason: str = "", words: str = "") -> None:
        """What came of it, also if its lease was over meanwhile; again it changes nothing."""
        self._mine().update(state=state, ended_at=Now(), reason=reason, server_words=words[:1000])

    def defer(self, *, reason: str, words: str) -> None:
        """Not now: it is tried again later, and after three days of that no more."""
        wait = delay_after(self.deferrals + 1)
        if wait is None:
            self.settle(self.State.GIVEN_UP, reason=reason, words=words)
            return
        self._mine().update(
            state=self.State.WAITING,
            ended_at=Now(),
            send_at=Now() + wait,
            deferrals=F("deferrals") + 1,
            reason=reason,
            server_words=words[:1000],
        )

    def put_back(self) -> None:
        """The channel was at fault: it waits on, and nothing is counted."""
        self._mine().update(state=self.State.WAITING)

    def stop(self, reason: str) -> None:
        """It must not go; nothing was sent."""
        waiting = Copy.objects.filter(pk=self.pk, state=self.State.WAITING)
        waiting.update(state=self.State.STOPPED, ended_at=Now(), reason=reason)

    def _mine(self) -> CopyQuerySet:
        pending = [self.State.IN_HAND, self.State.UNCONFIRMED]
        return Copy.objects.filter(pk=self.pk, lease=self.lease, state__in=pending)
