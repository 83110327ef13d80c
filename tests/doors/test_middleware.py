import html

import pytest
from django.http import Http404, HttpResponse
from django.test import RequestFactory
from django_htmx.middleware import HtmxDetails

from commandcenter.middleware import (
    ClearAnswersMiddleware,
    TrackingHostMiddleware,
    TrustedProxyMiddleware,
)
from emails.models import Email, IllegalTransition
from emails.why import why_not

HTMX = {"HX-Request": "true", "HX-Current-URL": "http://testserver/emails/pending/drafts/?q=x"}


def passed(middleware, request, response=None):
    """The request as it comes out of `middleware` at the inner end."""
    inner = []
    middleware(lambda request: inner.append(request) or response or HttpResponse())(request)
    return inner[0]


# Proxies


@pytest.fixture
def behind_proxies(settings):
    settings.TRUSTED_PROXIES = ["10.0.0.0/8", "2001:db8::/32"]
    settings.ALLOWED_HOSTS = ["*"]


def coming_from(address, **headers):
    return passed(
        TrustedProxyMiddleware, RequestFactory(headers=headers).get("/", REMOTE_ADDR=address)
    )


def test_a_trusted_proxy_says_who_the_client_is(behind_proxies):
    request = coming_from(
        "10.0.0.1",
        x_forwarded_for="203.0.113.9",
        x_forwarded_proto="https",
        x_forwarded_host="crm.example",
    )

    assert request.META["REMOTE_ADDR"] == "203.0.113.9"
    assert request.is_secure()
    assert request.get_host() == "crm.example"


def test_a_stranger_may_say_what_he_likes(behind_proxies):
    request = coming_from(
        "203.0.113.9",
        x_forwarded_for="127.0.0.1",
        x_forwarded_proto="https",
        x_forwarded_host="evil.example",
        forwarded="for=127.0.0.1",
    )

    assert request.META["REMOTE_ADDR"] == "203.0.113.9"
    assert not request.is_secure()
    assert request.get_host() == "testserver"
    assert not {"HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_HOST", "HTTP_FORWARDED"} & {*request.META}


@pytest.mark.parametrize(
    ("chain", "client"),
    [
        ("198.51.100.7, 203.0.113.9", "203.0.113.9"),  # what stands left the client has written
        ("198.51.100.7, 203.0.113.9, 10.2.3.4", "203.0.113.9"),
        ("2001:db8::5, 10.2.3.4", "2001:db8::5"),
        ("nonsense, 10.2.3.4", "10.2.3.4"),
        ("nonsense", "10.0.0.1"),
        ("", "10.0.0.1"),
    ],
)
def test_the_client_is_the_last_one_that_is_no_proxy_of_ours(behind_proxies, chain, client):
    assert coming_from("10.0.0.1", x_forwarded_for=chain).META["REMOTE_ADDR"] == client


def test_an_ipv4_proxy_on_an_ipv6_socket_is_known(behind_proxies):
    request = coming_from("::ffff:10.0.0.1", x_forwarded_for="203.0.113.9")

    assert request.META["REMOTE_ADDR"] == "203.0.113.9"


# The tracking host


@pytest.fixture
def two_hosts(settings):
    settings.ALLOWED_HOSTS = ["crm.example", "links.example"]
    settings.BASE_HOST, settings.TRACKING_HOST = "crm.example", "links.example"


@pytest.mark.parametrize("host", ["links.example", "links.example:8443", "LINKS.example"])
def test_the_tracking_host_serves_tracking_alone(two_hosts, settings, host):
    request = passed(TrackingHostMiddleware, RequestFactory().get("/", HTTP_HOST=host))

    assert request.urlconf == settings.TRACKING_URLCONF


def test_the_main_host_serves_everything(two_hosts):
    request = passed(TrackingHostMiddleware, RequestFactory().get("/", HTTP_HOST="crm.example"))

    assert not hasattr(request, "urlconf")


def test_one_host_for_both_serves_everything(two_hosts, settings):
    settings.TRACKING_HOST = "crm.example"
    request = passed(TrackingHostMiddleware, RequestFactory().get("/", HTTP_HOST="crm.example"))

    assert not hasattr(request, "urlconf")


def test_no_page_of_the_application_is_found_on_the_tracking_host(client, two_hosts):
    for path in ("/accounts/login/", "/admin/", "/emails/sent/delivered/"):
        assert client.get(path, headers={"host": "links.example"}).status_code == 404


# Clear answers


def answered(response, user=None, **headers):
    from django.contrib.auth.models import AnonymousUser

    request = RequestFactory(headers=headers).get("/emails/1/")
    request.htmx, request.user = HtmxDetails(request), user or AnonymousUser()
    return ClearAnswersMiddleware(lambda request: response)(request)


@pytest.mark.parametrize("status", [400, 403, 404, 405, 409, 413, 429, 500, 503])
def test_an_error_reaches_htmx_as_one_sentence_in_the_notice_area(status):
    response = answered(HttpResponse("<html>Long page</html>", status=status), **HTMX)

    assert response.status_code == status
    assert response["HX-Retarget"] == "#notice"
    assert "<html>" not in response.text
    assert response.text.count('class="notice"') == 1


@pytest.mark.parametrize("status", [200, 204, 422])
def test_parts_and_forms_with_errors_go_where_they_belong(status):
    response = answered(HttpResponse("part", status=status), **HTMX)

    assert "HX-Retarget" not in response
    assert response.text == "part"


def test_a_view_may_give_its_own_sentence_and_it_is_escaped():
    own = HttpResponse("It has left <already>.", status=409, content_type="text/plain")

    assert "It has left &lt;already&gt;." in answered(own, **HTMX).text


def test_whole_pages_keep_their_error_pages():
    assert "HX-Retarget" not in answered(HttpResponse("page", status=404))


def test_an_expired_session_leads_htmx_to_sign_in_and_back_to_the_page(settings):
    from django.contrib.auth.views import redirect_to_login

    response = answered(redirect_to_login("/emails/1/part/"), **HTMX)

    assert response.status_code == 200
    assert response["HX-Redirect"] == (
        "/accounts/login/?next=%2Femails%2Fpending%2Fdrafts%2F%3Fq%3Dx"
    )


def test_a_page_of_another_origin_is_not_gone_back_to(settings):
    from django.contrib.auth.views import redirect_to_login

    headers = HTMX | {"HX-Current-URL": "https://evil.example/x"}

    assert answered(redirect_to_login("/a/"), **headers)["HX-Redirect"].endswith("?next=%2F")


@pytest.mark.parametrize("headers", [HTMX, {}])
def test_a_refused_transition_is_a_409_that_says_why(headers):
    request = RequestFactory(headers=headers).post("/")
    request.htmx = HtmxDetails(request)
    email = Email(status=Email.Status.DELIVERED)
    refusal = IllegalTransition(email, Email.Cause.PULL_BACK)

    response = ClearAnswersMiddleware(lambda request: None).process_exception(request, refusal)

    assert response.status_code == 409
    assert why_not(refusal) in html.unescape(response.text)


def test_other_errors_are_left_to_django():
    request = RequestFactory().get("/")

    assert ClearAnswersMiddleware(lambda r: None).process_exception(request, Http404()) is None
