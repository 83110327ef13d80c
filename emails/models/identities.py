from datetime import timedelta
from typing import TYPE_CHECKING, ClassVar, Self

from django.conf import settings
from django.db import models, transaction
from django.db.models import Q
from django.db.models.functions import Lower, Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .channels import Channel

if TYPE_CHECKING:
    pass


class IdentityQuerySet(models.QuerySet["Identity"]):
    def verified(self) -> Self:
        return self.exclude(verified_at=None)

    def unverified(self) -> Self:
        return self.filter(verified_at=None)

    def ready(self) -> Self:
        """Those that email can be sent from."""
        return self.verified().exclude(channel=None)

    def for_compose(self) -> Self:
        return self.select_related("channel").order_by("-is_default", "pk")

    def with_address(self, address: str) -> Self:
        return self.annotate(lower=Lower("address")).filter(lower=address.strip().lower())

    def make_default(self, pk: int) -> bool:
        """Let the verified one of these with that id be the default; False if there is none."""
        with transaction.atomic():
            mine = list(self.order_by("pk").select_for_update())
            chosen = next((each for each in mine if each.pk == pk and each.is_verified), None)
            if chosen is None:
                return False
            self.filter(is_default=True).exclude(pk=pk).update(is_default=False)
            self.filter(pk=pk).update(is_default=True)
            return True


class Identity(models.Model):
    """A name and address that a user writes from; usable once its address is verified."""

    # Between two mails with the link: what is not there yet may be on its way.
    ASKED_AGAIN_AFTER: ClassVar = timedelta(minutes=1)
    # So many of a user's may wait for their links: nobody has mail sent to whomever they like.
    MOST_WAITING: ClassVar = 10

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
    signature = models.TextField(_("signature"), blank=True)  # sanitised HTML
    is_default = models.BooleanField(_("default"), default=False)
    asked_at = models.DateTimeField(_("link mailed"), null=True, blank=True, editable=False)
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

    def ask(self) -> bool:
        """Note that its link is mailed now; False if one is on its way already."""
        before = timezone.now() - self.ASKED_AGAIN_AFTER
        mine = Identity.objects.unverified().filter(pk=self.pk)
        asked = mine.filter(Q(asked_at=None) | Q(asked_at__lt=before)).update(asked_at=Now())
        self.refresh_from_db(fields=["asked_at"])
        return bool(asked)

    def unask(self) -> None:
        """The mail with its link did not go out."""
        self.asked_at = None
        self.save(update_fields=["asked_at"])

    def verify(self) -> None:
        """Its owner has followed the link that was mailed to the address.

        The first one that is verified is what its owner writes from by default.
        """
        Identity.objects.filter(pk=self.pk, verified_at=None).update(verified_at=Now())
        mine = Identity.objects.filter(owner=self.owner_id)
        if not mine.filter(is_default=True).exists():
            mine.make_default(self.pk)
        self.refresh_from_db(fields=["verified_at", "is_default"])

    def remove(self) -> bool:
        """Delete it; False if there are emails from it, which it is the history of."""
        try:
            self.delete()
        except models.ProtectedError:
            return False
        return True
