import hashlib
from itertools import batched
from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from collections.abc import Iterable

    from accounts.models import User


# What stands before the hash of an address that is not known any more.
HASHED = "sha256:"


def domains_of(address: str) -> list[str]:
    """The domain of `address` and every parent domain below the top level, most specific first."""
    labels = address.rpartition("@")[2].lower().rstrip(".").split(".")
    return [".".join(labels[start:]) for start in range(len(labels) - 1)] or labels


def hash_of(address: str) -> str:
    """What stands for `address` once the email that named it has been purged."""
    return f"{HASHED}{hashlib.sha256(address.strip().lower().encode()).hexdigest()}"


class AddressHash(models.Func):
    """`hash_of` a column with an address, in PostgreSQL."""

    template = "('sha256:' || encode(sha256(convert_to(lower(%(expressions)s), 'UTF8')), 'hex'))"
    output_field = models.CharField()


def values_covering(address: str) -> list[str]:
    """Every value whose suppression forbids mail to `address`: itself, its hash, its domains."""
    return [address.strip().lower(), hash_of(address), *domains_of(address)]


class SuppressionQuerySet(models.QuerySet["Suppression"]):
    def in_force(self) -> Self:
        return self.filter(released_at=None)

    def unsubscribes(self) -> Self:
        """Those in force because somebody does not want to be mailed any more."""
        return self.in_force().filter(reason=Suppression.Reason.UNSUBSCRIBED)

    def covering(self, *addresses: str) -> Self:
        """Those in force that forbid mail to any of `addresses`, by address or by domain."""
        values = {value for address in addresses if address for value in values_covering(address)}
        return self.in_force().filter(value__in=values)


class Suppression(models.Model):
    """An address or a whole domain that must not be mailed: since when, why, and who says so.

    A domain covers its subdomains. Released rows stay as history.
    """

    class Reason(models.TextChoices):
        UNSUBSCRIBED = "unsubscribed", _("unsubscribed")
        BOUNCED = "bounced", _("address does not exist")
        COMPLAINED = "complained", _("complained about spam")
        BLOCKED = "blocked", _("blocked by an admin")

    value = models.CharField(
        _("address or domain"), max_length=254, help_text=_("anna@example.com, or example.com")
    )
    reason = models.CharField(_("reason"), max_length=20, choices=Reason, default=Reason.BLOCKED)
    note = models.CharField(_("note"), max_length=500, blank=True)
    created_at = models.DateTimeField(_("since"), default=timezone.now, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("by"),
    )
    released_at = models.DateTimeField(_("released"), null=True, blank=True, editable=False)
    released_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("released by"),
    )

    objects = SuppressionQuerySet.as_manager()

    class Meta:
        verbose_name = _("suppression")
        verbose_name_plural = _("suppressions")
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["value", "reason"],
                condition=Q(released_at=None),
                name="suppressed_once_for_a_reason",
            ),
            models.CheckConstraint(
                name="suppression_in_lower_case",
                condition=Q(value=models.functions.Lower("value")),
            ),
        ]

    def __str__(self) -> str:
        return self.value

    def clean(self) -> None:
        self.value = self.value.strip().lower().removeprefix("@")

    @property
    def is_domain(self) -> bool:
        return "@" not in self.value

    @classmethod
    def unsubscribed_among(cls, addresses: "Iterable[str]") -> set[str]:
        """Those of `addresses`, in lower case, whose owners do not want to be mailed any more."""
        named = {value: one.lower() for one in addresses for value in (one.lower(), hash_of(one))}
        said = cls.objects.unsubscribes().filter(value__in=named)
        return {named[value] for value in said.values_list("value", flat=True)}

    @classmethod
    def suppress(cls, value: str, reason: str, **fields: Any) -> bool:
        """Forbid mail to `value` (an address or a domain); False if that was so already."""
        return cls.objects.get_or_create(
            value=value.strip().lower(), reason=reason, released_at=None, defaults=fields
        )[1]

    @classmethod
    def count_covered(cls, addresses: "Iterable[str]") -> int:
        """How many of `addresses` must not be mailed."""
        count = 0
        for some in batched(addresses, 1000):
            found = set(cls.objects.covering(*some).values_list("value", flat=True))
            count += sum(bool(found.intersection(values_covering(each))) for each in some if found)
        return count

    def release(self, by: "User | None", why: str = "") -> bool:
        """Allow mail again, for the reason `why`; False if somebody already did."""
        note = " · ".join(filter(None, [self.note, why]))[:500]
        return bool(
            Suppression.objects.in_force()
            .filter(pk=self.pk)
            .update(released_at=timezone.now(), released_by=by, note=note)
        )

    @classmethod
    def release_for(cls, address: str, *, by: "User | None", complaints: bool = False) -> int:
        """Release what bounces of `address` caused, and complaints where `complaints` says so.

        Returns how many were in force. Unsubscribed and blocked addresses stay as they are.
        """
        reasons = [cls.Reason.BOUNCED, *([cls.Reason.COMPLAINED] if complaints else [])]
        return (
            cls.objects.in_force()
            .filter(value__in=[address.strip().lower(), hash_of(address)], reason__in=reasons)
            .update(released_at=timezone.now(), released_by=by)
        )
