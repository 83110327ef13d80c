from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower, Now
from django.db.models.lookups import Contains
from django.utils.translation import gettext_lazy as _

from prospects.models import hash_of
from prospects.words import Folded, folded

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models.fields.related_descriptors import RelatedManager

    from .bulk import BulkSend
    from .email import Email


class BulkRecipientQuerySet(models.QuerySet["BulkRecipient"]):
    """The questions that are asked about whom a bulk email goes to."""

    def active(self) -> Self:
        """Still on the list."""
        return self.filter(removed_at=None)

    def removed(self) -> Self:
        return self.exclude(removed_at=None)

    def edited(self) -> Self:
        """With words of their own."""
        return self.filter(Q(subject__isnull=False) | Q(html__isnull=False))

    def of_ids(self, ids: "Sequence[int]") -> Self:
        return self.filter(pk__in=ids)

    def matching(self, words: str) -> Self:
        """Those whose name, address or company holds every word of `words`."""
        found = self
        for word in words.replace("\0", "").split()[:8]:
            found = found.filter(
                Q(Contains(Folded("name"), folded(word)))
                | Q(address__icontains=word)
                | Q(Contains(Folded("person__company"), folded(word)))
            )
        return found

    def in_order(self) -> Self:
        """As they came onto the list, which is the order in which they are written to."""
        return self.order_by("pk")

    def left_out(self) -> Self:
        """To whom no email was made when it was launched."""
        return self.exclude(left_out="")

    def remove(self) -> int:
        """Take these off the list; their own words stay, should they come back."""
        return self.active().update(removed_at=Now())

    def put_back(self) -> int:
        return self.removed().update(removed_at=None)

    def reset(self) -> int:
        """Let these have the common words again."""
        return self.edited().update(subject=None, html=None, edited_at=None)

    def say(self, subject: str | None, html: str | None) -> int:
        """Let these have words of their own, as far as they are given."""
        return self.update(subject=subject, html=html, edited_at=Now())

    def forget(self, email: "Email") -> int:
        """Forget to whom `email` went, which was made for these, and what it said to them alone."""
        address = hash_of(email.to_address)
        told: dict[str, Any] = {"address": address, "name": "", "subject": None, "html": None}
        return self.update(**told, person=None)

    def moved_meanwhile(self) -> Self:
        """Whose person has another address, another name or is gone since they came onto the
        list."""
        return self.select_related("person").filter(
            Q(person__removed_at__isnull=False) | ~Q(address=F("person__email"))
        )


class BulkRecipient(models.Model):
    """One recipient of a bulk email, with what is written to them alone, if anything is.

    `subject` and `html` are null where the common ones hold. Whoever is taken off the list keeps
    their row, so that what was written to them comes back with them.
    """

    bulk = models.ForeignKey("emails.BulkSend", models.CASCADE, related_name="recipients")
    person = models.ForeignKey(
        "prospects.Person",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("person"),
    )
    address = models.CharField(_("address"), max_length=254)
    name = models.CharField(_("name"), max_length=200, blank=True)
    subject = models.CharField(_("own subject"), max_length=500, null=True, blank=True)
    html = models.TextField(null=True, blank=True)
    edited_at = models.DateTimeField(_("edited"), null=True, blank=True)
    removed_at = models.DateTimeField(_("taken off"), null=True, blank=True)
    # Why no email was made for them, found out at the launch: a code of emails/reasons.py.
    left_out = models.CharField(_("left out"), max_length=40, blank=True)

    objects = BulkRecipientQuerySet.as_manager()

    if TYPE_CHECKING:
        emails: RelatedManager[Email]
        bulk_id: int
        person_id: int | None

    class Meta:
        verbose_name = _("bulk recipient")
        verbose_name_plural = _("bulk recipients")
        constraints = [
            # Who is in two groups, or typed as well, is on the list once.
            models.UniqueConstraint(fields=["bulk", "person"], name="bulk_person_once"),
            models.UniqueConstraint("bulk", Lower("address"), name="bulk_address_once"),
        ]
        indexes = [models.Index(fields=["bulk", "id"], name="bulk_recipients_in_order")]

    def __str__(self) -> str:
        return self.name or self.address

    @property
    def is_edited(self) -> bool:
        """Whether something was written to them alone."""
        return self.subject is not None or self.html is not None

    def write(self, subject: str, html: str, *, common: "BulkSend") -> bool:
        """Say `subject` and `html` to them alone, as far as these differ from the common ones.

        Returns whether anything changed.
        """
        own: dict[str, Any] = {
            "subject": None if subject == common.subject else subject,
            "html": None if html == common.html else html,
        }
        # Who has words of their own keeps them, even if the common ones become the same.
        own |= {
            name: value
            for name, value in (("subject", subject), ("html", html))
            if getattr(self, name) == value
        }
        if own == {"subject": self.subject, "html": self.html}:
            return False
        edited = any(value is not None for value in own.values())
        BulkRecipient.objects.filter(pk=self.pk).update(**own, edited_at=Now() if edited else None)
        self.refresh_from_db()
        return True
