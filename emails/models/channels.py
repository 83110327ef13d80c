from datetime import timedelta
from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models, transaction
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.expressions import RawSQL
from django.db.models.functions import Greatest, Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ..secrets import SecretField
from .due import senders_of
from .vocabulary import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from accounts.models import User


class ChannelQuerySet(models.QuerySet["Channel"]):
    def usable_by(self, user: "User") -> Self:
        """Their own and the team's."""
        return self.filter(Q(owner=user) | Q(owner=None))

    def managed_by(self, user: "User") -> Self:
        """Those that `user` may change: their own, and an admin the team's."""
        return self.filter(Q(owner=user) | Q(owner=None) if user.is_admin else Q(owner=user))

    def with_due(self) -> Self:
        """Those with something due that nobody has claimed, be it only a copy."""
        from .copies import Copy

        copies = Exists(Copy.objects.due().filter(channel=OuterRef("pk")))
        due = RawSQL(f"EXISTS ({senders_of('emails_channel.id')})", (), models.BooleanField())  # noqa: S611
        return self.alias(due=due).filter(Q(due=True) | copies)

    def open(self) -> Self:
        """Not paused by anybody and not held after a fault."""
        return self.filter(Q(held_until=None) | Q(held_until__lte=Now()), paused=False)


class Channel(models.Model):
    """How mail leaves: an SMTP server of one user, or of the whole team (no owner).

    Faults of the channel hold the channel, never its emails: they stay Scheduled and say why.
    """

    class Security(models.TextChoices):
        NONE = "none", _("none")
        STARTTLS = "starttls", "STARTTLS"
        TLS = "tls", "TLS"

    # The pause after the first, second, … fault in a row; the last repeats.
    HOLDS = [timedelta(minutes=minutes) for minutes in (1, 2, 5, 10, 30, 60)]

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="channels",
        verbose_name=_("owner"),
        help_text=_("Empty: the whole team may use it."),
    )
    name = models.CharField(_("name"), max_length=100)
    host = models.CharField(_("server"), max_length=253)
    port = models.PositiveIntegerField(_("port"), default=587, validators=[MinValueValidator(1)])
    security = models.CharField(
        _("encryption"), max_length=10, choices=Security, default=Security.STARTTLS
    )
    username = models.CharField(_("user name"), max_length=254, blank=True)
    password = SecretField(_("password"), blank=True)
    sessions = models.PositiveSmallIntegerField(
        _("connections at once"), default=2, validators=[MinValueValidator(1)]
    )
    per_minute = models.PositiveIntegerField(
        _("emails per minute"), null=True, blank=True, validators=[MinValueValidator(1)]
    )
    connected_at = models.DateTimeField(_("last tested"), null=True, blank=True, editable=False)
    paused = models.BooleanField(_("paused"), default=False)
    held_until = models.DateTimeField(_("held until"), null=True, blank=True, editable=False)
    faults = models.PositiveSmallIntegerField(_("faults in a row"), default=0, editable=False)
    reason = models.CharField(_("reason"), max_length=40, blank=True, editable=False)
    server_words = models.CharField(
        _("the server's words"), max_length=1000, blank=True, editable=False
    )
    # When a job last looked after this channel: what is due in a gap was unattended.
    attended_at = models.DateTimeField(
        _("last attended"), null=True, default=timezone.now, editable=False
    )

    objects = ChannelQuerySet.as_manager()

    class Meta:
        verbose_name = _("channel")
        verbose_name_plural = _("channels")
        ordering = ["name", "pk"]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def seen_by(cls, user: "User") -> ChannelQuerySet:
        """The channels that `user` may send through."""
        return cls.objects.usable_by(user).select_related("owner")

    @classmethod
    def changeable_by(cls, user: "User") -> ChannelQuerySet:
        """The channels that `user` may change."""
        return cls.objects.managed_by(user).select_related("owner")

    @property
    def may_be_inside(self) -> bool:
        """Whether its server may be inside the network: an admin says so, or the operator."""
        return settings.PRIVATE_CHANNELS or self.owner is None or self.owner.is_admin

    @property
    def is_held(self) -> bool:
        return self.held_until is not None and self.held_until > timezone.now()

    @property
    def is_open(self) -> bool:
        return not self.paused and not self.is_held

    @property
    def last_sender(self) -> int | None:
        """The id of the user whose email it was last tried with."""
        latest = self.attempts.order_by("-started_at")
        return latest.values_list("owner_id", flat=True).first()

    def has_failed(self, times: int) -> bool:
        """Whether the last so many attempts, of the last hour, were refused or left in doubt.

        Asked of the attempts themselves: where each answer takes minutes, a worker's turn sees
        one of them.
        """
        hour = timedelta(hours=1)
        recent = self.attempts.filter(started_at__gt=Now() - hour).exclude(ended_at=None)
        latest = recent.order_by("-started_at").values_list("outcome", flat=True)[:times]
        failed = {Outcome.NONE, Outcome.REFUSED}
        return len(latest) == times and failed.issuperset(latest)

    def hold(self, reason: str, words: str) -> None:
        """Rest after a fault, longer after each one in a row; its emails wait without counting."""
        pause = self.HOLDS[min(self.faults, len(self.HOLDS) - 1)]
        Channel.objects.filter(pk=self.pk).update(
            held_until=Now() + pause,
            faults=F("faults") + 1,
            reason=reason,
            server_words=words[:1000],
        )
        self.refresh_from_db()

    def works_again(self) -> None:
        """Forget the faults: the server has just taken an email. A pause stays a pause."""
        Channel.objects.filter(pk=self.pk).update(
            held_until=None, faults=0, reason="", server_words=""
        )
        self.refresh_from_db()

    def release(self) -> None:
        """Go on at once: somebody has mended what was wrong, or ends the pause."""
        Channel.objects.filter(pk=self.pk).update(paused=False)
        self.works_again()

    def pause(self) -> None:
        """Send nothing more until somebody releases it."""
        self.paused = True
        self.save(update_fields=["paused"])

    def connected(self) -> None:
        """A test went well: what was wrong before is no more."""
        Channel.objects.filter(pk=self.pk).update(
            connected_at=Now(), held_until=None, faults=0, reason="", server_words=""
        )
        self.refresh_from_db()

    def did_not_connect(self, reason: str, words: str) -> None:
        """A test showed what is wrong."""
        Channel.objects.filter(pk=self.pk).update(
            connected_at=None, reason=reason, server_words=words[:1000]
        )
        self.refresh_from_db()

    def serve_if_only(self) -> int:
        """Become the channel of the identities without one, if their owners have no other.

        Returns how many those were.
        """
        from .identities import Identity

        waiting = Identity.objects.filter(channel=None)
        if self.owner_id:
            waiting = waiting.filter(owner=self.owner_id)
            rivals = Channel.objects.filter(Q(owner=self.owner_id) | Q(owner=None))
        else:
            waiting = waiting.filter(~Exists(Channel.objects.filter(owner=OuterRef("owner"))))
            rivals = Channel.objects.filter(owner=None)
        if rivals.exclude(pk=self.pk).exists():
            return 0
        return waiting.update(channel=self)

    def remove(self) -> bool:
        """Delete it; False if emails were sent through it, which it is the history of."""
        try:
            self.delete()
        except models.ProtectedError:
            return False
        return True

    def gaps_since(self, moments: "Iterable[datetime | None]") -> "list[UnattendedPeriod]":
        """The times without a worker that reached beyond the earliest of `moments`."""
        known = [moment for moment in moments if moment]
        return list(self.gaps.filter(ended_at__gt=min(known))) if known else []

    @transaction.atomic
    def attend(self) -> None:
        """Note that a job looks after this channel, and since when nobody had.

        A gap longer than UnattendedPeriod.NOTICED is written down; emails that were due in it
        may be too late to be sent.
        """
        mine = Channel.objects.filter(pk=self.pk).select_for_update(no_key=True)
        before = mine.values_list("attended_at", flat=True).get()
        Channel.objects.filter(pk=self.pk).update(
            attended_at=Greatest(F("attended_at"), Now(), output_field=models.DateTimeField())
        )
        self.refresh_from_db(fields=["attended_at"])
        if before and self.attended_at and self.attended_at - before > UnattendedPeriod.NOTICED:
            self.gaps.get_or_create(began_at=before, defaults={"ended_at": self.attended_at})


class UnattendedPeriod(models.Model):
    """A time in which no worker looked after a channel."""

    NOTICED = timedelta(minutes=10)

    channel = models.ForeignKey(Channel, models.CASCADE, related_name="gaps")
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField()

    class Meta:
        verbose_name = _("unattended period")
        verbose_name_plural = _("unattended periods")
        constraints = [models.UniqueConstraint(fields=["channel", "began_at"], name="gap_once")]

    def __str__(self) -> str:
        return f"{self.began_at:%F %T} – {self.ended_at:%F %T}"

    def overlap(self, due: Any) -> timedelta:
        """How much of this period an email due at `due` waited through."""
        return max(self.ended_at - max(self.began_at, due), timedelta())
