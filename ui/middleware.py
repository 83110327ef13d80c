from collections.abc import Callable

from django.contrib.messages import get_messages
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

SHOWN = {200, 204, 422}


class NoticesMiddleware:
    """Let answers to HTMX carry what ui.notices.tell said, beside the part that they are.

    Errors and redirects keep it for the page that follows. Stands below HtmxMiddleware and
    MessageMiddleware.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if _has_news(request) and _can_carry(response):
            if response.status_code == 204:  # HTMX would not look into it
                response.status_code = 200
                response["HX-Reswap"] = "none"
            news = render_to_string("shared/_notices_oob.html", request=request)
            response.content += news.encode()
            response.headers.pop("Content-Length", None)
        return response


def _has_news(request: HttpRequest) -> bool:
    return bool(request.htmx) and len(get_messages(request)) > 0  # type: ignore[attr-defined]


def _can_carry(response: HttpResponse) -> bool:
    leaves = "HX-Redirect" in response or "HX-Location" in response or "HX-Refresh" in response
    html = response.get("Content-Type", "text/html").startswith("text/html")
    return response.status_code in SHOWN and html and not leaves and not response.streaming
