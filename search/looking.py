"""Who is searching, when, and what they may see."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any
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
    the search names and is not there any more, as conditions come upon it. Where some people alone
    are asked about, or some emails (and the people whom they go to), `only_people` and `only_emails`
    have their ids: nothing else is then looked through.
    """

    user: User
    now: datetime = field(default_factory=timezone.now)
    as_others: bool = False
    notes: list[Problem] = field(default_factory=list)
    only_people: Collection[int] | None = None
    only_emails: Collection[int] | None = None
    # What has been looked up of names, for several searches at once: see `Ref.found`.
    known: dict[Any, Any] = field(default_factory=dict)

    @cached_property
    def zone(self) -> ZoneInfo:
        return self.user.zone

    @cached_property
    def today(self) -> date:
        return self.now.astimezone(self.zone).date()

    def span(self, period: Period) -> Span:
        return period.span(self.today, self.zone)

    @cached_property
    def emails(self) -> "EmailQuerySet":
        """The emails that are looked through, in no order."""
        found = Email.objects.present().order_by()
        if self.only_emails is not None:
            found = found.of_ids(self.only_emails)
        elif self.only_people is not None:
            found = found.filter(person__in=self.only_people)
        if not self.as_others:
            return found.of(self.user)
        return found.filter(owner__in=self.senders.values("pk"))

    @cached_property
    def people(self) -> "PersonQuerySet":
        """The people that are looked through."""
        return self._narrowed(Person.seen_by(self.user))

    @property
    def recipients(self) -> "PersonQuerySet":
        """Those to whom the emails that are looked through go, seen or not."""
        return self._narrowed(Person.objects.order_by())

    def _narrowed(self, people: "PersonQuerySet") -> "PersonQuerySet":
        return people if self.only_people is None else people.of_ids(self.only_people)

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
