"""What the header finds while somebody types, and the page that says the same without a script."""

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from accounts.requests import SignedInRequest
from ui.shortcuts import render_part, wants_part

from ..quick import LONGEST, Quick

BELOW_THE_FIELD, ON_THE_PAGE = 4, 20


@require_safe
def quick(request: SignedInRequest) -> HttpResponse:
    """The best of each kind for the words `q`."""
    most = BELOW_THE_FIELD if wants_part(request) else ON_THE_PAGE
    look = Quick(request.user, request.GET.get("q", ""), most)
    told = {"look": look, "longest": LONGEST}
    return render_part(request, "search/quick.html", "quick-options", told)
