"""The pixel, the links, and how a rep's own browser becomes known. No session, no language."""

import re

import structlog
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from . import own
from .judging import Sighting
from .watching import link_of, saw_click, saw_open

log = structlog.get_logger(__name__)

_TRAVELS_AS_IT_IS = re.compile(r"[\x21-\x7e]+")
# A transparent pixel.
GIF = bytes.fromhex(
    "47494638396101000100800000000000ffffff21f90401000000002c00000000010001000002024401003b"
)


@require_safe
@login_not_required
def pixel(request: HttpRequest, token: str) -> HttpResponse:
    """The picture, whatever happens: a mail must never look broken."""
    try:
        saw_open(token, Sighting.of(request))
    except DatabaseError as error:
        log.warning("view not recorded", error=str(error))
    # Mail is read on pages that may insist on hearing that they are allowed to show it.
    headers = {"Cross-Origin-Resource-Policy": "cross-origin"}
    return _unstored(HttpResponse(GIF, content_type="image/gif", headers=headers))


@require_safe
@login_not_required
def click(request: HttpRequest, token: str) -> HttpResponse:
    """On to what the link's writer gave, once the click is recorded; never anywhere else."""
    try:
        if not (link := link_of(token)):
            return _plain(_("This link is not valid."), 404)
    except DatabaseError as error:
        log.warning("link not found", error=str(error))
        return _plain(_("This link cannot be opened just now. Please try again in a minute."), 503)
    try:
        saw_click(link, Sighting.of(request))
    except DatabaseError as error:
        log.warning("click not recorded", email=link.email_id, error=str(error))
    longest = len(link.url) * 12  # as long as it is, with every character quoted
    response = HttpResponseRedirect(link.url, max_length=longest)
    if _TRAVELS_AS_IT_IS.fullmatch(link.url):
        response["Location"] = link.url  # to the letter: Django would quote some of it
    return _unstored(response)


@require_safe
@login_not_required
def own_browser_here(request: HttpRequest, note: str) -> HttpResponse:
    """On the tracking host: remember whose browser this is, and back to the application."""
    if not (told := own.read_note(note)):
        return redirect(settings.BASE_URL)
    user_id, back = told
    response = HttpResponseRedirect(back)
    own.mark(response, user_id)
    return _unstored(response)


@require_safe
def own_browser(request: HttpRequest) -> HttpResponse:
    """In the application, after signing in: through the tracking host, then on to `next`."""
    assert request.user.is_authenticated  # every view is guarded that is not said to be open
    user_id, back = request.user.pk, own.way_back(request)
    if not own.is_same_host(request):
        return redirect(own.note_for(user_id, back))
    response = HttpResponseRedirect(back)
    own.mark(response, user_id)
    return response


def _plain(words: str, status: int) -> HttpResponse:
    return _unstored(HttpResponse(f"{words}\n", status=status, content_type="text/plain"))


def _unstored(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "no-store, no-cache, max-age=0, private"
    response["Referrer-Policy"] = "no-referrer"
    return response
