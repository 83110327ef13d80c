"""Where recipients unsubscribe. No session, no cookie: whoever holds the link is let in.

GET changes nothing, for scanners follow every link. POST does, and is exempt from CSRF here and
nowhere else: mail programs post without a cookie, and who knows the token could post anyway.
"""

from collections.abc import Callable
from functools import wraps

import structlog
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.csp import CSP
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.csp import csp_override
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from accounts.models import Organisation, User
from prospects.models import ConsentChange, Suppression

from ..models import Email
from ..tracking.judging import Sighting
from .forms import LeavingForm
from .taking import TooOften, email_of, take

log = structlog.get_logger(__name__)

POLICY = {
    "default-src": [CSP.NONE],
    "style-src": [CSP.SELF],
    "img-src": [CSP.SELF],
    "font-src": [CSP.SELF],
    "form-action": [CSP.SELF],
    "frame-ancestors": [CSP.NONE],
    "base-uri": [CSP.NONE],
}
ONE_CLICK = {"List-Unsubscribe": ["One-Click"]}  # the whole of the body (RFC 8058, 3.2)
BUTTON = "unsubscribe"

View = Callable[..., HttpResponse]


def answers_plainly(view: View) -> View:
    """What goes wrong is said in one plain sentence, and nothing is changed then."""

    @wraps(view)
    def answering(request: HttpRequest, token: str) -> HttpResponse:
        try:
            return view(request, token)
        except TooOften:
            return _plain(_("That was too often. Please try again in a minute."), 429)
        except DatabaseError as error:
            log.warning("not unsubscribed", error=str(error))
            words = _("This does not work just now, and nothing was changed. Please try again.")
            return _plain(words, 503)

    return answering


@csrf_exempt
@login_not_required
@csp_override(POLICY)
@require_http_methods(["GET", "HEAD", "POST"])
@answers_plainly
def page(request: HttpRequest, token: str) -> HttpResponse:
    """Ask what and why; a POST of the page's form, or of a mail program, unsubscribes at once."""
    sighting = Sighting.of(request)
    email = email_of(token, sighting)
    if email is None:
        return _plain(_("This link is not valid, so nothing was changed."), 404)
    if request.method != "POST":
        return _page(email)
    if dict(request.POST.lists()) == ONE_CLICK and not request.FILES:
        take(email, sighting, source=ConsentChange.Source.ONE_CLICK)
        return _plain(_("You are unsubscribed."), 200)
    if request.POST.get(BUTTON) != "yes":
        return _plain(_("Nothing was changed: that was not how to unsubscribe."), 400)
    take(email, sighting, source=ConsentChange.Source.LINK, **LeavingForm(request.POST).told)
    return _page(email, just_now=True)


def _page(email: Email, *, just_now: bool = False) -> HttpResponse:
    """How it stands, and the form while there is something left to leave."""
    gone = Suppression.unsubscribed_from(email.to_address, email.owner_id)
    html = render_to_string(
        "unsubscribing/page.html",
        {
            "LANGUAGE_CODE": get_language(),
            "address": "" if email.to_address.startswith("sha256:") else email.to_address,
            "sender": email.owner,
            "reply_to": email.identity.address if email.identity else "",
            "organisation": Organisation.current().name,
            "from_all": gone is not None and gone.sender_id is None,
            "from_sender": gone is not None,
            "others": User.several_write(),
            "just_now": just_now,
            "form": LeavingForm(),
        },
    )
    return _unstored(HttpResponse(html))


def _plain(words: str, status: int) -> HttpResponse:
    return _unstored(HttpResponse(f"{words}\n", status=status, content_type="text/plain"))


def _unstored(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "no-store, no-cache, max-age=0, private"
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex"
    return response
