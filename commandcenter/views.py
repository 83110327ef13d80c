"""Whether everything runs, for load balancers and for the person on call."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from . import health


@require_safe
@never_cache
@login_not_required
def healthz(request: HttpRequest) -> JsonResponse:
    """200 while the database answers, else 503; the rest is told, not judged."""
    report = health.report()
    return JsonResponse(report, status=200 if report["database"] == "ok" else 503)
