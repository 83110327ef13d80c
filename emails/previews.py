"""What an email says, as a page that is safe to show in a frame.

Nothing of it runs, and nothing is fetched from anywhere unless the reader asks for pictures. What
is shown is what was sent, or as it will be, but with the writer's own links and without our pixel,
so that looking at it leaves no trace.
"""

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.csp import CSP, build_policy
from django.utils.safestring import SafeString, mark_safe

from .models import Email, EmailContent
from .resolving import about, resolve
from .sending.html import clean
from .tracking import tokens
from .tracking.rewriting import (
    AddressReplacer,
    click_url,
    is_unsubscribing,
    is_web,
    pixel_url,
)
from .unsubscribing.wording import NOWHERE

# An address that clean() drops: the picture's own words stand in its place.
NOTHING = ""
# What sets colours of its own; all else can be shown on a dark ground as well.
_COLOURED = re.compile(r"<font|<img[^>]*\ssrc=|\b(?:style|bgcolor|color)\s*=", re.IGNORECASE)
_REMOTE_STYLE = re.compile(r"url\(\s*[\"']?(?:&quot;)?\s*https?:", re.IGNORECASE)


@dataclass(frozen=True)
class Preview:
    """Sanitised HTML, whether it names pictures on other servers, and whether it is plain: without
    colours and pictures of its own, so that it reads on a dark ground too."""

    html: SafeString
    has_remote_pictures: bool
    is_plain: bool


def preview(email: Email, *, pictures: bool = False) -> Preview:
    """What `email` says or said; empty where it says nothing (any more).

    Before it is sent, its fields are filled in as far as they can be, and what is missing stands
    out. Without `pictures` those on other servers are left out.
    """
    try:
        content = email.content
    except EmailContent.DoesNotExist:  # purged
        return Preview(SafeString(), has_remote_pictures=False, is_plain=True)
    said = content.sent_html or resolve(about(email), content.subject, content.html).body.marked
    urls = {click_url(email.pk, link.number): link.url for link in email.links.all()}
    return _shown(said, pictures, pixel_url(email.pk), urls)


def preview_of(html: str, *, pictures: bool = False) -> Preview:
    """As `preview`, of a text that nobody has sent."""
    return _shown(html, pictures, NOTHING, {})


def framed(
    request: HttpRequest,
    told: dict[str, Any],
    *,
    pictures: bool = False,
    page: str = "emails/preview.html",
) -> HttpResponse:
    """The answer that a frame shows: `page` with `told`, under a policy that lets nothing run, and
    pictures load only where they are wanted."""
    response = render(request, page, told)
    response["Content-Security-Policy"] = build_policy(_policy(pictures=pictures))
    response["Referrer-Policy"] = "no-referrer"
    return response


def _policy(*, pictures: bool) -> dict[str, list[str]]:
    """The Content-Security-Policy of a preview: no scripts, frames, forms, fonts or connections.

    Styles are the mail's own. The sandbox holds even if the page is opened outside its frame; it
    keeps the origin, so that the page around it can measure how long it is, which is safe as long
    as no script runs in it.
    """
    return {
        "default-src": [CSP.NONE],
        "img-src": ["data:", "https:", "http:"] if pictures else ["data:"],
        "style-src": [CSP.UNSAFE_INLINE],
        "base-uri": [CSP.NONE],
        "form-action": [CSP.NONE],
        "frame-ancestors": [CSP.SELF],
        "sandbox": ["allow-popups", "allow-popups-to-escape-sandbox", "allow-same-origin"],
    }


def _shown(html: str, pictures: bool, pixel: str, urls: dict[str, str]) -> Preview:
    remote = bool(_REMOTE_STYLE.search(html))

    def original(tag: str, address: str) -> str | None:
        nonlocal remote
        if tag == "a":  # nobody unsubscribes a recipient by looking at what was written to them
            return NOWHERE if is_unsubscribing(address) else urls.get(address)
        if address == pixel or _is_ours(address):
            return NOTHING
        if not is_web(address):
            return None
        remote = True
        return None if pictures else NOTHING

    shown = clean(AddressReplacer(html, original).html)
    is_plain = not remote and not _COLOURED.search(shown)
    return Preview(mark_safe(shown), remote, is_plain)  # noqa: S308 - that is what clean() is for


def _is_ours(address: str) -> bool:
    """Whether a picture is on our own servers: a pixel of whatever email was quoted."""
    if not is_web(address):
        return False
    parts = urlsplit(address)
    token = parts.path.rpartition("/")[2].removesuffix(".gif")
    own_host = parts.hostname in {settings.TRACKING_HOST, settings.BASE_HOST}
    return own_host or tokens.read(token, tokens.Use.OPEN) is not None
