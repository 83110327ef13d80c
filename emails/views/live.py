"""What open pages ask once a second: has anything changed for this user?"""

from django.http import HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.changes import EVERYBODY, seen_by
from accounts.requests import SignedInRequest


@require_safe
@never_cache
def live(request: SignedInRequest) -> HttpResponse:
    """204 if the logs still end where the page has `seen` them end, else where they end now.

    With `elsewhere` it also asks for what everybody's log says; `is_elsewhere` if only that has
    changed. Compared by "different": a log that Redis lost is news too. Touches nothing of the
    session, so that a page left open does not keep its user signed in.
    """
    now, before = seen_by(request.user.pk, EVERYBODY), request.GET.get("seen", "")
    is_elsewhere = now.split()[:1] == before.split()[:1]
    if now == before or (is_elsewhere and "elsewhere" not in request.GET):
        return HttpResponse(status=204)
    return JsonResponse({"seen": now, "is_elsewhere": is_elsewhere})
