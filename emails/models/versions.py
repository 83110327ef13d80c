from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

if TYPE_CHECKING:
    from accounts.models import User

    from .templates import Template  # noqa: F401
    from .uses import Uses


class TemplateVersionQuerySet(models.QuerySet["TemplateVersion"]):
    def readable_by(self, user: "User") -> Self:
        """All of the user's own templates; what those of colleagues say now, as earlier ones may
        be from before they were shared; and those that emails of the user's were made with."""
        from .templates import Template

        made = user.emails.filter(template_version=models.OuterRef("pk"))
        now = Q(number=F("template__version"), template__in=Template.seen_by(user).values("pk"))
        return self.filter(Q(template__owner=user) | now | models.Exists(made))


class TemplateVersion(models.Model):
    """What a template said at one time; never changed, and kept as long as the template."""

    template = models.ForeignKey("emails.Template", models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField(gettext_lazy("version"))
    name = models.CharField(gettext_lazy("name"), max_length=150)
    subject = models.CharField(gettext_lazy("subject"), max_length=500, blank=True)
    html = models.TextField(gettext_lazy("text"), blank=True)
    written_at = models.DateTimeField(gettext_lazy("written"), db_default=Now())
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        verbose_name=gettext_lazy("written by"),
    )

    objects = TemplateVersionQuerySet.as_manager()

    if TYPE_CHECKING:
        uses: Uses

    class Meta:
        verbose_name = gettext_lazy("template version")
        verbose_name_plural = gettext_lazy("template versions")
        constraints = [
            models.UniqueConstraint(fields=["template", "number"], name="version_number_once")
        ]

    def __str__(self) -> str:
        return _("%(name)s, version %(number)s") % {"name": self.name, "number": self.number}

    def get_absolute_url(self) -> str:
        return reverse("templates:version", args=[self.pk])

    @classmethod
    def readable_by(cls, user: "User") -> TemplateVersionQuerySet:
        """The versions whose text `user` may read."""
        return cls.objects.readable_by(user)

    def ticket_for(self, user: "User") -> str:
        """What shows, in a form that comes back later, that `user` was given this version: it may
        have been rewritten or is shared no more by then, but was what the email was made with."""
        return _signer(user).sign(str(self.pk))

    @classmethod
    def of_ticket(cls, user: "User", ticket: str) -> "TemplateVersion | None":
        """The version that `user` was given with `ticket`; None for anything else."""
        try:
            return cls.objects.filter(pk=_signer(user).unsign(ticket)).first()
        except BadSignature:
            return None


def _signer(user: "User") -> Signer:
    return Signer(salt=f"template version for {user.pk}")
