"""The words that the models of this app share: statuses, what happens, and how attempts end."""

from typing import NamedTuple

from django.db import models
from django.utils.translation import gettext_lazy as _


class Status(models.TextChoices):
    """Where an email is; the folder follows from it and from nothing else."""

    DRAFT = "draft", _("Draft")
    SCHEDULED = "scheduled", _("Scheduled")
    IN_PROGRESS = "in_progress", _("In Progress")
    DELIVERED = "delivered", _("Delivered")
    ARCHIVED = "archived", _("Archived")
    FAILED = "failed", _("Failed")
    BOUNCED = "bounced", _("Bounced")
    SPAM = "spam", _("Spam")


# The tab Sent: what its recipient's mail server has taken.
SENT = (Status.DELIVERED, Status.ARCHIVED)


class Lane(models.IntegerChoices):
    """In what order a sender's due emails go: what was written to one person never waits behind
    a bulk email."""

    SINGLE = 0, _("written by itself")
    BULK = 1, _("part of a bulk email")


class Outcome(models.IntegerChoices):
    """How an attempt ended, as far as is known. Evidence can only raise it."""

    NONE = 0, _("not known")
    DEFERRED = 1, _("refused for now")
    REFUSED = 2, _("refused")
    ARRIVED = 3, _("arrived")
    FAILED = 4, _("failed for good")
    COMPLAINED = 5, _("complained about")


class Cause(models.TextChoices):
    """What happened to an email: one row of the table of transitions each, and those that
    leave its status alone."""

    CREATE = "create", _("Saved as a draft")
    SCHEDULE = "schedule", _("Scheduled")
    PULL_BACK = "pull_back", _("Pulled back to drafts")
    WITHDRAW = "withdraw", _("Withdrawn")
    STOP = "stop", _("Stopped before sending")
    MARK = "mark", _("Handed to the mail server")
    DEFER = "defer", _("Refused for now; will be tried again")
    REFUSE = "refuse", _("Refused")
    DOUBT = "doubt", _("Outcome unknown")
    ARRIVE = "arrive", _("Delivered")
    BOUNCE = "bounce", _("Bounced")
    COMPLAIN = "complain", _("Reported as spam")
    RETRY = "retry", _("Tried again")
    RETRY_BOUNCE = "retry_bounce", _("Tried again after a bounce")
    RETRY_COMPLAINT = "retry_complaint", _("Tried again by an admin")
    SEND_AGAIN = "send_again", _("Sent again, at the risk of a second copy")
    REOPEN = "reopen", _("Reopened as a draft")
    ARCHIVE = "archive", _("Archived")
    UNARCHIVE = "unarchive", _("Unarchived")
    REMOVE = "remove", _("Deleted")
    RESTORE = "restore", _("Restored")
    SUCCEED = "succeed", _("Marked as a success")
    UNSUCCEED = "unsucceed", _("No success any more")


class Rule(NamedTuple):
    """One row of the table of transitions."""

    origins: frozenset[Status]
    target: Status


def rule(target: Status, *origins: Status) -> Rule:
    return Rule(frozenset(origins), target)


# Every allowed transition, by what happens. Nothing else writes `Email.status`.
TRANSITIONS: dict[Cause, Rule] = {
    Cause.SCHEDULE: rule(Status.SCHEDULED, Status.DRAFT),
    Cause.PULL_BACK: rule(Status.DRAFT, Status.SCHEDULED),
    Cause.WITHDRAW: rule(Status.DRAFT, Status.SCHEDULED),
    Cause.STOP: rule(Status.FAILED, Status.SCHEDULED),
    Cause.MARK: rule(Status.IN_PROGRESS, Status.SCHEDULED),
    # From Failed only while unconfirmed: a late answer of the server.
    Cause.DEFER: rule(Status.SCHEDULED, Status.IN_PROGRESS, Status.FAILED),
    Cause.REFUSE: rule(Status.FAILED, Status.IN_PROGRESS, Status.FAILED),
    Cause.DOUBT: rule(Status.FAILED, Status.IN_PROGRESS),
    # From Bounced only where one attempt bounced and another one arrived.
    Cause.ARRIVE: rule(
        Status.DELIVERED, Status.IN_PROGRESS, Status.SCHEDULED, Status.FAILED, Status.BOUNCED
    ),
    Cause.BOUNCE: rule(
        Status.BOUNCED,
        Status.IN_PROGRESS,
        Status.SCHEDULED,
        Status.FAILED,
        Status.DELIVERED,
        Status.ARCHIVED,
    ),
    Cause.COMPLAIN: rule(Status.SPAM, *(status for status in Status if status != Status.SPAM)),
    Cause.RETRY: rule(Status.SCHEDULED, Status.FAILED),
    Cause.RETRY_BOUNCE: rule(Status.SCHEDULED, Status.BOUNCED),
    Cause.RETRY_COMPLAINT: rule(Status.SCHEDULED, Status.SPAM),
    Cause.SEND_AGAIN: rule(Status.SCHEDULED, Status.FAILED),
    Cause.REOPEN: rule(Status.DRAFT, Status.FAILED),
    Cause.ARCHIVE: rule(Status.ARCHIVED, Status.DELIVERED),
    Cause.UNARCHIVE: rule(Status.DELIVERED, Status.ARCHIVED),
}

# What evidence does, to emails in the trash as well; all else is done to emails in folders only,
# so that nothing that was deleted is ever sent.
BY_EVIDENCE = frozenset(
    {Cause.DEFER, Cause.REFUSE, Cause.DOUBT, Cause.ARRIVE, Cause.BOUNCE, Cause.COMPLAIN}
)

# What somebody knew, or took the risk of, when they decided to go on: of the attempts there were,
# only what rises above this still counts. A draft becomes another message, and of the one before
# only a complaint counts.
FORGIVEN: dict[Cause, Outcome] = {
    Cause.RETRY: Outcome.REFUSED,
    Cause.RETRY_BOUNCE: Outcome.FAILED,
    Cause.RETRY_COMPLAINT: Outcome.COMPLAINED,
    Cause.PULL_BACK: Outcome.FAILED,
    Cause.WITHDRAW: Outcome.FAILED,
    Cause.REOPEN: Outcome.FAILED,
}
