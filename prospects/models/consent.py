from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from .people import Person
from .suppression import Suppression, values_covering

if TYPE_CHECKING:
    from collections.abc import Sequence


class ConsentChangeQuerySet(models.QuerySet["ConsentChange"]):
    def about(self, person: Person) -> Self:
        """All that happened to `person`, under whichever address, and to their address."""
        return self.filter(Q(person=person) | Q(value__in=values_covering(person.email)))

    def newest_first(self) -> Self:
        return self.order_by("-at", "-pk")

    def for_card(self) -> Self:
        """With what a line of the history shows, in one query."""
        related = self.select_related("by", "sender", "email")
        return related.defer("email__reason_values").newest_first()


class ConsentChange(models.Model):
    """One change of whether an address or a domain may be mailed. Written once, kept for ever.

    Suppression says what holds now; this says how it came about.
    """

    class What(models.TextChoices):
        UNSUBSCRIBED = "unsubscribed", _("Unsubscribed")
        RESUBSCRIBED = "resubscribed", _("Resubscribed")
        BLOCKED = "blocked", _("Blocked")
        RELEASED = "released", _("Released")
        BOUNCED = "bounced", _("Address does not exist")
        COMPLAINED = "complained", _("Complained about spam")

    class Source(models.TextChoices):
        LINK = "link", _("the link in an email")
        ONE_CLICK = "one_click", _("one click in their mail program")
        HAND = "hand", _("by hand")
        BULK = "bulk", _("by hand, with others")
        IMPORT = "import", _("an import")
        BOUNCE = "bounce", _("a bounce")
        COMPLAINT = "complaint", _("a complaint")
        ADMIN = "admin", _("an admin")
        MAIL = "mail", _("their mail provider")
        RETRY = "retry", _("a retry")
        UNDO = "undo", _("taken back at once")

    class Because(models.TextChoices):
        """What people can say on the page where they unsubscribe."""

        TOO_MANY = "too_many", _("I get too many emails")
        NOT_FOR_ME = "not_for_me", _("They are of no use to me")
        NEVER_ASKED = "never_asked", _("I never asked for them")
        WRONG_PERSON = "wrong_person", _("I am the wrong person for this")

    WHAT = {
        Suppression.Reason.UNSUBSCRIBED: What.UNSUBSCRIBED,
        Suppression.Reason.BLOCKED: What.BLOCKED,
        Suppression.Reason.BOUNCED: What.BOUNCED,
        Suppression.Reason.COMPLAINED: What.COMPLAINED,
    }

    value = models.CharField(_("address or domain"), max_length=254, db_index=True)
    person = models.ForeignKey(
        Person,
        models.SET_NULL,
        null=True,
        related_name="consent_changes",
        verbose_name=_("person"),
    )
    at = models.DateTimeField(_("when"), db_default=Now())
    what = models.CharField(_("what"), max_length=20, choices=What)
    source = models.CharField(_("source"), max_length=20, choices=Source)
    because = models.CharField(_("because"), max_length=20, choices=Because, blank=True)
    words = models.CharField(_("in words"), max_length=500, blank=True)
    sender = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("only mail by"),
    )
    email = models.ForeignKey(
        "emails.Email", models.SET_NULL, null=True, related_name="+", verbose_name=_("email")
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("by")
    )

    objects = ConsentChangeQuerySet.as_manager()

    class Meta:
        verbose_name = _("change of consent")
        verbose_name_plural = _("changes of consent")
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.value}: {self.get_what_display()}"

    @property
    def shown_value(self) -> str:
        """The address or domain as screens show it."""
        return Suppression(value=self.value).shown_value

    @property
    def icon(self) -> str:
        return "rotate-ccw" if self.what in _ENDS else "ban"

    @property
    def tone(self) -> str:
        return "ok" if self.what in _ENDS else "bad"

    @classmethod
    def keep(
        cls, suppressions: "Sequence[Suppression]", source: str, *, ended: bool = False, **told: Any
    ) -> "list[ConsentChange]":
        """Write down that `suppressions` have begun, or `ended`; each with the person it concerns."""
        people = dict(Person.objects.present().by_keys({row.value for row in suppressions}))
        changes = [
            ConsentChange(
                value=row.value,
                person_id=people.get(row.value),
                what=_ended(row) if ended else cls.WHAT[Suppression.Reason(row.reason)],
                source=source,
                sender_id=row.sender_id,
                **told,
            )
            for row in suppressions
        ]
        return ConsentChange.objects.bulk_create(changes, batch_size=1000)


_ENDS = {ConsentChange.What.RESUBSCRIBED, ConsentChange.What.RELEASED}


def _ended(row: Suppression) -> str:
    if row.reason == Suppression.Reason.UNSUBSCRIBED:
        return ConsentChange.What.RESUBSCRIBED
    return ConsentChange.What.RELEASED
