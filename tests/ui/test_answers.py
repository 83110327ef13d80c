"""What HTMX gets: a part or the page, and notices beside it."""

import pytest
from django.contrib import messages
from django.contrib.messages.storage.cookie import CookieStorage
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from django_htmx.middleware import HtmxDetails

from ui.middleware import NoticesMiddleware
from ui.notices import tell
from ui.shortcuts import wants_part


def request_by(**headers: str) -> HttpRequest:
    request = RequestFactory().get("/", headers=headers)
    request.htmx = HtmxDetails(request)  # type: ignore[attr-defined]
    request._messages = CookieStorage(request)  # type: ignore[attr-defined]
    return request


@pytest.mark.parametrize(
    ("headers", "part"),
    [
        ({}, False),
        ({"HX-Request": "true"}, True),
        ({"HX-Request": "true", "HX-Request-Type": "partial"}, True),
        ({"HX-Request": "true", "HX-Request-Type": "full"}, False),
        ({"HX-Request": "true", "HX-Boosted": "true"}, False),
        ({"HX-Request": "true", "HX-History-Restore-Request": "true"}, False),
    ],
)
def test_a_part_goes_only_to_who_asks_for_a_piece(headers: dict[str, str], part: bool) -> None:
    assert wants_part(request_by(**headers)) is part


def answered(response: HttpResponse, **headers: str) -> tuple[HttpRequest, HttpResponse]:
    request = request_by(**headers)
    tell(request, "Archived.", undo="/undo/7/")
    return request, NoticesMiddleware(lambda request: response)(request)


def test_a_part_carries_the_notice_with_its_undo() -> None:
    _, response = answered(HttpResponse("<li>row</li>"), **{"HX-Request": "true"})

    html = response.content.decode()
    assert html.startswith('<li>row</li><hx-partial hx-target="#notice"')
    assert "Archived." in html and 'action="/undo/7/"' in html


def test_an_empty_answer_carries_it_without_touching_the_place_that_asked() -> None:
    _, response = answered(HttpResponse(status=204), **{"HX-Request": "true"})

    assert response.status_code == 200
    assert response["HX-Reswap"] == "none"
    assert "Archived." in response.content.decode()


@pytest.mark.parametrize(
    "response",
    [
        HttpResponse(status=409),
        HttpResponse(headers={"HX-Redirect": "/accounts/login/"}),
        HttpResponse("{}", content_type="application/json"),
    ],
)
def test_other_answers_keep_it_for_the_next_page(response: HttpResponse) -> None:
    request, response = answered(response, **{"HX-Request": "true"})

    assert "Archived." not in response.content.decode()
    assert [str(message) for message in messages.get_messages(request)] == ["Archived."]


def test_a_page_shows_notices_itself() -> None:
    _, response = answered(HttpResponse("<html>"))

    assert response.content == b"<html>"
