"""What is done with many emails or people: how far it is, and what became of each."""

from django.db import IntegrityError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.requests import SignedInRequest
from ui.paging import paginate
from ui.shortcuts import refused, render_part

from ..acting import label_of, under_way_of


@require_safe
def show(request: SignedInRequest, pk: int) -> HttpResponse:
    """How far it is; those that were left out first, each with the reason."""
    run = get_object_or_404(request.user.runs, pk=pk)
    kinds = {"left": run.rows.left(), "done": run.rows.done(), "noted": run.rows.noted()}
    left, done, noted = (rows.count() for rows in kinds.values())
    asked = request.GET.get("show", "")
    shows = asked if asked in kinds else "left" if left else "done"
    told = {
        "run": run,
        "label": label_of(run),
        "total": run.rows.count(),
        "done": done,
        "left": left,
        "noted": noted,
        "dealt_with": done + left,
        "shows": shows,
        "page": paginate(kinds[shows].for_list(), request.GET, by="id"),
    }
    return render_part(request, "search/run.html", "course", told)


@require_safe
def under_way(request: SignedInRequest) -> HttpResponse:
    """What is under way in the side bar, as far as it is now."""
    return render(request, "search/_under_way.html", {"runs": under_way_of(request.user)})


@require_POST
def undo(request: SignedInRequest, pk: int) -> HttpResponse:
    """Take back what it did, by a run of its own; once."""
    run = get_object_or_404(request.user.runs, pk=pk)
    sentence = _("This cannot be undone, or has been undone already.")
    if not run.can_be_taken_back:
        return refused(request, sentence)
    try:
        return redirect(run.take_back())
    except IntegrityError:  # of two at once the other was first
        return refused(request, sentence)
