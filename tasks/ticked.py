"""What the pane and the bar of ticked tasks post: which tasks, and what is asked beside an action.

The bar posts `task` for each ticked row; or `all=yes`, and in `query` the query string of the list,
for all that the list holds.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.http import QueryDict
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.requests import SignedInRequest
from ui import moments
from ui.ids import ids_in

from .lists import View
from .models import Task
from .models.querysets import TaskQuerySet, after
from .search_forms import DayField, TaskSearch

# Each is done by itself, in the time of one click.
MOST = 1000


class TooMany(ValueError):
    """More tasks than can be dealt with at once; `sentence` says so."""

    def __init__(self, count: int) -> None:
        super().__init__(f"{count} > {MOST}")
        told = {
            "count": number_format(count, force_grouping=True),
            "most": number_format(MOST, force_grouping=True),
        }
        self.sentence = (
            gettext(
                "These are %(count)s tasks; at most %(most)s can be changed at once. Narrow the list"
                " first. Nothing was changed."
            )
            % told
        )


@dataclass(frozen=True)
class Ticked:
    """What the bar's form says: the ids of the ticked, or "all" with a query string."""

    ids: list[int]
    every: bool
    query: str

    @classmethod
    def of(cls, request: SignedInRequest) -> "Ticked":
        return cls(
            ids=ids_in(request.POST.getlist("task")[: MOST + 1]),
            every=request.POST.get("all") == "yes",
            query=request.POST.get("query", "")[:5000],
        )

    def __bool__(self) -> bool:
        return self.every or bool(self.ids)

    def tasks(self, user: User, view: View) -> TaskQuerySet:
        """The tasks that it is about, of the user's own. Raises TooMany."""
        found = user.tasks.present().of_ids(self.ids)
        if self.every:
            found = TaskSearch(user, view, QueryDict(self.query)).tasks()
        if (count := found.count()) > MOST:
            raise TooMany(count)
        return found.select_related("person", "campaign", "assignee").in_order_of_id()


class BesideForm(forms.Form):
    """What is chosen beside an action; most ask nothing."""

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **({"auto_id": False} | kwargs))
        self.user = user

    @property
    def sentence(self) -> str:
        """What is wrong, in one sentence."""
        return " ".join(str(error) for errors in self.errors.values() for error in errors)

    @property
    def chosen(self) -> Any:
        """What the action gets."""
        return None

    @property
    def what(self) -> str:
        """The same in words."""
        return ""


class Snooze(models.TextChoices):
    LATER = "later", _("Later today")
    TOMORROW = "tomorrow", _("Tomorrow")
    NEXT_WEEK = "next-week", _("Next week")
    DAY = "day", _("On this day")


class RedateForm(BesideForm):
    """To when: a word for it, or a day; a time is kept unless another one is given."""

    LATER: ClassVar = timedelta(hours=2)

    when = forms.ChoiceField(
        choices=Snooze.choices, error_messages={"required": _("Choose until when.")}
    )
    day = DayField(required=False)
    clock = forms.TimeField(
        required=False, error_messages={"invalid": _("This is no time of day.")}
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("when") == Snooze.DAY and not self.errors and not cleaned.get("day"):
            raise ValidationError(_("Choose a day."))
        return cleaned

    @property
    def _day_and_clock(self) -> tuple[date, time | None]:
        """The day, and the time if it is not each task's own."""
        now = timezone.localtime(timezone=self.user.zone)
        when, today = self.cleaned_data["when"], now.date()
        if when == Snooze.LATER:
            return later(now)
        if when == Snooze.TOMORROW:
            return after(today), None
        if when == Snooze.NEXT_WEEK:
            return after(today, 7 - today.weekday()), None
        return self.cleaned_data["day"], self.cleaned_data["clock"]

    @property
    def chosen(self) -> Callable[[Task], tuple[date, time | None, str]]:
        (day, clock), zone = self._day_and_clock, self.user.zone
        return lambda task: (day, clock or task.clock_in(zone), zone.key)

    @property
    def what(self) -> str:
        day, clock = self._day_and_clock
        today = timezone.localdate(timezone=self.user.zone)
        return " ".join(filter(None, [day_in_words(day, today), f"{clock:%H:%M}" if clock else ""]))


def later(now: datetime) -> tuple[date, time]:
    """In two hours, at a full quarter; late in the evening the last quarter of the day."""
    then = now.replace(tzinfo=None) + RedateForm.LATER
    then += timedelta(minutes=-then.minute % 15)
    if then.date() != now.date():
        return now.date(), time(23, 45)
    return then.date(), then.time().replace(second=0, microsecond=0)


def day_in_words(day: date, today: date) -> str:
    """“today”, “tomorrow”, “Friday” or “20 Nov”, in the middle of a sentence."""
    away = (day - today).days
    if away == 0:
        return gettext("today")
    if away == 1:
        return gettext("tomorrow")
    if 1 < away < 7:
        return date_format(day, "l")
    return moments.day(day, year=day.year != today.year)


class ReassignForm(BesideForm):
    """To whom."""

    assignee = forms.ModelChoiceField(
        User.objects.none(),
        empty_label=None,
        error_messages={
            "required": _("Choose a colleague."),
            "invalid_choice": _("This colleague is not here any more. Choose another one."),
        },
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["assignee"].queryset = User.colleagues().active()  # type: ignore[attr-defined]

    @property
    def chosen(self) -> User:
        return self.cleaned_data["assignee"]

    @property
    def what(self) -> str:
        return str(self.chosen)


BESIDE: dict[str, type[BesideForm]] = {"redate": RedateForm, "reassign": ReassignForm}


def beside(action: str, user: User, posted: QueryDict) -> BesideForm:
    """The form of what is asked beside `action`, filled."""
    return BESIDE.get(action, BesideForm)(user, posted)
