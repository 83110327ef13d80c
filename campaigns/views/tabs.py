"""The tasks and the emails of a campaign, as lists inside it."""

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from accounts.requests import SignedInRequest
from accounts.undoing import offer_again
from emails.actions import offered_for_many
from emails.folders import TABS
from emails.models import Status
from emails.panes import open_pane
from tasks.actions import ACTIONS
from tasks.groups import signs
from tasks.lists import WEEK
from tasks.panes import beside_menus
from tasks.panes import open_pane as open_task
from ui.paging import paginate
from ui.shortcuts import render_part, wants_part

from ..opening import opened

FOLDERS = [folder for tab in TABS for folder in tab.folders]


@require_safe
def tasks(request: SignedInRequest, pk: int) -> HttpResponse:
    """The open tasks of the campaign that are the user's, what is due first at the top."""
    if not wants_part(request):
        offer_again(request)
    page = opened(request, pk)
    listed = paginate(page.tasks().for_list(), request.GET, by="due_at")
    told = {
        "page": listed,
        "address": request.get_full_path(),
        "signs": signs(request, listed.rows),
        "several": [ACTIONS[name] for name in ("complete", "skip")],
        "view": WEEK,
        **(beside_menus(request) | open_task(request) if page.eyes.are_mine else {}),
    }
    return render_part(request, "campaigns/tasks.html", "tasks", page.context("tasks") | told)


@require_safe
def emails(request: SignedInRequest, pk: int) -> HttpResponse:
    """The user's own emails of the campaign, by folder: emails are never shared."""
    if not wants_part(request):
        offer_again(request)
    page = opened(request, pk)
    counts = page.emails().folder_counts()
    asked = request.GET.get("folder", "")
    chosen = next((each for each in FOLDERS if each.status == asked), None)
    found = page.emails().in_folder(chosen.status) if chosen else page.emails().present()
    by = chosen.order if chosen else "-moved_at"
    total = counts[chosen.status] if chosen else sum(counts.values())
    told = {
        "page": paginate(found.for_list(), request.GET, by=by, total=total),
        "folders": [folder for folder in FOLDERS if counts[folder.status] or folder == chosen],
        "chosen": chosen,
        "counts": counts,
        "all": sum(counts.values()),
        "statuses": Status,
        "tallies": {},
        "several": offered_for_many(chosen.status, request.user) if chosen else [],
        **open_pane(request),
    }
    return render_part(request, "campaigns/emails.html", "emails", page.context("emails") | told)
