"""The sender's own browser, known on the tracking host by a signed cookie.

The session's cookie never reaches the tracking host, so signing in leads once through it: the
application hands over a short-lived signed note, the tracking host sets its cookie and sends the
browser back to where the note says.
"""

from urllib.parse import urlsplit

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from . import tokens

COOKIE = "cc_own"
COOKIE_SECONDS = 365 * 24 * 3600
NOTE_SECONDS = 120
_SALT = "emails.own-browser"


def user_of(request: HttpRequest) -> int | None:
    """The id of the user whose browser this is, None where nothing we signed says so."""
    named = tokens.read(request.COOKIES.get(COOKIE, ""), tokens.Use.OWN)
    return named.email_id if named else None


def way_back(request: HttpRequest) -> str:
    """The absolute address on this host that `next` names, else of its front page."""
    wanted = request.GET.get("next", "")
    here = url_has_allowed_host_and_scheme(wanted, None, require_https=request.is_secure())
    return request.build_absolute_uri(wanted if here and wanted.startswith("/") else "/")


def note_for(user_id: int, back: str) -> str:
    """The address on the tracking host that marks this browser as the user's and leads `back`."""
    note = signing.dumps({"user": user_id, "back": back}, salt=_SALT, compress=True)
    path = reverse("tracking:own", args=[note], urlconf=settings.TRACKING_URLCONF)
    return f"{settings.TRACKING_URL}{path}"


def read_note(note: str) -> tuple[int, str] | None:
    """The user's id and the way back; None if we did not write it, or long ago."""
    try:
        told = signing.loads(note, salt=_SALT, max_age=NOTE_SECONDS)
    except signing.BadSignature:
        return None
    return told["user"], told["back"]


def mark(response: HttpResponse, user_id: int) -> None:
    """Let this browser be known as the user's.

    Pixels are loaded from within other sites, where only a cookie with SameSite=None is sent;
    browsers accept that only with Secure, which they also allow on `localhost`.
    """
    secure = settings.TRACKING_URL.startswith("https://") or settings.TRACKING_HOST == "localhost"
    response.set_cookie(
        COOKIE,
        tokens.make(tokens.Use.OWN, user_id),
        max_age=COOKIE_SECONDS,
        secure=secure,
        httponly=True,
        samesite="None" if secure else "Lax",
    )


def is_same_host(request: HttpRequest) -> bool:
    """Whether pixels come to the host that this request came to."""
    return request.get_host() == urlsplit(settings.TRACKING_URL).netloc
