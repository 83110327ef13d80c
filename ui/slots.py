"""Named places on shared pages that higher layers fill, so that lower ones need not know them.

An app's `slots.py` is imported at start-up:

    from ui.navigation import Entry, add
    from ui.slots import slot

    add(Entry(_("Emails"), icon="mail", url="emails:home", section="emails", order=20))

    @slot("person-panels", order=20)
    def last_emails(request, person):
        return render_to_string("emails/_of_person.html", {...}, request)

A page opens a slot with `{% slot "person-panels" person %}`. The slots that pages open:

    side-bar           below the navigation (saved searches); no object
    header-actions     in the header, left of Compose; no object
    person-alerts      above a person's facts, what must be known first; the person
    person-actions     buttons in the head of a person; the person
    person-panels      below a person's facts, under About; the person
    person-engagement  under Engagement: what came back; the person
    person-history     under History: what was sent and said; the person
    person-tasks       under Tasks, a tab that is there once somebody fills it; the person
    ticked-people      buttons in the bar of ticked people, in its form (prospects/ticked.py says
                       what it posts): <button class="button" formaction="…">; the chosen group
    folder-actions     links in the bar above a folder of emails; the folder
    template-deletion  above the button that deletes a template: what keeps its text; the template
    ticked-emails      buttons in the bar of ticked emails, in its form (`email` for each ticked row);
                       the folder, or where several are listed one of them
    people-groups      below the groups beside the list of people; no object
    group-actions      buttons above the list of a group; the group
    email-actions      buttons in the head of an email; the email
    email-row-actions  buttons on a row of emails where it is pointed at: cheap to make; the email
    email-panels       at the end of an email, below its activity; the email
    task-actions       buttons in the head of a task, before all others; the task
    reminders          among the reminders on every page; no object
    page-end           at the end of every page, seen or not: what keys reach everywhere; no object

What stands on each row of a list is asked for all of them at once, by a view:

    @row_slot("email-rows")
    def task_signs(request, emails):
        return {email.pk: tag(…) for email in …}

    email-rows         among the signs of a row of emails
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

Fill = Callable[[HttpRequest, object], SafeString]
RowFill = Callable[[HttpRequest, Sequence[Any]], Mapping[int, SafeString]]


@dataclass(frozen=True)
class Filling:
    """What one app puts into a slot, and where among the others."""

    order: int
    fill: Fill


FILLINGS: dict[str, list[Filling]] = {}


def slot(name: str, *, order: int = 50) -> Callable[[Fill], Fill]:
    """Register a function of (request, object) that gives HTML for the slot `name`.

    Its answer must be marked safe (it is escaped otherwise); "" shows nothing.
    """

    def register(fill: Fill) -> Fill:
        FILLINGS.setdefault(name, []).append(Filling(order, fill))
        FILLINGS[name].sort(key=lambda filling: filling.order)
        return fill

    return register


ROW_FILLINGS: dict[str, list[tuple[int, RowFill]]] = {}


def row_slot(name: str, *, order: int = 50) -> Callable[[RowFill], RowFill]:
    """Register a function of (request, rows) that gives {row's id: HTML} for the slot `name`."""

    def register(fill: RowFill) -> RowFill:
        ROW_FILLINGS.setdefault(name, []).append((order, fill))
        ROW_FILLINGS[name].sort(key=lambda filling: filling[0])
        return fill

    return register


def filled_rows(name: str, request: HttpRequest, rows: Sequence[Any]) -> Mapping[int, SafeString]:
    """All that was registered for the slot `name`, in order, by the ids of the rows."""
    told: dict[int, SafeString] = {}
    for _order, fill in ROW_FILLINGS.get(name, []):
        for pk, html in fill(request, rows).items() if rows else ():
            told[pk] = format_html("{}{}", told.get(pk, ""), html)
    return told


def is_filled(name: str) -> bool:
    """Whether any app shows something in the slot `name`."""
    return bool(FILLINGS.get(name))


def filled(name: str, request: HttpRequest, about: object = None) -> SafeString:
    """All that was registered for the slot `name`, in order."""
    fillings = FILLINGS.get(name, [])
    return format_html_join("\n", "{}", ((each.fill(request, about),) for each in fillings))
