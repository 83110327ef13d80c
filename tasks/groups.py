"""How a page of tasks is read: under headings, and with signs of what its people did."""

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from emails.engagement import Figures, figures_of_people
from ui import moments

from .models import Task

if TYPE_CHECKING:
    from datetime import date
    from zoneinfo import ZoneInfo


def grouped(rows: Sequence[Task], group: str, zone: "ZoneInfo") -> list[tuple[str, list[Task]]]:
    """The rows of a page under the headings that they are grouped by; in one without a heading if
    they are not."""
    if not group:
        return [("", list(rows))] if rows else []
    return [
        (heading, list(some))
        for heading, some in groupby(rows, lambda task: _heading(task, group, zone))
    ]


def _heading(task: Task, group: str, zone: "ZoneInfo") -> str:
    if group == "due":
        return day_heading(task.day_in(zone), timezone.localdate(timezone=zone))
    if group == "priority":
        return _("Priority: %(priority)s") % {"priority": task.get_priority_display()}
    if group == "type":
        return task.get_kind_display()
    if group == "person":
        return task.person.name if task.person else _("Nobody in particular")
    return str(task.campaign) if task.campaign else _("No campaign")


def day_heading(day: "date", today: "date") -> str:
    """“Today”, “Tomorrow”, “Thu 20 Nov”."""
    away = (day - today).days
    if away in {-1, 0, 1}:
        return {-1: _("Yesterday"), 0: _("Today"), 1: _("Tomorrow")}[away]
    return moments.day(day, year=day.year != today.year, weekday=True)


def signs(request: HttpRequest, rows: Sequence[Task]) -> Mapping[int, Figures]:
    """{person's id: what they did with the emails to them}, in one query."""
    people = {task.person_id: task.person for task in rows if task.person}
    return figures_of_people(request, list(people.values())) if people else {}
