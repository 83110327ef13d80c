"""The frame of every page, and the pages that stand outside it."""

import pytest
from django.template.loader import render_to_string
from django.test import Client

from accounts.models import User
from tests.factories import make_user


@pytest.fixture
def rita(db: None, client: Client) -> User:
    user = make_user("Rita Berg", theme="dark", language="sv")
    client.force_login(user)
    return user


@pytest.mark.parametrize("name", ["400", "403", "403_csrf", "404", "409", "429", "500"])
def test_an_error_page_needs_neither_request_nor_user(name: str) -> None:
    html = render_to_string(f"{name}.html")

    assert "<h1>" in html and 'href="/"' in html


def test_a_page_takes_its_users_theme_and_language(client: Client, rita: User) -> None:
    html = client.get("/accounts/2fa/").content.decode()

    assert '<html lang="sv" data-theme="dark">' in html


def test_shortcuts_are_off_for_who_switched_them_off(client: Client, rita: User) -> None:
    assert b"data-keys" in client.get("/accounts/2fa/").content

    rita.shortcuts = False
    rita.save(update_fields=["shortcuts"])

    assert b"data-keys" not in client.get("/accounts/2fa/").content


def test_a_section_is_lit_in_the_side_bar(client: Client, rita: User) -> None:
    html = client.get("/people/").content.decode()

    assert '<a class="side__entry" href="/people/" aria-current="page">' in html
    assert '<a class="side__entry" href="/emails/">' in html


def test_the_kit_is_not_there_without_debug(client: Client, rita: User) -> None:
    assert client.get("/ui/kit/").status_code == 404


def test_nobody_can_sign_up(client: Client, db: None) -> None:
    form = {
        "email": "new@else.example",
        "password1": "a very long one",
        "password2": "a very long one",
    }

    client.post("/accounts/signup/", form)

    assert not User.objects.active().exists()
