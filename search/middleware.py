"""A search that takes too long is a sentence on every page, whoever asked for it."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from ui.shortcuts import refused

from .problems import TooSlow


class SayWhatTakesTooLong:
    """Answers TooSlow, which pages of all apps raise that act on all that a search finds."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        return refused(request, str(error.problem)) if isinstance(error, TooSlow) else None
