from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class ReturnedMail(models.Model):
    """A message that came in, whole, with what it was read as and which email it is about.

    What could not be matched stays here and is shown to admins; nothing is thrown away.
    """

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

    class Meta:
        verbose_name = _("returned mail")
        verbose_name_plural = _("returned mail")
        indexes = [models.Index(fields=["-received_at"], name="returned_newest")]

    def __str__(self) -> str:
        return self.subject or self.kind
