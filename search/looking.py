"""Who is searching, when, and what they may see."""

from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.utils import timezone

from accounts.models import User
from emails.models import Email, Status
from prospects.models import Person

from .periods import Period, Span
from .problems import Problem

if TYPE_CHECKING:
    from accounts.models.users import UserQuerySet
    from emails.models.querysets import EmailQuerySet
    from prospects.models.people import PersonQuerySet

# What a mail server has had in hand; where a search of people says nothing of status, it means these.
SENT = (Status.DELIVERED, Status.ARCHIVED, Status.BOUNCED, Status.SPAM)


@dataclass
class Looking:
    """One search by `user`, whose days are those of their zone.

    `as_others` lets emails of colleagues in, of those whom the user may look at. `notes` say what
    the search names and is not there any more, as conditions come upon it.
    """

    user: User
    now: datetime = field(default_factory=timezone.now)
    as_others: bool = False
    notes: list[Problem] = field(default_factory=list)

    @cached_property
    def zone(self) -> ZoneInfo:
        return self.user.zone

    @cached_property
    def today(self) -> date:
        return self.now.astimezone(self.zone).date()

    def span(self, period: Period) -> Span:
        return period.span(self.today, self.zone)

    @property
    def emails(self) -> "EmailQuerySet":
        """The emails that are looked through, in no order."""
        mine = Email.objects.present().order_by()
        if not self.as_others:
            return mine.of(self.user)
        return mine.filter(owner__in=self.senders.values("pk"))

    @property
    def people(self) -> "PersonQuerySet":
        """The people that are looked through."""
        return Person.seen_by(self.user)

    @property
    def senders(self) -> "UserQuerySet":
        """Those whose emails the user may look at (View As)."""
        return User.looked_at_by(self.user)

    @property
    def may_view_as_others(self) -> bool:
        """Whether View As has anybody to offer."""
        return self.senders.exclude(pk=self.user.pk).exists()

    def note(self, sentence: str) -> None:
        """Say, once, that something the search names is not there."""
        if sentence not in [each.sentence for each in self.notes]:
            self.notes.append(Problem(sentence))
