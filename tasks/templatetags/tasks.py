"""{% load tasks %}: what rows and tabs of tasks show."""

from collections.abc import Mapping

from django import template
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString

from ui import moments

from ..groups import day_heading
from ..lists import View
from ..models import Task

register = template.Library()


@register.filter
def count_in(view: View, counts: Mapping[str, int]) -> int:
    """How many tasks stand in a view."""
    return counts[view.count]


@register.filter
def late(task: Task) -> bool:
    """Open although it was due before now."""
    return task.is_late(timezone.now(), timezone.get_current_timezone())


@register.simple_tag
def due(task: Task, clock_alone: bool = False) -> SafeString:
    """When a task is due, in the user's zone: Today 09:00 · Tomorrow · Thu 20 Nov 09:00; with
    `clock_alone` the time alone if it has one."""
    zone = timezone.get_current_timezone()
    day, clock = task.day_in(zone), task.clock_in(zone)
    words = day_heading(day, timezone.localdate())
    if clock is not None:
        words = f"{clock:%H:%M}" if clock_alone else f"{words} {clock:%H:%M}"
    full = moments.full(task.due_at) if clock else date_format(day, "l j F Y")
    stamp = task.due_at.isoformat() if clock else day.isoformat()
    return format_html('<time datetime="{}" title="{}">{}</time>', stamp, full, words)
