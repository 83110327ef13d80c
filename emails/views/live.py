"""What open pages ask once a second: has anything changed for this user?"""

from django.http import HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.changes import seen_by
from accounts.requests import SignedInRequest


@require_safe
@never_cache
def live(request: SignedInRequest) -> HttpResponse:
    """204 if the count is still what the page has `seen`, else the new one.

    Compared by "different": a count that Redis lost is news too. Touches nothing of the session,
    so that a page left open does not keep its user signed in.
    """
    seen = seen_by(request.user.pk)
    if request.GET.get("seen") == str(seen):
        return HttpResponse(status=204)
    return JsonResponse({"seen": seen})
