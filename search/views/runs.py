"""What is done with many emails or people: how far it is, and what became of each."""

from django.db import IntegrityError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.requests import SignedInRequest
from ui.paging import paginate
from ui.shortcuts import refused, render_part

from ..acting import label_of


@require_safe
def show(request: SignedInRequest, pk: int) -> HttpResponse:
    """How far it is; those that were left out first, each with the reason."""
    run = get_object_or_404(request.user.runs, pk=pk)
    rows = run.rows.done() if request.GET.get("show") == "done" else run.rows.left()
    total, done, left = (
        each.count() for each in (run.rows.all(), run.rows.done(), run.rows.left())
    )
    told = {
        "run": run,
        "label": label_of(run),
        "total": total,
        "done": done,
        "left": left,
        "dealt_with": done + left,
        "shows_done": request.GET.get("show") == "done",
        "page": paginate(rows.for_list(), request.GET, by="id"),
    }
    return render_part(request, "search/run.html", "course", told)


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
