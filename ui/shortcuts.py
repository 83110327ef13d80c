from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import patch_vary_headers
from django.utils.http import url_has_allowed_host_and_scheme
from django_htmx.http import trigger_client_event

# What the choice below depends on: a browser going back must not show a stored part as the page.
CHOOSES = ["HX-Request", "HX-Request-Type", "HX-Boosted", "HX-History-Restore-Request"]


def wants_part(request: HttpRequest) -> bool:
    """Whether HTMX asks for a piece of the page rather than for the page.

    HTMX 4 sends HX-Request-Type "full" when it will replace the body or choose by hx-select.
    """
    htmx = request.htmx  # type: ignore[attr-defined]
    whole = htmx.boosted or htmx.history_restore_request or htmx.request_type == "full"
    return bool(htmx) and not whole


def render_part(
    request: HttpRequest, template: str, part: str, context: Mapping[str, Any], status: int = 200
) -> HttpResponse:
    """The whole page, or only `part` (a partialdef of `template`) when HTMX asks for a piece."""
    if wants_part(request):
        template = f"{template}#{part}"
    response = render(request, template, dict(context), status=status)
    patch_vary_headers(response, CHOOSES)
    return response


def drop_blanks(request: HttpRequest) -> str:
    """Take out of the query string what a form sent empty, so that links on the page are without
    it; returns the address of the page as it should be shown."""
    given = request.GET.copy()
    for name, values in request.GET.lists():
        given.setlist(name, [value for value in values if value])
        if not given.getlist(name):
            del given[name]
    request.GET = given  # type: ignore[assignment]
    return f"{request.path}?{given.urlencode()}" if given else request.path


def page_that_asked(request: HttpRequest, otherwise: str) -> str:
    """The page from which something was posted, as far as it is one of ours."""
    # HTMX knows what is on the screen; a form may have come with a part of it only.
    asked = request.htmx.current_url_abs_path or request.POST.get("next", "")  # type: ignore[attr-defined]
    ours = asked.startswith("/") and url_has_allowed_host_and_scheme(asked, allowed_hosts=None)
    return asked if ours else otherwise


def changed(request: HttpRequest, back: str) -> HttpResponse:
    """What was asked for is done: the parts of the open page refresh themselves, with what
    ui.notices.tell said beside them; without HTMX it goes `back` to a page."""
    if not request.htmx:  # type: ignore[attr-defined]
        return redirect(back)
    response = HttpResponse(status=204)
    # The element that asked may be gone by now: a notice closes when its Undo is pressed.
    response["HX-Retarget"] = "#notice"
    return trigger_client_event(response, "changed", {"target": "body"})


def refused(request: HttpRequest, sentence: str) -> HttpResponse:
    """What was asked for is not possible (any more): a 409 that says why."""
    if request.htmx:  # type: ignore[attr-defined]
        return HttpResponse(sentence, status=409, content_type="text/plain")
    return render(request, "409.html", {"reason": sentence}, status=409)
