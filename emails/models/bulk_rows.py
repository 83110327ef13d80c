from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .content import StoredFile

if TYPE_CHECKING:
    from .bulk import BulkSend  # noqa: F401


class State(models.TextChoices):
    """Where a bulk email is; whether it has finished is read off its emails."""

    DRAFT = "draft", _("draft")
    OPEN = "open", _("open")
    PAUSED = "paused", _("paused")
    CANCELLED = "cancelled", _("cancelled")


GOING = (State.OPEN, State.PAUSED)


class BulkSendQuerySet(models.QuerySet["BulkSend"]):
    def drafts(self) -> Self:
        return self.filter(state=State.DRAFT)

    def in_trash(self) -> Self:
        """Drafts whose row in Drafts was deleted."""
        from .email import Email

        row = Email.objects.standing_for_drafts().removed()
        return self.drafts().filter(Exists(row.filter(bulk=OuterRef("pk"))))

    def writable(self) -> Self:
        """Drafts that are not in the trash."""
        return self.drafts().exclude(pk__in=self.in_trash().values("pk"))

    def launched(self) -> Self:
        return self.exclude(state=State.DRAFT)

    def cancelled(self, since: datetime) -> Self:
        """Those that were cancelled at that moment or later."""
        return self.filter(state=State.CANCELLED, ended_at__gte=since)

    def unmade(self) -> Self:
        """Launched, and not all of their emails are made."""
        return self.unfinished().filter(made_at=None)

    def unfinished(self) -> Self:
        """Launched, and the job that makes their emails has more to do."""
        return self.filter(state__in=GOING, shown_at=None)

    def pause_all(self) -> int:
        """Let what there is of these, and what is still made, wait until somebody resumes them."""
        from .email import Email

        Email.objects.filter(bulk__in=self.values("pk")).update(on_hold=True)
        return self.update(state=State.PAUSED)

    def for_page(self) -> Self:
        return self.select_related("owner", "identity__channel", "channel", "campaign")

    def newest_first(self) -> Self:
        return self.order_by("-launched_at", "-pk")

    def abandoned(self) -> Self:
        """Begun, left empty, and left alone for so long that nobody will miss them."""
        begun = self.drafts().filter(updated_at__lte=Now() - BulkRow.KEPT_EMPTY)
        return begun.filter(emails=None)


class BulkRow(models.Model):
    """The columns of a bulk email, and what can be read off them."""

    State: ClassVar = State
    GOING: ClassVar = GOING
    KEPT_EMPTY: ClassVar = timedelta(days=7)

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="bulk_sends", verbose_name=_("owner")
    )
    identity = models.ForeignKey(
        "emails.Identity",
        models.PROTECT,
        null=True,
        related_name="bulk_sends",
        verbose_name=_("identity"),
    )
    channel = models.ForeignKey(
        "emails.Channel", models.PROTECT, null=True, related_name="+", verbose_name=_("channel")
    )
    subject = models.CharField(_("subject"), max_length=500, blank=True)
    html = models.TextField(blank=True)
    # The text that the common words were made with, if they were.
    template_version = models.ForeignKey(
        "emails.TemplateVersion",
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("template"),
    )
    # The campaign whose people it was begun for; with `continues`, each of its emails continues the
    # last one that its recipient got of that campaign, if there is one.
    campaign = models.ForeignKey(
        "campaigns.Campaign",
        models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("campaign"),
    )
    continues = models.BooleanField(_("continues the campaign"), default=False)
    # These travel with the first recipient's message only.
    cc = models.JSONField(default=list)
    bcc = models.JSONField(default=list)
    files = models.ManyToManyField(StoredFile, related_name="+", verbose_name=_("files"))
    # What stands in the fields, right or wrong, while it is a draft.
    typed: Any = models.JSONField(default=dict)
    # Raised by every change of the common words, so that nobody overwrites what they have not seen.
    version = models.PositiveIntegerField(default=1)

    state = models.CharField(_("state"), max_length=10, choices=State, default=State.DRAFT)
    created_at = models.DateTimeField(_("created"), default=timezone.now)
    updated_at = models.DateTimeField(_("last updated"), db_default=Now())
    launched_at = models.DateTimeField(_("launched"), null=True)
    ended_at = models.DateTimeField(_("cancelled"), null=True)
    send_at = models.DateTimeField(_("scheduled for"), null=True)
    send_wall = models.CharField(max_length=16, blank=True)
    send_zone = models.CharField(max_length=64, blank=True)
    at_once = models.BooleanField(default=False)
    # How far the job that makes its emails has come: the last recipient whose email is there.
    made_up_to = models.BigIntegerField(default=0)
    made_at = models.DateTimeField(_("emails made"), null=True)
    # And how far the rows of those are brought up to date that do not say the common words.
    shown_up_to = models.BigIntegerField(default=0)
    shown_at = models.DateTimeField(null=True)

    objects = BulkSendQuerySet.as_manager()

    if TYPE_CHECKING:
        campaign_id: int | None

    class Meta:
        abstract = True
        verbose_name = _("bulk email")
        verbose_name_plural = _("bulk emails")
        constraints = [
            models.CheckConstraint(
                name="launched_has_its_time_and_channel",
                condition=Q(state="draft")
                | Q(
                    send_at__isnull=False,
                    channel__isnull=False,
                    identity__isnull=False,
                    launched_at__isnull=False,
                ),
            )
        ]
        indexes = [
            models.Index(fields=["owner", "-launched_at"], name="bulk_sends_of_owner"),
            models.Index(
                fields=["id"],
                name="bulk_sends_unfinished",
                condition=Q(state__in=["open", "paused"], shown_at=None),
            ),
        ]

    def __str__(self) -> str:
        return self.subject

    @property
    def is_draft(self) -> bool:
        return self.state == self.State.DRAFT

    @property
    def campaign_continued(self) -> int | None:
        """The id of the campaign that its emails continue."""
        return self.campaign_id if self.continues else None

    @property
    def is_being_made(self) -> bool:
        """Whether emails are still to be made of it."""
        return self.state in self.GOING and self.made_at is None

    @property
    def is_being_shown(self) -> bool:
        """Whether all its emails are made, and their rows are still to be brought up to date."""
        return self.state in self.GOING and self.made_at is not None and self.shown_at is None

    @property
    def seconds_left(self) -> float:
        """How long a send at once can still be undone."""
        if self.state not in self.GOING or not self.at_once or not self.send_at:
            return 0
        return max(0.0, (self.send_at - timezone.now()).total_seconds())
