"""Stretches of days, as somebody means them: the last 7 days, this month, 1 to 30 November.

Days are those of the clocks in one zone, that of whoever searches. “The last 7 days” are today and
the six days before it, and whatever is later; “not for 30 days” means that it did happen, but
the last time was before the last 30 days.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import MINYEAR, date, datetime, timedelta
from typing import Any, Self
from zoneinfo import ZoneInfo

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from tasks.models.querysets import after, begin
from ui.moments import day as day_in_words

MOST_DAYS = 3660
YEARS = range(1900, 2200)

Days = tuple[date, date]


def _week(today: date, weeks: int) -> Days:
    monday = today - timedelta(days=today.weekday()) + timedelta(weeks=weeks)
    return monday, monday + timedelta(days=6)


def _month(today: date, months: int) -> Days:
    number = today.year * 12 + today.month - 1 + months
    first = date(number // 12, number % 12 + 1, 1)
    following = date((number + 1) // 12, (number + 1) % 12 + 1, 1)
    return first, following - timedelta(days=1)


def _day(today: date, days: int) -> Days:
    one = today + timedelta(days=days)
    return one, one


# The word of the text form: what screens call it, and its first and last day, seen from today.
NAMED: dict[str, tuple[str | Promise, Callable[[date], Days]]] = {
    "today": (gettext_lazy("today"), lambda today: _day(today, 0)),
    "yesterday": (gettext_lazy("yesterday"), lambda today: _day(today, -1)),
    "tomorrow": (gettext_lazy("tomorrow"), lambda today: _day(today, 1)),
    "this-week": (gettext_lazy("this week"), lambda today: _week(today, 0)),
    "last-week": (gettext_lazy("last week"), lambda today: _week(today, -1)),
    "next-week": (gettext_lazy("next week"), lambda today: _week(today, 1)),
    "this-month": (gettext_lazy("this month"), lambda today: _month(today, 0)),
    "last-month": (gettext_lazy("last month"), lambda today: _month(today, -1)),
    "next-month": (gettext_lazy("next month"), lambda today: _month(today, 1)),
    "this-year": (
        gettext_lazy("this year"),
        lambda today: (date(today.year, 1, 1), date(today.year, 12, 31)),
    ),
    "last-year": (
        gettext_lazy("last year"),
        lambda today: (date(today.year - 1, 1, 1), date(today.year - 1, 12, 31)),
    ),
}


@dataclass(frozen=True)
class Span:
    """From an instant to another one that it ends before; None: without end on that side."""

    start: datetime | None
    end: datetime | None


@dataclass(frozen=True, kw_only=True)
class Period:
    """One of: the last `days`, the `next_days`, `not_for_days`, a `name` of NAMED, or from `first`
    to `last`, both included, of which one may be open."""

    days: int = 0
    next_days: int = 0
    not_for_days: int = 0
    name: str = ""
    first: date | None = None
    last: date | None = None

    @property
    def is_over(self) -> bool:
        """Whether it asks that the last time was before it, and not in it."""
        return bool(self.not_for_days)

    def span(self, today: date, zone: ZoneInfo) -> Span:
        """The instants that it stands for, on the day `today` in `zone`."""
        if self.days:
            return Span(begin(_back(today, self.days), zone), None)
        if self.not_for_days:
            return Span(None, begin(_back(today, self.not_for_days), zone))
        if self.next_days:
            return Span(begin(today, zone), begin(today + timedelta(days=self.next_days), zone))
        first, last = NAMED[self.name][1](today) if self.name else (self.first, self.last)
        return Span(
            begin(first, zone) if first else None, begin(after(last), zone) if last else None
        )

    def to_json(self) -> dict[str, Any]:
        if self.name:
            return {"name": self.name}
        if self.first or self.last:
            given = {"from": self.first, "to": self.last}
            return {key: day.isoformat() for key, day in given.items() if day}
        given_days = {key: getattr(self, key) for key in COUNTED}
        return {key: days for key, days in given_days.items() if days}

    @classmethod
    def from_json(cls, told: object) -> Self:
        """Raises ValueError with a sentence."""
        if not isinstance(told, Mapping) or not told:
            raise ValueError(
                _("Say within which days: the last 7, for example, or from when to when.")
            )
        keys = set(told)
        if keys <= {"from", "to"}:
            return cls.between(_date(told.get("from")), _date(told.get("to")))
        if keys == {"name"} and told["name"] in NAMED:
            return cls(name=told["name"])
        if len(keys) == 1 and keys <= set(COUNTED):
            (key,) = keys
            days: dict[str, Any] = {key: _number_of_days(told[key])}
            return cls(**days)
        raise ValueError(_("Say within which days: the last 7, for example, or from when to when."))

    @classmethod
    def between(cls, first: date | None, last: date | None) -> Self:
        """From `first` to `last`, both included; raises ValueError with a sentence."""
        if first is None and last is None:
            raise ValueError(_("Say from when, to when, or both."))
        for one in (first, last):
            if one and one.year not in YEARS:
                raise ValueError(_("The year %(year)s is out of reach.") % {"year": one.year})
        if first and last and last < first:
            raise ValueError(
                _("The dates are the wrong way round: %(first)s comes after %(last)s.")
                % {"first": first.isoformat(), "last": last.isoformat()}
            )
        return cls(first=first, last=last)

    def __str__(self) -> str:
        """As screens say it, in the running language."""
        if self.name:
            return str(NAMED[self.name][0])
        for key, words in {
            "days": ngettext("in the last day", "in the last %(days)s days", self.days),
            "next_days": ngettext("in the next day", "in the next %(days)s days", self.next_days),
            "not_for_days": ngettext("not for a day", "not for %(days)s days", self.not_for_days),
        }.items():
            if days := getattr(self, key):
                return words % {"days": days} if "%(" in words else words
        if self.first == self.last and self.first:
            return _("on %(day)s") % {"day": day_in_words(self.first, year=True)}
        if self.first and self.last:
            days = {
                "first": day_in_words(self.first, year=True),
                "last": day_in_words(self.last, year=True),
            }
            return _("from %(first)s to %(last)s") % days
        if self.first:
            return _("since %(day)s") % {"day": day_in_words(self.first, year=True)}
        return _("until %(day)s") % {
            "day": day_in_words(self.last or date(MINYEAR, 1, 1), year=True)
        }


COUNTED = ("days", "next_days", "not_for_days")


def _back(today: date, days: int) -> date:
    """The first of so many days of which `today` is the last."""
    return today - timedelta(days=days - 1)


def _number_of_days(told: object) -> int:
    if isinstance(told, bool) or not isinstance(told, int) or not 1 <= told <= MOST_DAYS:
        raise ValueError(_("Give a number of days from 1 to %(most)s.") % {"most": MOST_DAYS})
    return told


def _date(told: object) -> date | None:
    if told is None or told == "":
        return None
    try:
        if isinstance(told, str) and len(told) == len("2026-11-30"):
            return date.fromisoformat(told)
    except ValueError:
        pass
    raise ValueError(_("“%(day)s” is no date; write 2026-11-30.") % {"day": str(told)[:40]})
