"""What came of the emails to people: figures for the columns of their list, a timeline for one."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Q, Sum
from django.db.models.functions import Coalesce
from django.http import HttpRequest

from .models import Email, Event
from .models.querysets import EmailQuerySet
from .models.vocabulary import SENT
from .timeline import Moment, moment_of

if TYPE_CHECKING:
    from accounts.models import User
    from prospects.models import Person

# So many lines stand in a person's timeline.
SHOWN = 100


@dataclass(frozen=True)
class Figures:
    """What emails have brought: how many went out, and what people did with them."""

    emails: int = 0
    views: int = 0
    clicks: int = 0
    replies: int = 0

    @property
    def events(self) -> int:
        return self.views + self.clicks + self.replies

    @property
    def activities(self) -> int:
        """What users did: emails; layers above add what they know of."""
        return self.emails


NONE = Figures()


def figures(emails: EmailQuerySet) -> Figures:
    """Over all of `emails`, trash apart."""
    return Figures(*emails.present().aggregate(**_summed()).values())


def figures_of_people(_request: HttpRequest, people: Sequence[Any]) -> Mapping[int, Figures]:
    """{person's id: figures}, over everybody's emails to them, in one query."""
    ids = [person.pk for person in people]
    emails = Email.objects.present().filter(person__in=ids).order_by()
    summed = _summed()
    rows = emails.values("person").annotate(**summed).values_list("person", *summed)
    return {pk: Figures(*counts) for pk, *counts in rows}


def _summed() -> dict[str, Any]:
    """In the order of Figures, and by names that emails have not."""
    summed = {f"all_{name}": Coalesce(Sum(name), 0) for name in ("views", "clicks", "replies")}
    return {"all_emails": Count("pk", filter=Q(status__in=SENT)), **summed}


@dataclass(frozen=True)
class Engagement:
    """What a person did with one user's emails; `everybody` counts those of all users."""

    own: Figures
    everybody: Figures
    moments: list[tuple[Moment, Email | None]]
    earlier: int  # events that are not shown


Teller = Callable[["User", "Person"], Iterable[Moment]]
_ALSO: list[Teller] = []


def also(tell: Teller) -> Teller:
    """Let a higher app tell what else there was with a person, such as calls, among the events."""
    _ALSO.append(tell)
    return tell


def engagement(user: "User", person: "Person") -> Engagement:
    """The totals, and each view, click and reply by itself; what machines did is left out of both."""
    mine = user.emails.present().to(person)
    own = figures(mine)
    events = Event.objects.by_people().of_emails(mine).select_related("link", "email")
    told: list[tuple[Moment, Email | None]] = [
        *((moment_of(event), event.email) for event in events.newest_first()[:SHOWN]),
        *((moment, None) for tell in _ALSO for moment in tell(user, person)),
    ]
    return Engagement(
        own=own,
        everybody=figures(Email.objects.to(person)),
        moments=sorted(told, key=lambda each: each[0].at, reverse=True)[:SHOWN],
        earlier=max(0, own.events - SHOWN),
    )
