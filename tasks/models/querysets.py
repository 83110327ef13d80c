from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Count, F, Q, Value
from django.db.models.functions import Cast, Coalesce, Concat, Lower

from .vocabulary import Kind

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from accounts.models import User
    from emails.models import Email
    from prospects.models import Person

    from .tasks import Task


class TaskQuerySet(models.QuerySet["Task"]):
    """The questions that are asked about tasks, as phrases that can be chained."""

    def of_ids(self, ids: Iterable[int]) -> Self:
        return self.filter(pk__in=list(ids))

    def assigned_to(self, user: "User") -> Self:
        return self.filter(assignee=user)

    def visible_to(self, user: "User") -> Self:
        """Theirs to do, and what they made for a colleague."""
        return self.filter(Q(assignee=user) | Q(creator=user))

    def about(self, person: "Person") -> Self:
        return self.filter(person=person)

    def of_campaign(self, campaign: int) -> Self:
        """Those that a campaign made, by its id."""
        return self.filter(campaign=campaign)

    def of_people(self, people: "Iterable[Person]") -> Self:
        return self.filter(person__in=[person.pk for person in people])

    def made_from(self, emails: "Iterable[Email]") -> Self:
        return self.filter(email__in=[email.pk for email in emails])

    def of_kinds(self, kinds: Iterable[str]) -> Self:
        return self.filter(kind__in=list(kinds))

    def present(self) -> Self:
        """Not deleted."""
        return self.filter(removed_at=None)

    def open(self) -> Self:
        """Still to be done."""
        return self.present().filter(status=self.model.Status.OPEN)

    def closed(self) -> Self:
        """Completed or skipped."""
        return self.present().exclude(status=self.model.Status.OPEN)

    def completed(self) -> Self:
        return self.present().filter(status=self.model.Status.COMPLETE)

    def due_within(self, first: date, last: date, zone: "ZoneInfo") -> Self:
        """Due on the days `first` to `last`, both included, as the clocks in `zone` have them."""
        return self.filter(within(first, last, zone))

    def due_before(self, day: date, zone: "ZoneInfo") -> Self:
        """Due on a day before `day`, as the clocks in `zone` have it."""
        return self.filter(before(day, zone))

    def day_counts(self, today: date, zone: "ZoneInfo") -> dict[str, int]:
        """How many open tasks are due when, by the name of each view; in one query."""
        tomorrow = after(today)
        return self.open().aggregate(
            overdue=Count("pk", filter=before(today, zone)),
            today=Count("pk", filter=within(today, today, zone)),
            tomorrow=Count("pk", filter=within(tomorrow, tomorrow, zone)),
            week=Count("pk", filter=within(today, after(today, 6), zone)),
        )

    def kind_counts(self) -> dict[str, int]:
        """How many there are of each kind; every kind is a key."""
        counted = self.order_by().values_list("kind").annotate(Count("pk"))
        return dict.fromkeys(self.model.Kind.values, 0) | dict(counted)

    def count_by_person(self) -> dict[int, int]:
        return dict(self.order_by().values_list("person").annotate(Count("pk")))

    def arranged(self, keys: Iterable[str], zone: "ZoneInfo") -> Self:
        """Each with `place`, a text that sorts by all of `keys`, and by when it is due at last.

        A key is one of ARRANGED, or "due": the day on the clocks in `zone`. They are one text so
        that a list of them is paged by one column.
        """
        known = ARRANGED | {"due": local_day(zone)}
        parts = [part for key in keys for part in (known[key], Value(BETWEEN))]
        place = Concat(*parts, SORTABLE_TIME, Value(""), output_field=models.TextField())
        return self.annotate(place=place)

    def for_list(self) -> Self:
        """With what a row shows, in one query; what it does not show is fetched for all at once."""
        related = self.select_related("person", "campaign", "assignee")
        return related.fetch_mode(models.FETCH_PEERS)

    def for_pane(self) -> Self:
        """With what the reading pane shows, in one query."""
        return self.select_related(
            "person", "campaign", "assignee", "creator", "email", "closed_by"
        )

    def last_done_first(self) -> Self:
        return self.order_by("-closed_at", "-pk")

    def soonest_first(self) -> Self:
        return self.order_by("due_at", "pk")

    def next(self) -> "Task | None":
        """The one that is due first."""
        return self.soonest_first().first()

    def in_order_of_id(self) -> Self:
        return self.order_by("pk")

    def locked(self) -> Self:
        return self.order_by("pk").select_for_update(no_key=True, of=("self",))


def begin(day: date, zone: "ZoneInfo") -> datetime:
    """The first instant of `day` in `zone`."""
    return datetime.combine(day, time(), zone)


def after(day: date, days: int = 1) -> date:
    return day + timedelta(days=days)


# A day begins at its first instant and ends at the next one's, so that a day of 23 or 25 hours is
# one day. A task without a time is due on its day in every zone.


def within(first: date, last: date, zone: "ZoneInfo") -> Q:
    timed = Q(has_time=True, due_at__gte=begin(first, zone), due_at__lt=begin(after(last), zone))
    return timed | Q(has_time=False, due_on__gte=first, due_on__lte=last)


def before(day: date, zone: "ZoneInfo") -> Q:
    return Q(has_time=True, due_at__lt=begin(day, zone)) | Q(has_time=False, due_on__lt=day)


# What tasks are sorted and grouped by, as texts. Between two stands what no text holds and what
# sorts before everything, so that “Ann” comes before “Anna”; behind everything, what has none.
BETWEEN, LAST = "\x01", "\U0010fffd"
SORTABLE_TIME = models.Func(
    "due_at",
    template="to_char(%(expressions)s AT TIME ZONE 'UTC', 'YYYYMMDDHH24MISSUS')",
    output_field=models.TextField(),
)
ARRANGED: dict[str, models.Expression] = {
    "priority": models.Func(
        F("priority"), template="(9 - %(expressions)s)::text", output_field=models.TextField()
    ),
    "type": models.Case(
        *(
            models.When(kind=kind, then=Value(str(rank)))
            for rank, kind in enumerate((Kind.CALL, Kind.EMAIL, Kind.INMAIL, Kind.CUSTOM))
        ),
        output_field=models.TextField(),
    ),
    "person": Coalesce(F("person__sort_name"), Value(LAST), output_field=models.TextField()),
    "campaign": Coalesce(Lower(F("campaign__name")), Value(LAST), output_field=models.TextField()),
}


def local_day(zone: "ZoneInfo") -> models.Expression:
    """The day on which a task is due on the clocks in `zone`, as a text that sorts."""
    here = models.Func(
        Value(zone.key), F("due_at"), function="timezone", output_field=models.DateTimeField()
    )
    day: models.Expression = models.Case(
        models.When(has_time=True, then=Cast(here, models.DateField())),
        default=F("due_on"),
    )
    return models.Func(
        day, template="to_char(%(expressions)s, 'YYYYMMDD')", output_field=models.TextField()
    )
