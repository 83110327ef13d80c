from datetime import timedelta
from typing import TYPE_CHECKING, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .vocabulary import Cause, Outcome, Status

if TYPE_CHECKING:
    from .channels import Channel
    from .email import Email


class Transition(models.Model):
    """One thing that happened to an email's status (or its removal). Written once, kept for ever."""

    email = models.ForeignKey("emails.Email", models.CASCADE, related_name="transitions")
    cause = models.CharField(_("what happened"), max_length=20, choices=Cause)
    from_status = models.CharField(_("from"), max_length=20, choices=Status, blank=True)
    to_status = models.CharField(_("to"), max_length=20, choices=Status)
    at = models.DateTimeField(_("when"), db_default=Now())
    # Nobody asks for all that somebody did, but whoever deletes a user: that may take a while.
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
        verbose_name=_("by"),
    )
    attempt = models.ForeignKey(
        "emails.Attempt", models.PROTECT, null=True, related_name="+", db_index=False
    )
    event = models.ForeignKey(
        "emails.Event", models.PROTECT, null=True, related_name="+", db_index=False
    )
    reason = models.CharField(_("reason"), max_length=40, blank=True)
    reason_values = models.JSONField(default=dict)
    server_words = models.CharField(_("the server's words"), max_length=1000, blank=True)

    class Meta:
        verbose_name = _("transition")
        verbose_name_plural = _("transitions")
        ordering = ["pk"]
        indexes = [
            models.Index(
                fields=["attempt"],
                name="transitions_of_attempt",
                condition=Q(attempt__isnull=False),
            ),
            models.Index(
                fields=["event"], name="transitions_of_event", condition=Q(event__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.from_status or '–'} → {self.to_status}"


class AttemptQuerySet(models.QuerySet["Attempt"]):
    def of_today(self) -> Self:
        """Those of the last 24 hours that count against a user's limit: what ended in a fault of
        the channel was none of theirs."""
        recent = self.filter(started_at__gt=Now() - timedelta(days=1))
        return recent.exclude(reason__startswith="channel_")

    def of_minute(self, channel: "Channel") -> Self:
        """Those of the last minute on `channel`."""
        return self.filter(channel=channel, started_at__gt=Now() - timedelta(minutes=1)).order_by()


class Attempt(models.Model):
    """One try to hand an email over, from its mark to all that was learnt of it. Kept for ever."""

    # The condition of `of_today`, where it stands in SQL.
    COUNTED: ClassVar = "NOT starts_with(reason, 'channel_')"

    email = models.ForeignKey(
        "emails.Email", models.CASCADE, related_name="attempts", db_index=False
    )
    number = models.PositiveSmallIntegerField()
    lease = models.UUIDField()  # of the worker that marked it
    channel = models.ForeignKey(
        "emails.Channel", models.PROTECT, related_name="attempts", db_index=False
    )
    # Whose daily allowance it counts against; copied, so that counting needs no join.
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="attempts", db_index=False
    )
    message_id = models.CharField(max_length=255)
    worker = models.CharField(max_length=100, blank=True)
    started_at = models.DateTimeField(_("started"), db_default=Now())
    ended_at = models.DateTimeField(_("ended"), null=True)
    outcome = models.PositiveSmallIntegerField(_("outcome"), choices=Outcome, default=Outcome.NONE)
    # Only what rises above this moves the email: raised when somebody decides to go on anyway.
    counts_above = models.PositiveSmallIntegerField(default=Outcome.NONE)
    reason = models.CharField(max_length=40, blank=True)
    reason_values = models.JSONField(default=dict)
    server_words = models.CharField(max_length=1000, blank=True)
    stage = models.CharField(max_length=20, blank=True)
    bytes_sent = models.PositiveIntegerField(default=0)
    provider_id = models.CharField(max_length=255, blank=True)
    # {address: {"code": 250, "words": "…", "outcome": "accepted"}} for To, Cc and Bcc.
    recipients = models.JSONField(default=dict)

    objects = AttemptQuerySet.as_manager()

    class Meta:
        verbose_name = _("attempt")
        verbose_name_plural = _("attempts")
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["email", "number"], name="attempt_number_once")
        ]
        indexes = [
            models.Index(fields=["channel", "started_at"], name="attempts_of_channel"),
            models.Index(fields=["owner", "started_at"], name="attempts_of_owner"),
            models.Index(fields=["message_id"], name="attempt_by_message_id"),
            models.Index(
                fields=["provider_id"],
                name="attempt_by_provider_id",
                condition=~Q(provider_id=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.email_id}/{self.number}"

    @property
    def is_channel_fault(self) -> bool:
        """Whether it was the channel that failed, for which the email must not suffer."""
        return self.reason.startswith("channel_")

    @property
    def verdict(self) -> int:
        """The outcome as far as it counts for the email's status."""
        return self.outcome if self.outcome > self.counts_above else Outcome.NONE


class EventQuerySet(models.QuerySet["Event"]):
    def unapplied(self) -> Self:
        return self.filter(applied_at=None, parked_at=None)

    def counted(self) -> Self:
        """Those that the counters of their emails hold, if they are of a kind that is counted."""
        return self.filter(who=Event.Who.HUMAN, applied_at__isnull=False)

    def by_people(self) -> Self:
        """Views, clicks and replies that count: those with a person behind them."""
        kinds = [Event.Kind.OPEN, Event.Kind.CLICK, Event.Kind.REPLY]
        return self.filter(kind__in=kinds, who=Event.Who.HUMAN)

    def of_emails(self, emails: "models.QuerySet[Email]") -> Self:
        return self.filter(email__in=emails)

    def newest_first(self) -> Self:
        return self.order_by("-at", "-pk")

    def with_old_details(self) -> Self:
        """Those whose IP address and user agent have been kept long enough."""
        kept = timedelta(days=settings.EVENT_DETAILS_DAYS)
        return self.filter(recorded_at__lte=Now() - kept, data__has_key="ip")

    def forget_words(self) -> int:
        """Drop who was written to and what was answered; returns how many events there were."""
        told = "'address', 'reported_for', 'attempt', 'text', 'from', 'from_name', 'subject'"
        return self.update(data=Func(F("data"), template=f"%(expressions)s - ARRAY[{told}]"))

    def forget_details(self, *, batch: int = 5000) -> int:
        """Drop IP address and user agent, a batch at a time; returns how many events had them.

        What they were judged to be, and all else that was seen, stays.
        """
        without = Func(F("data"), template="%(expressions)s - ARRAY['ip', 'user_agent']")
        count = 0
        while pks := list(self.order_by("recorded_at").values_list("pk", flat=True)[:batch]):
            count += Event.objects.filter(pk__in=pks).update(data=without)
        return count


class Event(models.Model):
    """One piece of evidence, as it was seen and as it was judged. Append-only."""

    class Kind(models.TextChoices):
        ACCEPTED = "accepted", _("accepted by the server")
        DEFERRED = "deferred", _("refused for now")
        REFUSED = "refused", _("refused by the server")
        DOUBT = "doubt", _("connection lost")
        DELIVERED = "delivered", _("delivered")
        DELAY = "delay", _("delayed")
        OPEN = "open", _("viewed")
        CLICK = "click", _("clicked")
        REPLY = "reply", _("replied")
        AUTO_REPLY = "auto_reply", _("automatic answer")
        BOUNCE = "bounce", _("bounced")
        COMPLAINT = "complaint", _("reported as spam")
        UNSUBSCRIBE = "unsubscribe", _("unsubscribed")
        WORD = "word", _("said to have arrived")

    class Who(models.TextChoices):
        HUMAN = "human", _("a person")
        OWN = "own", _("the sender")
        MACHINE = "machine", _("a machine")
        UNKNOWN = "unknown", _("not known")

    class Via(models.TextChoices):
        DIRECT = "direct", _("directly")
        APPLE = "apple", "Apple Mail Privacy"
        GOOGLE = "google", "Google"
        YAHOO = "yahoo", "Yahoo"
        GATEWAY = "gateway", _("a mail gateway")

    # What each kind proves about its attempt. Views and clicks of the sender's own prove nothing.
    PROVES = {
        Kind.ACCEPTED: Outcome.ARRIVED,
        Kind.DEFERRED: Outcome.DEFERRED,
        Kind.REFUSED: Outcome.REFUSED,
        Kind.DELIVERED: Outcome.ARRIVED,
        Kind.DELAY: Outcome.ARRIVED,
        Kind.OPEN: Outcome.ARRIVED,
        Kind.CLICK: Outcome.ARRIVED,
        Kind.REPLY: Outcome.ARRIVED,
        Kind.AUTO_REPLY: Outcome.ARRIVED,
        Kind.UNSUBSCRIBE: Outcome.ARRIVED,
        Kind.WORD: Outcome.ARRIVED,
        Kind.BOUNCE: Outcome.FAILED,
        Kind.COMPLAINT: Outcome.COMPLAINED,
    }

    email = models.ForeignKey("emails.Email", models.PROTECT, related_name="events", db_index=False)
    attempt = models.ForeignKey(Attempt, models.PROTECT, null=True, related_name="events")
    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    at = models.DateTimeField(_("when"))
    recorded_at = models.DateTimeField(_("recorded"), db_default=Now())
    # SHA-256 of the source and the source's own id: the same evidence is recorded once.
    fingerprint = models.BinaryField(max_length=32, unique=True)
    source = models.CharField(_("source"), max_length=20)
    who = models.CharField(_("who"), max_length=10, choices=Who, default=Who.HUMAN)
    via = models.CharField(_("via"), max_length=10, choices=Via, default=Via.DIRECT)
    judged_by = models.CharField(_("why"), max_length=100, blank=True)
    link = models.ForeignKey(
        "emails.Link", models.PROTECT, null=True, related_name="clicks", db_index=False
    )
    # What was seen: ip, user_agent, reason, words, address, address_is_bad, text, …
    data = models.JSONField(default=dict)
    applied_at = models.DateTimeField(_("applied"), null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    parked_at = models.DateTimeField(_("parked"), null=True)
    problem = models.TextField(_("problem"), blank=True)

    objects = EventQuerySet.as_manager()

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        indexes = [
            models.Index(fields=["email", "at"], name="events_of_email"),
            models.Index(fields=["link"], name="clicks_of_link", condition=Q(link__isnull=False)),
            models.Index(
                fields=["id"], name="events_unapplied", condition=Q(applied_at=None, parked_at=None)
            ),
            models.Index(
                fields=["recorded_at"],
                name="events_with_details",
                condition=Q(data__has_key="ip"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} ({self.email_id})"

    @property
    def is_counted(self) -> bool:
        """Whether views and clicks count: only those by people do."""
        return self.who == self.Who.HUMAN

    @property
    def proves(self) -> Outcome:
        if self.who == self.Who.OWN:
            return Outcome.NONE
        return self.PROVES.get(self.Kind(self.kind), Outcome.NONE)


class FailedReactionQuerySet(models.QuerySet["FailedReaction"]):
    def to_try(self) -> Self:
        return self.filter(parked_at=None)


class FailedReaction(models.Model):
    """A reaction that raised: tried again, then parked here for somebody to look at."""

    TRIES = 5

    reaction = models.CharField(_("reaction"), max_length=200)  # its module and name
    event = models.ForeignKey(Event, models.CASCADE, null=True, related_name="failed_reactions")
    transition = models.ForeignKey(
        Transition, models.CASCADE, null=True, related_name="failed_reactions"
    )
    tries = models.PositiveSmallIntegerField(_("tries"), default=1)
    problem = models.TextField(_("problem"))
    failed_at = models.DateTimeField(_("last failed"), auto_now=True)
    parked_at = models.DateTimeField(_("parked"), null=True)

    objects = FailedReactionQuerySet.as_manager()

    class Meta:
        verbose_name = _("failed reaction")
        verbose_name_plural = _("failed reactions")
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.reaction

    def failed_again(self, problem: str) -> None:
        """Count another try; the last one parks it."""
        self.tries += 1
        self.problem = problem
        if self.tries >= self.TRIES:
            self.parked_at = timezone.now()
        self.save()
