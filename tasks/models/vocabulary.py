"""The words that the models of this app share."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Kind(models.TextChoices):
    """What a rep does when they act on a task."""

    EMAIL = "email", _("Email")
    CALL = "call", _("Call")
    INMAIL = "inmail", _("InMail")
    CUSTOM = "custom", _("Custom")
