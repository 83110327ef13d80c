import hashlib
from itertools import batched
from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.db import connection, models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ui.moments import day

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
    if address.startswith(HASHED):
        return address
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

    def covering(self, *addresses: str, sender: int | None = None) -> Self:
        """Those in force that forbid mail to any of `addresses`, by address or by domain.

        With the id of a `sender`, only what holds for that user's mail; without, all of them, so
        that whoever does not say who writes leaves out one too many rather than one too few.
        """
        values = {value for address in addresses if address for value in values_covering(address)}
        found = self.in_force().filter(value__in=values)
        return found if sender is None else found.filter(Q(sender=None) | Q(sender=sender))

    def of_address(self, address: str) -> Self:
        """Those of the address itself, not of its domain."""
        return self.filter(value__in=[address.strip().lower(), hash_of(address)])

    def because(self, *reasons: str) -> Self:
        return self.filter(reason__in=reasons)

    def blocked(self) -> Self:
        """What admins have closed."""
        return self.because(Suppression.Reason.BLOCKED)

    def matching(self, words: str) -> Self:
        """Those whose address, domain or note holds every word of `words`."""
        found = self
        for word in words.split()[:8]:
            found = found.filter(Q(value__icontains=word) | Q(note__icontains=word))
        return found

    def newest_first(self) -> Self:
        return self.order_by("-created_at", "-pk")


# One statement says which rows came new, whoever else writes the same ones at this moment: the
# second of two waits for the first and then finds nothing to do. Sorted, so that two never wait
# for each other.
_FORBID = """
INSERT INTO prospects_suppression (value, reason, note, sender_id, created_at, created_by_id)
SELECT value, %(reason)s, %(note)s, %(sender)s, statement_timestamp(), %(by)s
  FROM unnest(%(values)s::text[]) AS given(value) ORDER BY value
ON CONFLICT DO NOTHING
RETURNING id
"""


class Suppression(models.Model):
    """An address or a whole domain that must not be mailed: since when, why, and who says so.

    A domain covers its subdomains. With a `sender` only that user's mail is forbidden, else
    everybody's. Released rows stay. What is written here goes through prospects.consent, which
    keeps the history and stops what waits to be sent.
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
    sender = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("only mail by"),
    )
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
                fields=["value", "reason", "sender"],
                condition=Q(released_at=None),
                nulls_distinct=False,
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

    @property
    def is_hash(self) -> bool:
        """Whether it stands for an address that only its hash is known of any more."""
        return self.value.startswith(HASHED)

    @property
    def shown_value(self) -> str:
        """The address or domain as screens show it."""
        return str(_("a forgotten address")) if self.is_hash else self.value

    @property
    def tone(self) -> str:
        """That of its tag."""
        return {self.Reason.UNSUBSCRIBED: "warn", self.Reason.COMPLAINED: "violet"}.get(
            self.Reason(self.reason), "bad"
        )

    @property
    def sentence(self) -> str:
        """That it must not be mailed, why, and since when."""
        return self.about(self.shown_value)

    def about(self, address: str) -> str:
        """Why `address`, which this covers, must not be mailed: one sentence."""
        values = {
            "address": address,
            "domain": self.value,
            "reason": self.words,
            "day": day(timezone.localtime(self.created_at), year=True),
        }
        if self.is_domain and not self.is_hash:
            return _("Nobody at %(domain)s may be mailed: %(reason)s, %(day)s.") % values
        return _("%(address)s must not be mailed: %(reason)s, %(day)s.") % values

    @classmethod
    def unsubscribed_among(cls, addresses: "Iterable[str]") -> set[str]:
        """Those of `addresses`, in lower case, whose owners do not want to be mailed any more."""
        named = {value: one.lower() for one in addresses for value in (one.lower(), hash_of(one))}
        said = cls.objects.unsubscribes().filter(value__in=named)
        return {named[value] for value in said.values_list("value", flat=True)}

    @classmethod
    def listed(cls) -> SuppressionQuerySet:
        """All that is in force, with what a list shows of it."""
        return cls.objects.in_force().select_related("created_by", "sender")

    @property
    def words(self) -> str:
        """Why, as it stands in a sentence, and whose mail it is about where that is one user's."""
        if self.sender is None:
            return self.get_reason_display()
        return _("%(reason)s from mail by %(sender)s") % {
            "reason": self.get_reason_display(),
            "sender": self.sender,
        }

    @classmethod
    def forbid(
        cls,
        values: "Iterable[str]",
        reason: str,
        *,
        by: "User | None" = None,
        sender: "User | None" = None,
        note: str = "",
    ) -> "list[Suppression]":
        """Write down that `values` (addresses, domains) must not be mailed; returns what came new.

        Only prospects.consent calls this.
        """
        told = {
            "values": sorted({value.strip().lower() for value in values}),
            "reason": reason,
            "note": note[:500],
            "sender": sender.pk if sender else None,
            "by": by.pk if by else None,
        }
        with connection.cursor() as cursor:
            cursor.execute(_FORBID, told)
            ids = [row[0] for row in cursor.fetchall()]
        return list(cls.objects.filter(pk__in=ids).order_by("pk"))

    @classmethod
    def suppress(cls, value: str, reason: str, **told: Any) -> bool:
        """Forbid mail to `value` (an address or a domain); False if that was so already."""
        from ..consent import suppress

        return bool(suppress([value], reason, **told).new)

    @classmethod
    def unsubscribed_from(cls, address: str, sender: int) -> "Suppression | None":
        """That whoever reads `address` has unsubscribed from everybody's mail, else from that of
        the user with the id `sender`; None if from neither."""
        mine = cls.objects.in_force().of_address(address).because(cls.Reason.UNSUBSCRIBED)
        found = {row.sender_id: row for row in mine}
        return found.get(None) or found.get(sender)

    @classmethod
    def count_covered(cls, addresses: "Iterable[str]", *, sender: int | None = None) -> int:
        """How many of `addresses` must not be mailed (by the user with that id)."""
        count = 0
        for some in batched(addresses, 1000):
            covering = cls.objects.covering(*some, sender=sender)
            found = set(covering.values_list("value", flat=True))
            count += sum(bool(found.intersection(values_covering(each))) for each in some if found)
        return count

    def release(self, by: "User | None", why: str = "") -> bool:
        """Allow mail again, for the reason `why`; False if somebody already did."""
        from ..consent import release
        from .consent import ConsentChange

        mine = Suppression.objects.filter(pk=self.pk)
        return bool(release(mine, by=by, why=why, source=ConsentChange.Source.ADMIN))

    @classmethod
    def release_for(cls, address: str, *, by: "User | None", complaints: bool = False) -> int:
        """Release what bounces of `address` caused, and complaints where `complaints` says so.

        Returns how many were in force. Unsubscribed and blocked addresses stay as they are.
        """
        from ..consent import release
        from .consent import ConsentChange

        reasons = [cls.Reason.BOUNCED, *([cls.Reason.COMPLAINED] if complaints else [])]
        caused = cls.objects.of_address(address).because(*reasons)
        return release(caused, by=by, source=ConsentChange.Source.RETRY)
