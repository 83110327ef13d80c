from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Favourite(models.Model):
    """A star that one user has given a template."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="favourites")
    template = models.ForeignKey("emails.Template", models.CASCADE, related_name="favourites")

    class Meta:
        verbose_name = _("favourite")
        verbose_name_plural = _("favourites")
        constraints = [models.UniqueConstraint(fields=["user", "template"], name="favourite_once")]

    def __str__(self) -> str:
        return f"{self.user} · {self.template}"
