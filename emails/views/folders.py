"""The lists of emails: the eight folders, the trash, and what the header's search finds."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from accounts.requests import SignedInRequest
from accounts.undoing import offer_again
from ui.paging import paginate
from ui.shortcuts import render_part, wants_part
from ui.slots import filled_rows

from ..actions import offered_for_many
from ..bulk.tally import tallies_of
from ..folders import DELIVERED, TAB_OF, TABS, Folder, Tab
from ..models import Status
from ..panes import open_pane


@require_safe
def home(request: SignedInRequest) -> HttpResponse:
    """The first folder of the first tab."""
    return redirect("emails:folder", DELIVERED)


@require_safe
def tab(request: SignedInRequest, tab: Tab) -> HttpResponse:
    """A tab opens at its first folder."""
    return redirect("emails:folder", tab.folders[0])


@require_safe
def folder(request: SignedInRequest, folder: Folder) -> HttpResponse:
    """One folder: its rows, and the email that is open beside them."""
    user = request.user
    user.remember_section("emails")
    counts = user.emails.folder_counts()
    emails, total = user.emails.in_folder(folder.status), counts[folder.status]
    if user.rolls_up_bulk_emails:
        emails, total = emails.rolled_up(folder.order), emails.count_rolled_up()
    page = paginate(emails.for_list(), request.GET, by=folder.order, total=total)
    several = offered_for_many(folder.status, user)
    told = {"folder": folder, "tab": TAB_OF[folder.path], "several": several}
    told["rolled_up"] = user.rolls_up_bulk_emails
    told["has_bulk"] = any(row.bulk_id and not row.stands_for_bulk for row in page)
    return _list(request, "emails/folder.html", told | {"page": page, "counts": counts})


@require_safe
def trash(request: SignedInRequest) -> HttpResponse:
    """What was deleted, the last first; nothing of it is sent by being restored."""
    page = paginate(request.user.emails.removed().for_list(), request.GET, by="-removed_at")
    return _list(request, "emails/trash.html", {"page": page})


@require_safe
def search(request: SignedInRequest) -> HttpResponse:
    """The user's emails whose person, address or subject holds every word of `q`."""
    words = " ".join(request.GET.get("q", "").replace("\0", "").split())[:200]
    emails = request.user.emails.present().matching(words).for_list()
    page = paginate(emails, request.GET, by="-moved_at") if words else None
    return _list(request, "emails/search.html", {"words": words, "page": page})


def _list(request: SignedInRequest, template: str, told: Mapping[str, Any]) -> HttpResponse:
    """A list with its tabs and its reading pane; the part "folder" to pages that refresh."""
    as_part = wants_part(request)
    if not as_part:
        offer_again(request)
    context = {
        "tabs": TABS,
        "counts": told.get("counts") or request.user.emails.folder_counts(),
        "as_part": as_part,
        "statuses": Status,
        "row_signs": filled_rows("email-rows", request, told["page"].rows if told["page"] else ()),
        "tallies": tallies_of(told["page"] or (), rolled_up=bool(told.get("rolled_up"))),
        **open_pane(request),
        **told,
    }
    return render_part(request, template, "folder", context)
