from collections.abc import Callable
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation

from .changes import EVERYBODY, seen_by


class PreferencesMiddleware:
    """Each user's own language and time zone, for the page and nothing after it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        if not user.is_authenticated:
            return self.get_response(request)
        with timezone.override(ZoneInfo(user.time_zone)), translation.override(user.language):
            request.LANGUAGE_CODE = user.language
            return self.get_response(request)


class ChangesMiddleware:
    """Each page knows where the logs of changes ended before it read its data; see live.js."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        whole = request.method == "GET" and not request.htmx  # type: ignore[attr-defined]
        if whole and user.is_authenticated:
            request.changes_seen = seen_by(user.pk, EVERYBODY)  # type: ignore[attr-defined]
        return self.get_response(request)
