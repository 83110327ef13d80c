"""What an email is: its status and dates, what it says, and the way that it took."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, F, Func, OuterRef, Q, QuerySet
from django.db.models.fields import TextField
from django.utils.translation import gettext_lazy as _

from emails.folders import TABS
from emails.models import Attachment, BulkSend, Channel, EmailContent, Identity, Status
from emails.reasons import OWN, word
from emails.refusals import Reason

from ..looking import Looking
from ..tree import Condition
from .kinds import Choice, Choices, Field, Flag, Role
from .moments import Moment
from .refs import Ref, UserRef
from .texts import Text, said

SENDER = "sender"
# A tab stands for its folders.
_OF_TAB = {tab.slug: tuple(folder.status for folder in tab.folders) for tab in TABS}
UNDELIVERED = _OF_TAB["undelivered"]
_WAITING = (Status.SCHEDULED, Status.IN_PROGRESS)


def _statuses() -> Choices:
    listed: list[tuple[str, Any]] = []
    for tab in TABS:
        listed.append((tab.slug, tab.label))
        listed += [(folder.status.value.replace("_", "-"), folder.label) for folder in tab.folders]
    return listed


def _reasons() -> Choices:
    codes = [*OWN, *(code for code in Reason.values if code not in OWN)]
    return [(code, word(code).label) for code in codes]


@dataclass(frozen=True, kw_only=True)
class StatusChoice(Choice):
    """One of the three tabs or of the eight folders."""

    def of_email(self, condition: Condition, looking: Looking) -> Q:
        return Q(status__in=statuses_of(condition))


def statuses_of(condition: Condition) -> list[str]:
    """The statuses that a condition on the status names."""
    assert isinstance(condition.value, tuple)
    meant: set[str] = set()
    for value in map(str, condition.value):
        meant |= set(_OF_TAB.get(value) or (Status(value.replace("-", "_")),))
    return sorted(meant)


@dataclass(frozen=True, kw_only=True)
class ReasonChoice(Choice):
    """Why it failed, or waits."""

    def of_email(self, condition: Condition, looking: Looking) -> Q:
        return Q(reason__in=condition.value)


class _Plain(Func):
    """HTML without its tags, as far as one needs it to look for words."""

    template = "regexp_replace(%(expressions)s, '<[^>]*>', ' ', 'g')"
    output_field = TextField()


@dataclass(frozen=True, kw_only=True)
class Body(Text):
    """What it says: the text that was sent, else what has been written."""

    def of_email(self, condition: Condition, looking: Looking) -> Q:
        contents = EmailContent.objects.filter(email=OuterRef("pk"))
        sent = ~Q(sent_text="")
        if condition.op == "any":
            return Q(Exists(contents.filter(sent | ~Q(html=""))))
        there = sent & said([F("sent_text")], condition)
        written = Q(sent_text="") & said([_Plain("html")], condition)
        return Q(Exists(contents.filter(there | written)))


@dataclass(frozen=True, kw_only=True)
class HasAttachment(Flag):
    def of_email(self, condition: Condition, looking: Looking) -> Q:
        return Q(Exists(Attachment.objects.filter(email=OuterRef("pk"))))


@dataclass(frozen=True, kw_only=True)
class AttachedFile(Text):
    """One of its attachments is called so."""

    def of_email(self, condition: Condition, looking: Looking) -> Q:
        files = Attachment.objects.filter(email=OuterRef("pk"))
        return Q(Exists(files.filter(said([F("file__name")], condition))))


def _channels(looking: Looking) -> QuerySet[Any]:
    if looking.user.is_admin:
        return Channel.objects.all()
    mine = Q(owner=None) | Q(owner__in=looking.senders.values("pk"))
    return Channel.objects.filter(mine)


def _identities(looking: Looking) -> QuerySet[Any]:
    return Identity.objects.filter(owner__in=looking.senders.values("pk"))


def _bulks(looking: Looking) -> QuerySet[Any]:
    return BulkSend.objects.filter(owner__in=looking.senders.values("pk"))


FIELDS: tuple[Field, ...] = (
    StatusChoice(
        name="status", label=_("Status"), role=Role.EMAIL, options=_statuses, says_status=True
    ),
    Text(name="subject", label=_("Subject"), role=Role.EMAIL, columns=("subject",)),
    Body(name="body", label=_("Text of the email"), role=Role.EMAIL),
    Moment(name="created", label=_("Created"), role=Role.EMAIL, columns=("created_at",)),
    Moment(name="delivered", label=_("Delivered"), role=Role.EMAIL, columns=("delivered_at",)),
    Moment(
        name="failed",
        label=_("Failed"),
        role=Role.EMAIL,
        columns=("failed_at",),
        statuses=UNDELIVERED,
        says_status=True,
    ),
    Moment(
        name="scheduled",
        label=_("Scheduled for"),
        role=Role.EMAIL,
        columns=("send_at",),
        statuses=_WAITING,
        says_status=True,
        ahead=True,
    ),
    Moment(name="archived", label=_("Archived"), role=Role.EMAIL, columns=("archived_at",)),
    Moment(name="updated", label=_("Last updated"), role=Role.EMAIL, columns=("updated_at",)),
    ReasonChoice(
        name="reason",
        label=_("Failure reason"),
        role=Role.EMAIL,
        options=_reasons,
        says_status=True,
    ),
    HasAttachment(name="attachment", label=_("Has an attachment"), role=Role.EMAIL),
    AttachedFile(name="file", label=_("Name of an attachment"), role=Role.EMAIL),
    Ref(
        name="bulk",
        label=_("Bulk email"),
        role=Role.EMAIL,
        rows=_bulks,
        named_by=("subject",),
        emails="bulk_id",
        missing=_("There is no bulk email “%(name)s” of yours: nothing is found by it."),
    ),
    Ref(
        name="channel",
        label=_("Channel"),
        role=Role.EMAIL,
        rows=_channels,
        emails="channel_id",
        missing=_("There is no channel “%(name)s” any more: nothing is found by it."),
    ),
    Ref(
        name="identity",
        label=_("Sent from"),
        role=Role.EMAIL,
        rows=_identities,
        named_by=("address", "name"),
        emails="identity_id",
        missing=_("There is no address “%(name)s” that you send from: nothing is found by it."),
    ),
    UserRef(
        name=SENDER,
        label=_("View As"),
        role=Role.EMAIL,
        rows=lambda looking: looking.senders,
        of_others=True,
        emails="owner_id",
        missing=_("There is nobody called “%(name)s” whose emails you may look at."),
    ),
)
