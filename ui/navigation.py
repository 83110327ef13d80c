"""The entries of the side bar, and of the bar at the bottom of the phone. Apps add theirs in slots.py."""

from collections.abc import Callable
from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe


@dataclass(frozen=True)
class Entry:
    """One section of the application.

    `url` is a URL's name, `section` the first part of the paths at which the entry is lit,
    `count` tells a number to stand beside it (None: no number), `phone` whether it is one of the
    four in the bottom bar of a phone; the others stand behind “More” there.
    """

    label: str | Promise
    icon: str
    url: str
    section: str
    order: int
    phone: bool = False
    count: Callable[[HttpRequest], int | None] | None = None


@dataclass(frozen=True)
class Shown:
    """An entry as one page shows it."""

    label: str | Promise
    icon: str
    href: str
    lit: bool
    phone: bool
    count: int | None
    section: str = ""


ENTRIES: list[Entry] = []


def add(entry: Entry) -> None:
    """Show `entry` from now on."""
    ENTRIES.append(entry)
    ENTRIES.sort(key=lambda each: each.order)


def shown_to(request: HttpRequest) -> list[Shown]:
    """The entries for one page, in order, the one that the page belongs to lit."""
    return [
        Shown(
            label=entry.label,
            icon=entry.icon,
            href=reverse(entry.url),
            lit=request.path.startswith(f"/{entry.section}/"),
            phone=entry.phone,
            count=entry.count(request) if entry.count else None,
            section=entry.section,
        )
        for entry in ENTRIES
    ]


def menu_link(request: HttpRequest, url: str, label: str) -> SafeString:
    """An entry of the settings' menu, lit on the page of the URL named `url` and below it."""
    href = reverse(url)
    lit = mark_safe(' aria-current="page"') if request.path.startswith(href) else ""
    return format_html('<a href="{}"{}>{}</a>', href, lit, label)
