from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from accounts.models import User
    from prospects.models import Person

    from .tasks import Task


class TaskQuerySet(models.QuerySet["Task"]):
    """The questions that are asked about tasks, as phrases that can be chained."""

    def of_ids(self, ids: Iterable[int]) -> Self:
        return self.filter(pk__in=list(ids))

    def assigned_to(self, user: "User") -> Self:
        return self.filter(assignee=user)

    def about(self, person: "Person") -> Self:
        return self.filter(person=person)

    def of_campaign(self, campaign: int) -> Self:
        """Those that a campaign made, by its id."""
        return self.filter(campaign=campaign)

    def present(self) -> Self:
        """Not deleted."""
        return self.filter(removed_at=None)

    def open(self) -> Self:
        """Still to be done."""
        return self.present().filter(status=self.model.Status.OPEN)

    def closed(self) -> Self:
        """Completed or skipped."""
        return self.present().exclude(status=self.model.Status.OPEN)

    def due_within(self, first: date, last: date, zone: "ZoneInfo") -> Self:
        """Due on the days `first` to `last`, both included, as the clocks in `zone` have them.

        A day begins at its first instant and ends at the next one's, so that a day of 23 or 25
        hours is one day. A task without a time is due on its day in every zone.
        """
        return self.filter(
            Q(has_time=True, due_at__gte=begin(first, zone), due_at__lt=begin(after(last), zone))
            | Q(has_time=False, due_on__gte=first, due_on__lte=last)
        )

    def due_before(self, day: date, zone: "ZoneInfo") -> Self:
        """Due on a day before `day`, as the clocks in `zone` have it."""
        return self.filter(
            Q(has_time=True, due_at__lt=begin(day, zone)) | Q(has_time=False, due_on__lt=day)
        )

    def soonest_first(self) -> Self:
        return self.order_by("due_at", "pk")

    def next(self) -> "Task | None":
        """The one that is due first."""
        return self.soonest_first().first()

    def locked(self) -> Self:
        return self.order_by("pk").select_for_update(no_key=True, of=("self",))


def begin(day: date, zone: "ZoneInfo") -> datetime:
    """The first instant of `day` in `zone`."""
    return datetime.combine(day, time(), zone)


def after(day: date) -> date:
    return day + timedelta(days=1)
