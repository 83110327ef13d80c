"""Where everybody starts, and whether everything runs: for the person on call and load balancers."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import NoReverseMatch, reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.requests import SignedInRequest

from . import health


@require_safe
@never_cache
@login_not_required
def healthz(request: HttpRequest) -> JsonResponse:
    """200 while the database answers, else 503; the rest is told, not judged."""
    report = health.report()
    return JsonResponse(report, status=200 if report["database"] == "ok" else 503)


@require_safe
@never_cache
def start(request: SignedInRequest) -> HttpResponse:
    """The section that this user worked in last."""
    try:
        return redirect(reverse(f"{request.user.last_section}:home"))
    except NoReverseMatch:  # that section is gone
        return redirect("emails:home")
