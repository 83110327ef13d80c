"""The views of a user's tasks: what is due when, on their own clock, and what is done."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from django.db import models
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from .models import Kind
from .models.querysets import TaskQuerySet, after

if TYPE_CHECKING:
    from accounts.models import User

DAYS_AHEAD = 6  # of the next 7 days today is the first


@dataclass(frozen=True)
class View:
    """One tab: its URL's last part, what its count is called, and what it says when it is empty."""

    slug: str
    label: str | Promise
    count: str  # of `counts`; "" for a view without one
    title: str | Promise
    words: str | Promise

    @property
    def is_done(self) -> bool:
        return self.slug == "done"

    @property
    def is_one_day(self) -> bool:
        """Whether the time alone says when its tasks are due."""
        return self.slug in {"today", "tomorrow"}

    @property
    def is_range(self) -> bool:
        return self.slug == "range"

    @property
    def order(self) -> str:
        """The column that its list is paged by unless it is sorted otherwise."""
        return "-closed_at" if self.is_done else "due_at"

    def tasks(self, user: "User", days: tuple[date, date] | None = None) -> TaskQuerySet:
        """The user's tasks that stand in it; `days` are the first and the last of a range."""
        mine, today = user.tasks.all(), timezone.localdate(timezone=user.zone)
        if self.is_done:
            return mine.closed()
        if self.slug == "overdue":
            return mine.open().due_before(today, user.zone)
        if self.is_range:
            return mine.open().due_within(*days, user.zone) if days else mine.none()
        first, last = {"today": (0, 0), "tomorrow": (1, 1), "next-7-days": (0, DAYS_AHEAD)}[
            self.slug
        ]
        return mine.open().due_within(after(today, first), after(today, last), user.zone)

    def __str__(self) -> str:
        return self.slug


OVERDUE = View(
    "overdue",
    _("Overdue"),
    "overdue",
    _("Nothing is overdue"),
    _("What was due before today and is still open stands here."),
)
TODAY = View(
    "today",
    _("Today"),
    "today",
    _("Nothing is due today"),
    _("What you plan for today stands here, on your own clock."),
)
TOMORROW = View(
    "tomorrow",
    _("Tomorrow"),
    "tomorrow",
    _("Nothing is due tomorrow"),
    _("What you snooze until tomorrow comes here too."),
)
WEEK = View(
    "next-7-days",
    _("Next 7 days"),
    "week",
    _("Nothing is due in the next 7 days"),
    _("Today and the six days after it stand here together."),
)
RANGE = View(
    "range",
    pgettext_lazy("of days", "Range"),
    "",
    _("Nothing is due on these days"),
    _("Choose other days above."),
)
DONE = View(
    "done",
    pgettext_lazy("tasks", "Done"),
    "done",
    _("Nothing is done yet"),
    _("What you complete or skip stands here, and can be opened again."),
)
VIEWS = (OVERDUE, TODAY, TOMORROW, WEEK, RANGE, DONE)
VIEW_OF = {view.slug: view for view in VIEWS}


class Kinds(models.TextChoices):
    """What the pills above a list show."""

    ALL = "", _("All")
    CALLS = "calls", _("Calls")
    EMAILS = "emails", _("Emails")
    OTHER = "other", pgettext_lazy("tasks", "Other")

    @property
    def kinds(self) -> tuple[Kind, ...]:
        return {
            "": tuple(Kind),
            "calls": (Kind.CALL,),
            "emails": (Kind.EMAIL,),
            "other": (Kind.INMAIL, Kind.CUSTOM),
        }[self.value]

    def count_of(self, counts: Mapping[str, int]) -> int:
        """How many tasks that is, of `TaskQuerySet.kind_counts()`."""
        return sum(counts[kind] for kind in self.kinds)


def counts(user: "User") -> dict[str, int]:
    """How many tasks stand in each view, by its `count`."""
    mine, today = user.tasks.all(), timezone.localdate(timezone=user.zone)
    return mine.day_counts(today, user.zone) | {"done": mine.closed().count()}


def due_now(user: "User") -> int:
    """How many are due today and before."""
    today = timezone.localdate(timezone=user.zone)
    return user.tasks.open().due_before(after(today), user.zone).count()


def most_useful(user: "User") -> View:
    """Where a day begins: with what is overdue, if anything is."""
    return OVERDUE if OVERDUE.tasks(user).exists() else TODAY


class ViewConverter:
    """`<view:view>` in a URL: only those that exist."""

    regex = "|".join(VIEW_OF)

    def to_python(self, value: str) -> View:
        return VIEW_OF[value]

    def to_url(self, value: View | str) -> str:
        return str(value)
