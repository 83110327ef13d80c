from datetime import timedelta
from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Greatest, Lower, Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ..secrets import SecretField

if TYPE_CHECKING:
    from accounts.models import User


class ChannelQuerySet(models.QuerySet["Channel"]):
    def usable_by(self, user: "User") -> Self:
        """Their own and the team's."""
        return self.filter(Q(owner=user) | Q(owner=None))

    def with_due(self) -> Self:
        """Those on which a scheduled email's time has come."""
        from .email import Email

        due = Email.objects.due().filter(channel=OuterRef("pk"))
        return self.filter(Exists(due))

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
    attended_at = models.DateTimeField(_("last attended"), null=True, editable=False)

    objects = ChannelQuerySet.as_manager()

    class Meta:
        verbose_name = _("channel")
        verbose_name_plural = _("channels")
        ordering = ["name", "pk"]

    def __str__(self) -> str:
        return self.name

    @property
    def is_held(self) -> bool:
        return self.held_until is not None and self.held_until > timezone.now()

    @property
    def is_open(self) -> bool:
        return not self.paused and not self.is_held

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

    def release(self) -> None:
        """Go on at once: somebody has mended what was wrong, or the server works again."""
        Channel.objects.filter(pk=self.pk).exclude(
            held_until=None, faults=0, reason="", paused=False
        ).update(held_until=None, faults=0, reason="", server_words="", paused=False)
        self.refresh_from_db()

    def attend(self) -> None:
        """Note that a job looks after this channel, and since when nobody had.

        A gap longer than UnattendedPeriod.NOTICED is written down; emails that were due in it
        may be too late to be sent.
        """
        before = self.attended_at
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


class IdentityQuerySet(models.QuerySet["Identity"]):
    def verified(self) -> Self:
        return self.exclude(verified_at=None)

    def for_compose(self) -> Self:
        return self.select_related("channel").order_by("-is_default", "pk")


class Identity(models.Model):
    """A name and address that a user writes from; usable once its address is verified."""

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="identities", verbose_name=_("owner")
    )
    name = models.CharField(_("name"), max_length=150)
    address = models.EmailField(_("email"))
    channel = models.ForeignKey(
        Channel,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="identities",
        verbose_name=_("channel"),
    )
    is_default = models.BooleanField(_("default"), default=False)
    verified_at = models.DateTimeField(_("verified"), null=True, blank=True, editable=False)

    objects = IdentityQuerySet.as_manager()

    class Meta:
        verbose_name = _("identity")
        verbose_name_plural = _("identities")
        ordering = ["-is_default", "pk"]
        constraints = [
            models.UniqueConstraint("owner", Lower("address"), name="identity_once_per_owner"),
            models.UniqueConstraint(
                fields=["owner"], condition=Q(is_default=True), name="one_default_identity"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} <{self.address}>"

    @property
    def is_verified(self) -> bool:
        return self.verified_at is not None

    @property
    def is_ready(self) -> bool:
        """Whether email can be sent from it: verified, and with a channel."""
        return self.is_verified and self.channel_id is not None

    def verify(self) -> None:
        """Its owner has followed the link that was mailed to the address."""
        Identity.objects.filter(pk=self.pk, verified_at=None).update(verified_at=Now())
        self.refresh_from_db(fields=["verified_at"])
