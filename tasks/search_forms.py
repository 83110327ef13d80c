"""What a list of tasks is narrowed to and how it is arranged; all of it stands in the query string."""

from datetime import date
from typing import TYPE_CHECKING, Any

from django import forms
from django.db import models
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from .lists import RANGE, Kinds, View
from .models.querysets import TaskQuerySet, after

if TYPE_CHECKING:
    from accounts.models import User

FIRST_YEAR, LAST_YEAR = 2000, 2199


class DayField(forms.DateField):
    """A day that lies within reason: as the browser writes it, or as the user's language does."""

    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    default_error_messages = {"invalid": _("“%(day)s” is no day in the calendar.")}

    def to_python(self, value: Any) -> date | None:
        try:
            day = super().to_python(value)
        except forms.ValidationError as error:
            told = {"day": str(value)[:40]}
            raise forms.ValidationError(
                self.error_messages["invalid"], code="invalid", params=told
            ) from error
        if day and not FIRST_YEAR <= day.year <= LAST_YEAR:
            raise forms.ValidationError(
                _("Choose a day between the years %(first)s and %(last)s."),
                code="far",
                params={"first": FIRST_YEAR, "last": LAST_YEAR},
            )
        return day


class By(models.TextChoices):
    """What a list is sorted by, and grouped by."""

    DUE = "due", pgettext_lazy("of a task", "Due")
    PRIORITY = "priority", _("Priority")
    TYPE = "type", _("Type")
    PERSON = "person", _("Person")
    CAMPAIGN = "campaign", _("Campaign")


class RangeForm(forms.Form):
    """The first and the last day of a range; without any of both today and tomorrow."""

    def __init__(self, user: "User", *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **({"auto_id": "range_%s"} | kwargs))
        self.today = timezone.localdate(timezone=user.zone)
        self.fields["from"] = DayField(label=_("From"), required=False)
        self.fields["to"] = DayField(label=_("To"), required=False)
        if not any(self.data.get(name) for name in ("from", "to")):
            told = {"from": str(self.today), "to": str(after(self.today))}
            self.data = told

    def clean(self) -> dict[str, Any]:
        told = super().clean() or {}
        first, last = told.get("from"), told.get("to")
        if not self.errors:
            first, last = first or last, last or first
            if first and last and first > last:
                self.add_error("to", _("The range ends before it begins. Choose a later end."))
        return {"from": first, "to": last}

    @property
    def days(self) -> tuple[date, date] | None:
        """The first and the last day; None if they make no range."""
        if not self.is_valid():
            return None
        return self.cleaned_data["from"], self.cleaned_data["to"]

    @property
    def unread(self) -> list[str]:
        """The names of what is no day: shown as it was typed, which a field for days cannot do."""
        codes = {
            name: {error.code for error in errors} for name, errors in self.errors.as_data().items()
        }
        return [name for name, some in codes.items() if "invalid" in some]

    @property
    def presets(self) -> list[tuple[str | Promise, date, date, bool]]:
        """Ranges at one press: words, first and last day, and whether it is the one that is open."""
        today, monday = self.today, after(self.today, 7 - self.today.weekday())
        offered = [
            (_("Today and tomorrow"), today, after(today)),
            (_("This week"), today, after(monday, -1)),
            (_("Next week"), monday, after(monday, 6)),
            (_("Next 30 days"), today, after(today, 29)),
        ]
        return [(words, first, last, (first, last) == self.days) for words, first, last in offered]


class TaskSearch(forms.Form):
    """One view as it is asked for. What makes no sense in the query is passed over."""

    kind = forms.ChoiceField(choices=Kinds.choices, required=False)
    sort = forms.ChoiceField(choices=By.choices, required=False)
    group = forms.ChoiceField(choices=By.choices, required=False)

    def __init__(self, user: "User", view: View, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **({"auto_id": "tasks_%s"} | kwargs))
        self.user, self.view = user, view
        self.range = RangeForm(user, self.data) if view == RANGE else None
        self.is_valid()

    @property
    def chosen_kind(self) -> Kinds:
        return Kinds(self.cleaned_data.get("kind") or "")

    @property
    def chosen_sort(self) -> str:
        return self.cleaned_data.get("sort") or ""

    @property
    def chosen_group(self) -> str:
        return self.cleaned_data.get("group") or ""

    @property
    def by(self) -> str:
        """The column that the list is paged by."""
        return "place" if self.chosen_sort or self.chosen_group else self.view.order

    def all(self) -> TaskQuerySet:
        """The user's tasks in this view, of all kinds."""
        return self.view.tasks(self.user, self.range.days if self.range else None)

    def tasks(self) -> TaskQuerySet:
        """Those of the chosen kind."""
        kind = self.chosen_kind
        return self.all().of_kinds(kind.kinds) if kind else self.all()

    def arranged(self) -> TaskQuerySet:
        """The same, as `by` wants them."""
        keys = dict.fromkeys(filter(None, [self.chosen_group, self.chosen_sort]))
        return self.tasks().arranged(keys, self.user.zone) if keys else self.tasks()

    @property
    def choices(self) -> list[tuple[str, str | Promise, list[tuple[str, str | Promise, bool]]]]:
        """The menu of how it is arranged: parameter, heading, and each choice with whether it is
        the one that is made."""
        without = _("As it was done") if self.view.is_done else _("When it is due")
        sorts = [("", without), *((by, by.label) for by in By if by != By.DUE or self.view.is_done)]
        groups = [("", _("Not at all")), *((by, by.label) for by in By)]
        return [
            ("sort", _("Sort by"), [(by, words, by == self.chosen_sort) for by, words in sorts]),
            (
                "group",
                _("Group by"),
                [(by, words, by == self.chosen_group) for by, words in groups],
            ),
        ]
