"""What this app adds to the pages of all."""

from collections.abc import Mapping, Sequence
from typing import Any, cast
from urllib.parse import urlencode

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.requests import SignedInRequest
from emails.models import Email
from prospects.models import Person
from ui import columns
from ui.navigation import Entry, add
from ui.slots import row_slot, slot
from ui.templatetags.ui import icon

from . import for_people  # noqa: F401  (the bar of ticked people)
from .calling import slots as calls  # noqa: F401
from .columns import PEOPLE, signs_of_emails
from .lists import due_now
from .models import Task
from .work import slots as work  # noqa: F401

# So many of a person's tasks that are done stand on their page.
SHOWN = 20


def _due_now(request: HttpRequest) -> int | None:
    """What stands beside the entry: how many tasks are due today and before."""
    user = cast(SignedInRequest, request).user
    return due_now(user) if user.is_authenticated else None


add(
    Entry(
        gettext_lazy("Tasks"),
        icon="list-todo",
        url="tasks:home",
        section="tasks",
        order=30,
        phone=True,
        count=_due_now,
    )
)

for column in PEOPLE:
    columns.add("people", column)


@slot("page-end", order=10)
def new_task(request: HttpRequest, _about: object) -> SafeString:
    """The key T everywhere; what is nearer to hand on a page comes before it."""
    return render_to_string("tasks/_new.html", {}, request)


@slot("person-actions", order=40)
def task_about(request: HttpRequest, person: object) -> SafeString:
    told = {"query": urlencode({"about": cast(Person, person).pk})}
    return render_to_string("tasks/_new_about.html", told, request)


@slot("email-actions", order=40)
def task_from(request: HttpRequest, email: object) -> SafeString:
    told = {"query": urlencode({"email": cast(Email, email).pk})}
    return render_to_string("tasks/_new_about.html", told, request)


@slot("email-row-actions", order=40)
def task_from_row(_request: HttpRequest, email: object) -> SafeString:
    """Made without a template: it stands on every row."""
    row = cast(Email, email)
    return format_html(
        '<a class="button" data-size="small" href="{0}?email={1}" hx-get="{0}?email={1}"'
        ' hx-target="#window-content" title="{2}" aria-label="{2}: {3}">{4}</a>',
        reverse("tasks:new"),
        row.pk,
        _("Create task"),
        row.recipient,
        icon("list-todo"),
    )


@row_slot("email-rows", order=40)
def tasks_of_rows(request: HttpRequest, emails: Sequence[Any]) -> Mapping[int, SafeString]:
    return signs_of_emails(request, emails)


@slot("email-panels", order=40)
def tasks_of_email(request: HttpRequest, email: object) -> SafeString:
    """The tasks that were made from it."""
    made = Task.seen_by(cast(SignedInRequest, request).user).present()
    tasks = list(made.made_from([cast(Email, email)]).for_list().soonest_first()[:SHOWN])
    if not tasks:
        return SafeString()
    return render_to_string("tasks/_of_email.html", {"tasks": tasks}, request)


@slot("person-tasks", order=20)
def tasks_about(request: HttpRequest, person: object) -> SafeString:
    """The user's tasks about this person; of those of colleagues only how many are open."""
    about = Task.objects.about(cast(Person, person))
    mine = about.visible_to(cast(SignedInRequest, request).user)
    done = mine.closed()
    told = {
        "person": person,
        "open": mine.open().for_list().soonest_first(),
        "done": done.for_list().last_done_first()[:SHOWN],
        "all_done": done.count(),
        "of_others": about.open().count() - mine.open().count(),
        "query": urlencode({"about": cast(Person, person).pk}),
    }
    return render_to_string("tasks/_of_person.html", told, request)
