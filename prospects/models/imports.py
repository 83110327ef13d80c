from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .groups import Group


class PeopleImport(models.Model):
    """One CSV file of people on its way in: the rows as they were read, how its columns are
    meant, and what became of every row."""

    class Stage(models.TextChoices):
        UPLOADED = "uploaded", _("waits for its columns to be named")
        DONE = "done", _("done")

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="imports")
    created_at = models.DateTimeField(default=timezone.now)
    file_name = models.CharField(max_length=200)
    stage = models.CharField(max_length=10, choices=Stage, default=Stage.UPLOADED)
    group = models.ForeignKey(Group, models.SET_NULL, null=True, blank=True, related_name="imports")
    header = models.JSONField(default=list)
    rows = models.JSONField(default=list)  # [[line number, [cell, …]], …]
    mapping = models.JSONField(default=dict)  # {column index: person field}
    added = models.PositiveIntegerField(default=0)
    known = models.PositiveIntegerField(default=0)
    refused = models.JSONField(default=list)  # [[line number, [cell, …], [problem code, …]], …]

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")

    def __str__(self) -> str:
        return self.file_name
