from datetime import timedelta
from typing import ClassVar, Self

from django.db import models
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class ReturnedMailQuerySet(models.QuerySet["ReturnedMail"]):
    def long_kept(self) -> Self:
        """Still whole, and received long ago."""
        return self.filter(received_at__lte=Now() - ReturnedMail.KEPT_WHOLE).exclude(raw=b"")

    def forget_raw(self) -> int:
        """Drop the messages themselves; returns how many.

        What they were read as stays, and so does their hash: come again, they change nothing.
        """
        return self.update(raw=b"")


class ReturnedMail(models.Model):
    """A message that came in, with what it was read as and which email it is about.

    What could not be matched stays here too and is shown to admins. The message itself is kept
    whole for as long as somebody may want to read it again.
    """

    KEPT_WHOLE: ClassVar = timedelta(days=90)

    sha256 = models.CharField(max_length=64, unique=True)
    received_at = models.DateTimeField(_("received"), default=timezone.now)
    kind = models.CharField(_("read as"), max_length=20)
    sender = models.CharField(_("from"), max_length=320, blank=True)
    subject = models.CharField(_("subject"), max_length=500, blank=True)
    raw = models.BinaryField()
    email = models.ForeignKey(
        "emails.Email",
        models.SET_NULL,
        null=True,
        related_name="returned",
        verbose_name=_("about"),
    )
    note = models.CharField(_("note"), max_length=500, blank=True)

    objects = ReturnedMailQuerySet.as_manager()

    class Meta:
        verbose_name = _("returned mail")
        verbose_name_plural = _("returned mail")
        indexes = [models.Index(fields=["-received_at"], name="returned_newest")]

    def __str__(self) -> str:
        return self.subject or self.kind
