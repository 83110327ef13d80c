"""One person as the panel beside the list shows them, and as a page of their own."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.requests import SignedInRequest
from ui import slots
from ui.ids import id_in

from .models import CustomField, Person

if TYPE_CHECKING:
    from .models.people import PersonQuerySet


@dataclass(frozen=True)
class PersonTab:
    """A tab of a person. Those with a `slot` are filled by higher layers, and shown if they are."""

    name: str
    label: str | Promise
    slot: str


TABS = (
    PersonTab("about", _("About"), ""),
    PersonTab("engagement", _("Engagement"), "person-engagement"),
    PersonTab("history", _("History"), "person-history"),
    PersonTab("tasks", _("Tasks"), "person-tasks"),
)

# The pages that show a person beside a list; higher layers add theirs.
LISTS = ["people:home"]


def open_person(request: SignedInRequest, path: str = "") -> Mapping[str, Any]:
    """The person whom the URL of a list says is open (?open=42); nobody if the user sees none.

    `path` is that of the list, where a part of it is asked for by another one.
    """
    if not (asked := id_in(request.GET.get("open"))):
        return {}
    found = for_pane(request).of_ids([asked]).first()
    around = f"{path or request.path}?{request.GET.urlencode()}"
    return pane(request, found, around=around) if found else {}


def for_pane(request: SignedInRequest) -> "PersonQuerySet":
    """People as their pane shows them, of those whom the user may see."""
    people = Person.seen_by(request.user).with_groups_seen_by(request.user)
    return people.select_related("owner", "notes_by")


def pane(request: SignedInRequest, person: Person, *, around: str = "") -> dict[str, Any]:
    """The context of templates/people/_pane.html; `around` is the list's address, if any."""
    shown = [tab for tab in TABS if not tab.slot or slots.is_filled(tab.slot)]
    open_tab = next((tab for tab in shown if tab.name == request.GET.get("tab")), shown[0])
    return {
        "person": person,
        "may_edit": person.is_editable_by(request.user),
        "tab": open_tab,
        "person_tabs": [(tab, _address(person, tab, around)) for tab in shown],
        "closed": _closed(around),
        "own_values": [
            (field, person.custom[field.key])
            for field in CustomField.all_by_label()
            if field.key in person.custom
        ],
    }


# Pages of higher apps, by their paths, beside which a person stands for good.
_BESIDE: list[re.Pattern[str]] = []


def beside(pattern: str) -> None:
    """Let a person stand beside the pages whose path is `pattern`; they are not closed there."""
    _BESIDE.append(re.compile(pattern))


def list_around(request: SignedInRequest) -> str:
    """The address of the list of people, or other page, that asks for a person beside itself; ""
    if none does."""
    address = request.htmx.current_url_abs_path or ""
    path = urlsplit(address).path
    return address if path in map(reverse, LISTS) or _stands_beside(path) else ""


def _stands_beside(path: str) -> bool:
    return any(pattern.fullmatch(path) for pattern in _BESIDE)


def _address(person: Person, tab: PersonTab, around: str) -> str:
    """Where a tab of the person is open: beside the list, or on their own page."""
    told = [("tab", tab.name)] if tab.name != TABS[0].name else []
    if not around:
        return (
            f"{person.get_absolute_url()}?{urlencode(told)}"
            if told
            else (person.get_absolute_url())
        )
    kept = _query(around)
    return f"{urlsplit(around).path}?{urlencode([*kept, ('open', str(person.pk)), *told])}"


def _closed(around: str) -> str:
    """The list without anybody beside it; "" where the person is not closed."""
    if not around or _stands_beside(urlsplit(around).path):
        return ""
    return f"{urlsplit(around).path}?{urlencode(_query(around))}"


def _query(address: str) -> list[tuple[str, str]]:
    """What stands in the query of a list, without who is open beside it."""
    pairs = parse_qsl(urlsplit(address).query)
    return [(name, value) for name, value in pairs if name not in {"open", "tab"}]
