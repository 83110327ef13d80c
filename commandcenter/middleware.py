"""What every request passes: proxies believed or not, the tracking host, clear answers to HTMX."""

from collections.abc import Callable
from ipaddress import ip_address, ip_network
from urllib.parse import urlencode

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.http.request import split_domain_port
from django.shortcuts import render, resolve_url
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRedirect

from emails.models import IllegalTransition
from emails.why import why_not
from ui.shortcuts import refused

GetResponse = Callable[[HttpRequest], HttpResponseBase]


class TrustedProxyMiddleware:
    """Believes X-Forwarded-For, -Proto and -Host from TRUSTED_PROXIES and from nobody else.

    Afterwards REMOTE_ADDR is the client's own address and the headers are gone, so that nothing
    further in can be taken in by them.
    """

    HEADERS = (
        "HTTP_FORWARDED",
        "HTTP_X_FORWARDED_FOR",
        "HTTP_X_FORWARDED_HOST",
        "HTTP_X_FORWARDED_PORT",
        "HTTP_X_FORWARDED_PROTO",
        "HTTP_X_REAL_IP",
    )

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response
        self.trusted = [ip_network(network) for network in settings.TRUSTED_PROXIES]

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if self._trusts(request.META.get("REMOTE_ADDR", "")):
            self._believe(request)
        for name in self.HEADERS:
            request.META.pop(name, None)
        return self.get_response(request)

    def _trusts(self, address: str) -> bool:
        try:
            client = ip_address(address)
        except ValueError:
            return False
        if client.version == 6 and client.ipv4_mapped:
            client = client.ipv4_mapped
        return any(client in network for network in self.trusted)

    def _believe(self, request: HttpRequest) -> None:
        # Each proxy adds at the right end whom it heard from. The first from there that is none
        # of ours is the client; what stands left of it anybody may have written.
        for address in reversed(_items(request, "HTTP_X_FORWARDED_FOR")):
            try:
                request.META["REMOTE_ADDR"] = str(ip_address(address))
            except ValueError:
                break
            if not self._trusts(address):
                break
        if scheme := _items(request, "HTTP_X_FORWARDED_PROTO")[-1:]:
            secure = scheme[0].lower() == "https"
            request.META["wsgi.url_scheme"] = "https" if secure else "http"
        if host := _items(request, "HTTP_X_FORWARDED_HOST")[-1:]:
            request.META["HTTP_HOST"] = host[0]


def _items(request: HttpRequest, header: str) -> list[str]:
    return [item.strip() for item in request.META.get(header, "").split(",") if item.strip()]


class TrackingHostMiddleware:
    """A host that is only for tracking serves TRACKING_URLCONF and nothing of the application."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if settings.TRACKING_HOST != settings.BASE_HOST:
            try:
                host = split_domain_port(request.get_host())[0]
            except DisallowedHost:
                host = ""  # refused with its reason by CommonMiddleware
            if host == settings.TRACKING_HOST:
                request.urlconf = settings.TRACKING_URLCONF
        return self.get_response(request)


class ClearAnswersMiddleware:
    """Every answer to HTMX that is no part of a page becomes one sentence in the notice area.

    htmx 4 swaps whatever comes into the place that asked, error pages and sign-in pages included.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if not getattr(request, "htmx", None):
            return response
        if _leads_to_sign_in(request, response):
            return _sign_in(request)
        if response.status_code < 400 or response.status_code == 422:
            return response
        return _notice(request, response)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """A refused transition is a 409 that says why."""
        if not isinstance(error, IllegalTransition):
            return None
        return refused(request, why_not(error))


def _leads_to_sign_in(request: HttpRequest, response: HttpResponseBase) -> bool:
    if response.status_code != 302 or request.user.is_authenticated:
        return False
    return response["Location"].partition("?")[0] == resolve_url(settings.LOGIN_URL)


def _sign_in(request: HttpRequest) -> HttpResponse:
    # Back to the page on the screen: the address that was asked for may be a part of it only.
    page = request.htmx.current_url_abs_path or "/"  # type: ignore[attr-defined]
    return HttpResponseClientRedirect(
        f"{resolve_url(settings.LOGIN_URL)}?{urlencode({'next': page})}"
    )


def _notice(request: HttpRequest, response: HttpResponseBase) -> HttpResponse:
    context = {"level": "error", "text": _words(response)}
    notice = render(request, "shared/_notice.html", context, status=response.status_code)
    notice.cookies = response.cookies
    notice["HX-Retarget"] = "#notice"
    notice["HX-Reswap"] = "innerHTML"
    # The element that asked may pick a part of what comes (hx-select) or change the address.
    notice["HX-Reselect"] = ".notice"
    notice["HX-Push-Url"] = notice["HX-Replace-Url"] = "false"
    return notice


def _words(response: HttpResponseBase) -> str:
    """The view's own sentence, if it answered in plain text, else one for the status."""
    if isinstance(response, HttpResponse) and response.get("Content-Type", "").startswith(
        "text/plain"
    ):
        return response.content.decode(errors="replace")[:500]
    sentences = {
        400: _("That could not be understood. Reload the page and try again."),
        403: _("You may not do that, or this page is too old. Reload it and try again."),
        404: _("That is not here any more."),
        405: _("That cannot be done here."),
        409: _("That is not possible any more: something has changed meanwhile."),
        413: _("That is too large."),
        429: _("That was too often. Wait a moment and try again."),
        503: _("The system is busy. Try again in a moment."),
    }
    return sentences.get(
        response.status_code, _("Something went wrong on our side. It has been noted.")
    )
