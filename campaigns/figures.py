"""How far campaigns and their steps are: counted from the enrollments, turns and emails themselves
whenever somebody looks, and nowhere kept."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Min, Q
from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

from emails.models import Email, Status

from .models import Enrollment, State, Step, Turn

if TYPE_CHECKING:
    from .models import Campaign

# What the emails of something have come to; only what arrived is sent.
_OF_EMAILS = {
    "sent": Count("pk", filter=Q(delivered_at__isnull=False)),
    "viewed": Count("pk", filter=Q(views__gt=0)),
    "clicked": Count("pk", filter=Q(clicks__gt=0)),
    "replied": Count("pk", filter=Q(replies__gt=0)),
    "bounced": Count("pk", filter=Q(status=Status.BOUNCED)),
}


@dataclass
class Results:
    """What the emails of a campaign or of a step have come to."""

    sent: int = 0
    viewed: int = 0
    clicked: int = 0
    replied: int = 0
    bounced: int = 0

    @property
    def rates(self) -> list[tuple[str, int, int]]:
        """Kind, count and per cent of what was sent; nothing where nothing was."""
        told = ("viewed", "clicked", "replied", "bounced")
        return [
            (kind, getattr(self, kind), round(100 * getattr(self, kind) / self.sent))
            for kind in told
            if self.sent
        ]


@dataclass
class Standing(Results):
    """A campaign's people by state, its steps, and what came of its emails."""

    steps: int = 0
    people: dict[str, int] = field(default_factory=dict)
    is_paused: bool = False

    # No __getitem__: templates would ask that first, for every attribute.

    def count(self, state: str) -> int:
        return self.people.get(state, 0)

    @property
    def added(self) -> int:
        return sum(self.people.values())

    @property
    def open(self) -> int:
        """On their way: active, paused or in need of attention."""
        return sum(self.count(state) for state in (State.ACTIVE, State.PAUSED, State.ATTENTION))

    @property
    def active(self) -> int:
        return self.count(State.ACTIVE)

    @property
    def paused(self) -> int:
        return self.count(State.PAUSED)

    @property
    def attention(self) -> int:
        return self.count(State.ATTENTION)

    @property
    def completed(self) -> int:
        return self.count(State.COMPLETED)

    @property
    def ended(self) -> int:
        return self.count(State.ENDED)

    @property
    def state(self) -> tuple[str, str | Promise, str]:
        """Its name, its word and its tone."""
        if self.is_paused:
            return "paused", pgettext_lazy("campaign", "Paused"), "warn"
        if self.open:
            return "running", pgettext_lazy("campaign", "Running"), "ok"
        if self.added:
            return "finished", pgettext_lazy("campaign", "Finished"), ""
        return "draft", pgettext_lazy("campaign", "Draft"), ""


def put_beside(campaigns: "Iterable[Campaign]") -> None:
    """Give each of `campaigns` its `standing`, all of them in three queries."""
    rows = list(campaigns)
    told = {row.pk: Standing(is_paused=row.paused_at is not None) for row in rows}
    people = (
        Enrollment.objects.filter(campaign__in=told).order_by().values_list("campaign", "state")
    )
    for pk, state, count in people.annotate(Count("pk")):
        told[pk].people[state] = count
    steps = Step.objects.filter(campaign__in=told).present().order_by().values_list("campaign")
    for pk, count in steps.annotate(Count("pk")):
        told[pk].steps = count
    for pk, numbers in _results("campaign", campaign__in=told):
        for name, number in numbers.items():
            setattr(told[pk], name, number)
    for row in rows:
        row.standing = told[row.pk]  # type: ignore[attr-defined]


def standing_of(campaign: "Campaign") -> Standing:
    """Of one campaign."""
    put_beside([campaign])
    return campaign.standing  # type: ignore[attr-defined]


@dataclass
class Course(Results):
    """How a step goes: who waits in it, until when, who had it, and what came of its emails."""

    waiting: int = 0
    next_at: datetime | None = None
    had: int = 0
    skipped: int = 0


def courses(campaign: "Campaign") -> dict[int, Course]:
    """By the ids of the steps, in two queries; of a step that nobody has come to nothing."""
    told: dict[int, Course] = {}
    waits = Q(done_at=None, enrollment__ended_at=None)
    turns = Turn.objects.filter(step__campaign=campaign).order_by().values("step")
    counted = turns.annotate(
        waiting=Count("pk", filter=waits),
        next_at=Min("due_at", filter=waits),
        had=Count("pk", filter=Q(done_at__isnull=False, skipped=False)),
        skipped_by=Count("pk", filter=Q(skipped=True)),
    )
    for row in counted:
        told[row["step"]] = Course(
            waiting=row["waiting"],
            next_at=row["next_at"],
            had=row["had"],
            skipped=row["skipped_by"],
        )
    for pk, numbers in _results("step", campaign=campaign, step__isnull=False):
        course = told.setdefault(pk, Course())
        for name, number in numbers.items():
            setattr(course, name, number)
    return told


def _results(by: str, **narrowed: Any) -> "Iterable[tuple[int, dict[str, int]]]":
    emails = Email.objects.filter(**narrowed).order_by().values(by)
    figures = {f"of_{name}": figure for name, figure in _OF_EMAILS.items()}
    for row in emails.annotate(**figures):
        yield row[by], {name: row[f"of_{name}"] for name in _OF_EMAILS}
