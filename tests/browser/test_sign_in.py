"""Sign-in as a user meets it: password, second factor, passkey, a forgotten password."""

import re
import time
from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.core import mail
from playwright.sync_api import Page, expect

from accounts.models import User
from tests.browser.conftest import findings, sign_in
from tests.factories import PASSWORD, make_user

pytestmark = pytest.mark.django_db(transaction=True)
SECURITY = "/accounts/2fa/"


@pytest.fixture
def rita(transactional_db: None) -> User:
    return make_user("Rita Berg", email="rita@nordic.example")


def confirm(page: Page) -> None:
    """Give the password once more, as what guards the account asks for it."""
    expect(page.get_by_role("heading", name="Confirm Access")).to_be_visible()
    assert findings(page) == []
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Confirm").click()


def totp(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


def test_a_wrong_password_is_said_beside_the_form(page: Page, rita: User) -> None:
    sign_in(page, rita, password="not this one", then=SECURITY)

    expect(page.get_by_text("password you specified are not correct")).to_be_visible()
    expect(page.get_by_label("Email")).to_have_value("rita@nordic.example")
    assert findings(page) == []


def test_nobody_signs_up_by_themselves(page: Page) -> None:
    page.goto("/accounts/signup/")

    expect(page.get_by_role("heading", name="No sign-up here")).to_be_visible()
    expect(page.locator("form")).to_have_count(0)
    assert findings(page) == []


def test_a_user_signs_in_and_out(page: Page, rita: User) -> None:
    sign_in(page, rita, then=SECURITY)
    page.get_by_role("button", name="Rita Berg").click()
    assert findings(page) == []
    page.get_by_role("button", name="Sign out").click()

    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_a_forgotten_password_is_set_anew(page: Page, rita: User) -> None:
    page.goto("/accounts/login/")
    page.get_by_role("link", name="Forgot your password?").click()
    page.get_by_label("Email").fill(rita.email)
    page.get_by_role("button", name="Send the link").click()
    expect(page.get_by_role("heading", name="Look into your mail")).to_be_visible()
    link = re.search(r"/accounts/password/reset/key/\S+", str(mail.outbox[-1].body))
    assert link is not None

    page.goto(link[0])
    assert findings(page) == []
    page.get_by_label("New Password", exact=True).fill("brand new and long")
    page.get_by_label("New Password (again)").fill("brand new and long")
    page.get_by_role("button", name="Save the new password").click()
    expect(page.get_by_role("heading", name="Your password is changed")).to_be_visible()

    sign_in(page, rita, password="brand new and long", then=SECURITY)
    expect(page).to_have_url(re.compile(SECURITY))


def test_a_second_factor_is_asked_for_once_set_up(page: Page, rita: User, settings: Any) -> None:
    settings.MFA_TOTP_TOLERANCE = 1  # the half minute may end while we type
    sign_in(page, rita, then=SECURITY)
    page.get_by_role("link", name="Activate").click()
    confirm(page)
    secret = page.get_by_label("Authenticator secret").input_value()
    assert findings(page) == []
    page.get_by_label("Authenticator code").fill(totp(secret))
    page.get_by_role("button", name="Activate").click()
    expect(page.get_by_role("heading", name="Recovery Codes")).to_be_visible()
    assert findings(page) == []
    page.context.clear_cookies()

    sign_in(page, rita, then=SECURITY)
    expect(page.get_by_role("heading", name="Two-Factor Authentication")).to_be_visible()
    assert findings(page) == []
    page.get_by_role("textbox").fill(rita_recovery_code(rita))
    page.get_by_role("button", name="Sign In").click()
    expect(page).to_have_url(re.compile(SECURITY))


def rita_recovery_code(user: User) -> str:
    """One of the recovery codes: the TOTP of this half minute was used up by setting it up."""
    from allauth.mfa.models import Authenticator

    codes = Authenticator.objects.get(user=user, type=Authenticator.Type.RECOVERY_CODES)
    return str(codes.wrap().get_unused_codes()[0])  # type: ignore[attr-defined]


def test_a_passkey_signs_in_without_a_password(
    page: Page, rita: User, settings: Any, live_server: Any
) -> None:
    # Passkeys need a host with a name, and `localhost` is the tracking host otherwise.
    settings.TRACKING_HOST = settings.BASE_HOST
    host = settings.BASE_URL = settings.TRACKING_URL
    devices = page.context.new_cdp_session(page)
    devices.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True}
    options |= {"hasUserVerification": True, "isUserVerified": True}
    devices.send("WebAuthn.addVirtualAuthenticator", {"options": options})

    page.goto(f"{host}/accounts/login/?next={SECURITY}")
    page.get_by_label("Email").fill(rita.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_role("link", name="Add").click()
    confirm(page)
    page.get_by_label("Name").fill("Laptop")
    page.get_by_label("Passwordless").check()
    assert findings(page) == []
    page.get_by_role("button", name="Add").click()
    expect(page.get_by_role("heading", name="Recovery Codes")).to_be_visible()
    page.goto(f"{host}/accounts/2fa/webauthn/")
    assert findings(page) == []
    page.context.clear_cookies()

    page.goto(f"{host}/accounts/login/?next={SECURITY}")
    page.get_by_role("button", name="Sign in with a passkey").click()

    expect(page.get_by_role("button", name="Rita Berg")).to_be_visible()


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("width", [1440, 390])
def test_the_form_is_open_to_everybody(open_page: Any, width: int, dark: bool) -> None:
    page = open_page(width=width, dark=dark)
    page.goto("/accounts/login/")

    assert findings(page) == []
