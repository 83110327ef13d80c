import uuid
from typing import TYPE_CHECKING

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.models import User

from .campaigns import Campaign

if TYPE_CHECKING:
    from django.db.models.fields.related_descriptors import RelatedManager


class Launch(models.Model):
    """People who are being added to a campaign together: a draft until it is started, which makes
    an enrollment of each, once, however often that is tried."""

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="launches")
    owner = models.ForeignKey(User, models.PROTECT, related_name="launches")
    identity = models.ForeignKey("emails.Identity", models.PROTECT, null=True, related_name="+")
    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    # The wall time that was meant, "" for now, and its zone.
    start_wall = models.CharField(max_length=16, blank=True)
    start_zone = models.CharField(max_length=64, blank=True)
    started_at = models.DateTimeField(_("started"), null=True)
    created_at = models.DateTimeField(_("created"), db_default=Now())

    if TYPE_CHECKING:
        people: RelatedManager["LaunchPerson"]

    class Meta:
        verbose_name = _("launch")
        verbose_name_plural = _("launches")
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.campaign_id}/{self.pk}"


class LaunchPerson(models.Model):
    """One of them, perhaps with words of their own in the first email."""

    launch = models.ForeignKey(Launch, models.CASCADE, related_name="people", db_index=False)
    person = models.ForeignKey("prospects.Person", models.CASCADE, related_name="+")
    # In place of the first email's; null where it says the same to all.
    subject = models.CharField(_("subject"), max_length=500, null=True)
    html = models.TextField(null=True)

    class Meta:
        verbose_name = _("person being added")
        verbose_name_plural = _("people being added")
        constraints = [models.UniqueConstraint(fields=["launch", "person"], name="launched_once")]

    def __str__(self) -> str:
        return f"{self.launch_id}/{self.person_id}"
