import uuid
from datetime import datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .querysets import UNCONFIRMED, EmailQuerySet
from .vocabulary import Lane, Status

if TYPE_CHECKING:
    from django.db.models.fields.related_descriptors import RelatedManager

    from .copies import Copy
    from .history import Attempt, Transition


class EmailRow(models.Model):
    """The columns of an email, and what can be read off them.

    A narrow row: what the email says is in EmailContent, what happened to it in Transition,
    Attempt and Event.
    """

    # Without an index of its own is what another index begins with, or what is mostly empty and
    # has one of those that are not: each more takes its time with every email.
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="emails",
        db_index=False,
        verbose_name=_("owner"),
    )
    identity = models.ForeignKey(
        "emails.Identity",
        models.PROTECT,
        null=True,
        related_name="emails",
        verbose_name=_("identity"),
    )
    # Chosen when it is scheduled; a draft has the channel of its identity.
    channel = models.ForeignKey(
        "emails.Channel",
        models.PROTECT,
        null=True,
        related_name="emails",
        verbose_name=_("channel"),
    )
    person = models.ForeignKey(
        "prospects.Person",
        models.SET_NULL,
        null=True,
        related_name="emails",
        db_index=False,
        verbose_name=_("person"),
    )
    to_address = models.CharField(_("to"), max_length=254)
    to_name = models.CharField(_("name"), max_length=200, blank=True)
    subject = models.CharField(_("subject"), max_length=500)
    snippet = models.CharField(max_length=200, blank=True)
    status = models.CharField(_("status"), max_length=20, choices=Status, default=Status.DRAFT)
    moved_at = models.DateTimeField(_("moved"), db_default=Now())
    created_at = models.DateTimeField(_("created"), db_default=Now())
    updated_at = models.DateTimeField(_("last updated"), db_default=Now())
    # Raised by every change of its content, so that nobody overwrites what they have not seen.
    version = models.PositiveIntegerField(default=1)
    # One compose window makes one email, however often it saves.
    compose_key = models.UUIDField(default=uuid.uuid4)
    continues = models.ForeignKey(
        "self",
        models.SET_NULL,
        null=True,
        related_name="continued_by",
        db_index=False,
        verbose_name=_("made from"),
    )

    # The text that it was made with; of several the one that was put in last, however much of it
    # was changed by hand afterwards.
    template_version = models.ForeignKey(
        "emails.TemplateVersion",
        models.PROTECT,
        null=True,
        related_name="emails",
        db_index=False,
        verbose_name=_("template"),
    )
    # Of which bulk email it is one, made for which of its recipients. Without an address it is
    # the bulk email's own row in Drafts.
    bulk = models.ForeignKey(
        "emails.BulkSend",
        models.PROTECT,
        null=True,
        related_name="emails",
        db_index=False,
        verbose_name=_("bulk email"),
    )
    bulk_recipient = models.ForeignKey(
        "emails.BulkRecipient", models.PROTECT, null=True, related_name="emails", db_index=False
    )

    # Of which campaign, and which step of it; and the task that a rep wrote it for.
    campaign = models.ForeignKey(
        "campaigns.Campaign",
        models.PROTECT,
        null=True,
        related_name="emails",
        db_index=False,
        verbose_name=_("campaign"),
    )
    step = models.ForeignKey(
        "campaigns.Step", models.PROTECT, null=True, related_name="emails", db_index=False
    )
    task = models.ForeignKey(
        "tasks.Task",
        models.SET_NULL,
        null=True,
        related_name="written",
        db_index=False,
        verbose_name=_("task"),
    )

    # When it goes: the instant, and the wall time and zone that the rep meant by it.
    send_at = models.DateTimeField(_("scheduled for"), null=True)
    send_wall = models.CharField(max_length=16, blank=True)  # "2027-03-29T08:15"
    send_zone = models.CharField(max_length=64, blank=True)
    at_once = models.BooleanField(default=False)  # by "Send now": waits for the undo window only
    lane = models.PositiveSmallIntegerField(choices=Lane, default=Lane.SINGLE)
    # Part of something that is paused, a bulk email or a campaign: as long as that is so, nothing
    # of it that comes to wait is claimed or marked, whatever its status is now.
    on_hold = models.BooleanField(default=False)
    message_id = models.CharField(max_length=255, blank=True)
    # Who is preparing or sending it, and until when that counts. No index: these change often.
    lease = models.UUIDField(null=True)
    lease_until = models.DateTimeField(null=True)
    claims_lost = models.PositiveSmallIntegerField(default=0)
    deferrals = models.PositiveSmallIntegerField(default=0)

    # Why it is where it is: a code with values, worded when shown, beside the server's own words.
    reason = models.CharField(_("reason"), max_length=40, blank=True)
    reason_values = models.JSONField(default=dict)
    server_words = models.CharField(_("the server's words"), max_length=1000, blank=True)

    delivered_at = models.DateTimeField(_("delivered"), null=True)
    failed_at = models.DateTimeField(_("failed"), null=True)
    archived_at = models.DateTimeField(_("archived"), null=True)
    removed_at = models.DateTimeField(_("deleted"), null=True)
    removed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False
    )
    removed_because = models.CharField(max_length=40, blank=True)
    purged_at = models.DateTimeField(null=True)
    # A mark and no status; without somebody it was set by what the recipient did.
    succeeded_at = models.DateTimeField(_("success"), null=True)
    succeeded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False
    )

    # Rolled up from events.
    views = models.PositiveIntegerField(_("views"), default=0)
    clicks = models.PositiveIntegerField(_("clicks"), default=0)
    replies = models.PositiveIntegerField(_("replies"), default=0)
    machine_views = models.PositiveIntegerField(_("views by machines"), default=0)
    auto_replies = models.PositiveIntegerField(_("automatic answers"), default=0)
    first_viewed_at = models.DateTimeField(_("first viewed"), null=True)
    last_viewed_at = models.DateTimeField(_("last viewed"), null=True)
    first_clicked_at = models.DateTimeField(_("first clicked"), null=True)
    last_clicked_at = models.DateTimeField(_("last clicked"), null=True)
    first_replied_at = models.DateTimeField(_("first replied"), null=True)
    last_replied_at = models.DateTimeField(_("last replied"), null=True)
    # When its person last answered an email of the same conversation; see emails/conversations.py.
    answered_at = models.DateTimeField(_("answered"), null=True)

    objects = EmailQuerySet.as_manager()

    if TYPE_CHECKING:
        attempts: RelatedManager[Attempt]
        copies: RelatedManager[Copy]
        transitions: RelatedManager[Transition]

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.subject

    def get_absolute_url(self) -> str:
        return reverse("emails:email", args=[self.pk])

    @property
    def recipient(self) -> str:
        """The person's name, or the address where none is known."""
        return self.to_name or self.to_address

    @property
    def stands_for_bulk(self) -> bool:
        """Whether it is no message but the one row in Drafts of a bulk email being written."""
        return self.bulk_id is not None and not self.to_address

    @property
    def is_held(self) -> bool:
        """Whether it waits for more than its time: what it is part of is paused."""
        return self.status == Status.SCHEDULED and self.on_hold

    @property
    def is_unconfirmed(self) -> bool:
        return self.status == Status.FAILED and self.reason == UNCONFIRMED

    @property
    def has_reached(self) -> bool:
        """Whether it has reached its recipient, so that a follow-up quotes it."""
        reached = self.status in {Status.DELIVERED, Status.ARCHIVED, Status.SPAM}
        return reached and self.removed_at is None

    @property
    def is_followable(self) -> bool:
        """Whether its recipient can be written to again from where it is: from any folder, but not
        while it is on its way, nor where it only stands for many."""
        in_hand = self.status == Status.IN_PROGRESS or self.seconds_left > 0
        return not (in_hand or self.stands_for_bulk or self.removed_at)

    @property
    def seconds_left(self) -> float:
        """How long a send at once can still be undone; 0 for every other email."""
        if (
            self.status != Status.SCHEDULED
            or not self.at_once
            or self.deferrals
            or self.on_hold
            or not self.send_at
        ):
            return 0
        return max(0.0, (self.send_at - timezone.now()).total_seconds())

    @property
    def latest_activity(self) -> tuple[str, datetime] | None:
        """The kind ("open", "click", "reply") and time of what a person last did with it."""
        done = [
            (at, kind)
            for kind, at in (
                ("open", self.last_viewed_at),
                ("click", self.last_clicked_at),
                ("reply", self.last_replied_at),
            )
            if at
        ]
        return max(done)[::-1] if done else None
