"""The lists of tasks: what is due when, and what is done."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_safe

from accounts.requests import SignedInRequest
from accounts.undoing import offer_again
from ui.paging import paginate
from ui.shortcuts import drop_blanks, render_part, wants_part

from ..actions import CLOSED, OPEN
from ..groups import grouped, signs
from ..lists import VIEWS, Kinds, View, counts, due_now, most_useful
from ..models import Task
from ..panes import address_of_work, beside_menus, list_around, open_pane, pane
from ..search_forms import TaskSearch
from ..work import views as acting


@require_safe
def home(request: SignedInRequest) -> HttpResponse:
    """What is overdue, if anything is, else today."""
    return redirect("tasks:list", most_useful(request.user))


@require_safe
def index(request: SignedInRequest, view: View) -> HttpResponse:
    """One view: its tasks, and the one that is open beside them."""
    user, address = request.user, drop_blanks(request)
    user.remember_section("tasks")
    if not wants_part(request):
        offer_again(request)
    search = TaskSearch(user, view, request.GET)
    by_kind = search.all().kind_counts()
    total = search.chosen_kind.count_of(by_kind)
    page = paginate(search.arranged().for_list(), request.GET, by=search.by, total=total)
    context = {
        "address": address,
        "view": view,
        "views": VIEWS,
        "counts": counts(user),
        "due_now": due_now(user),
        "kinds": [(kind, kind.count_of(by_kind), kind == search.chosen_kind) for kind in Kinds],
        "search": search,
        "page": page,
        "groups": grouped(page.rows, search.chosen_group, user.zone),
        "signs": signs(request, page.rows),
        "several": CLOSED if view.is_done else OPEN,
        "beside": beside_menus(request),
        "work_url": address_of_work(view),
        "as_part": wants_part(request),
        **open_pane(request),
    }
    return render_part(request, "tasks/index.html", "tasks", context)


@require_safe
def task(request: SignedInRequest, pk: int) -> HttpResponse:
    """One task on a page of its own; the part "pane" to a list that opens it beside itself."""
    found = get_object_or_404(Task.seen_by(request.user).present().for_pane(), pk=pk)
    if found.assignee == request.user and not wants_part(request):
        return acting.task(request, found)
    context = pane(request, found) | {"closed": list_around(request)}
    return render_part(request, "tasks/task.html", "pane", context)
