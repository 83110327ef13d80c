"""A real browser for the few things that only a browser can break."""

from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Condition
from typing import Any

import pytest
from django.conf import settings
from django.core.signals import request_finished, request_started
from django.test import Client
from django.utils.csp import CSP
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

from accounts.models import User
from commandcenter.doors.chromium import find
from tests.factories import PASSWORD

AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text()
LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# Of what is as it should be axe would tell at length as well, which takes longer than to find it.
ASK_AXE = """async levels => (await axe.run(document, {
    preload: false,
    runOnly: {type: "tag", values: levels},
    resultTypes: ["violations"],
    rules: {"target-size": {enabled: true}},
})).violations.flatMap(({id, nodes}) => nodes.map(node => [id, node.target, node.failureSummary]))"""
# What Chromium shows below its address bar are pages of their own, two for every window, and cost more
# than most of our tests. It heeds the last list of features alone, so Playwright's own stands here as well
# (chromiumSwitches in its driver).
PLAYWRIGHTS = """AvoidUnnecessaryBeforeUnloadCheckSync DestroyProfileOnBrowserClose HttpsUpgrades LensOverlay
    HttpsFirstBalancedModeAutoEnable MediaRouter PaintHolding ThirdPartyStoragePartitioning AimEnabled
    AvoidCorsURLLoaderRestartOnRedirect OptimizationHints NetworkTimeServiceQuerying PreconnectToSearch"""
OURS = ["WebUIOmniboxPopup", "WebUIOmniboxAimPopup", "PreloadTopChromeWebUI"]
ARGUMENTS = ["--no-sandbox", f"--disable-features={','.join([*PLAYWRIGHTS.split(), *OURS])}"]
# Status, headers, body.
Answer = tuple[str, list[tuple[str, str]], bytes]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=find(), args=ARGUMENTS)
        yield chromium
        chromium.close()


class KeptStaticFiles:
    """The live server with each static file read once: every test begins with a browser that has seen
    nothing, and asks for some fifty. Browsers may keep them as well, as they do in production."""

    def __init__(self, application: Any) -> None:
        self.application = application
        self.kept: dict[str, Answer] = {}

    def __call__(self, environ: Any, start_response: Any) -> Any:
        path = environ["PATH_INFO"]
        if not path.startswith(settings.STATIC_URL):
            return self.application(environ, start_response)
        status, headers, body = self.kept.get(path) or self.read(path, environ)
        start_response(status, headers)
        return [body]

    def read(self, path: str, environ: Any) -> Answer:
        told: list[Any] = []
        body = self.application(environ, lambda *line: told.extend(line))
        answer = told[0], [*told[1], ("Cache-Control", "max-age=600")], b"".join(body)
        body.close()
        if told[0].startswith("200"):
            self.kept[path] = answer
        return answer


@pytest.fixture(scope="session")
def live_server(live_server: Any) -> Any:
    server = live_server.thread.httpd
    # Header and body are written apart: else the second waits 40 ms until the first is acknowledged.
    server.RequestHandlerClass.disable_nagle_algorithm = True
    server.set_app(KeptStaticFiles(server.get_app()))
    return live_server


@pytest.fixture
def two_hosts(live_server: Any, settings: Any) -> None:
    """The live server under both of its names: the application's and the tracking host's."""
    settings.BASE_URL = live_server.url
    settings.TRACKING_URL = live_server.url.replace("127.0.0.1", "localhost")
    policy = settings.SECURE_CSP
    settings.SECURE_CSP = policy | {"form-action": [CSP.SELF, settings.TRACKING_URL]}


@pytest.fixture
def answered() -> Iterator[Callable[[], bool]]:
    """Wait until the live server has answered all that it was asked: what a closed page has left
    behind would meet the next test, or the emptying of the tables between the two."""
    asked, change = [0], Condition()

    def count(by: int) -> None:
        with change:
            asked[0] += by
            change.notify_all()

    def begun(**_told: Any) -> None:
        count(1)

    def ended(**_told: Any) -> None:
        count(-1)

    def wait() -> bool:
        with change:
            return change.wait_for(lambda: asked[0] <= 0, timeout=30)

    request_started.connect(begun)
    request_finished.connect(ended)
    yield wait
    request_started.disconnect(begun)
    request_finished.disconnect(ended)


@pytest.fixture
def open_page(
    browser: Browser, live_server: Any, two_hosts: None, answered: Callable[[], bool]
) -> Iterator[Callable[..., Page]]:
    """`open_page(width=1440, dark=False)`: a fresh browser's page that may not say an error.

    What the console says (also of the Content-Security-Policy) fails the test at its end.
    """
    said: list[str] = []
    contexts = []

    def make(width: int = 1440, dark: bool = False, **options: Any) -> Page:
        options.setdefault("reduced_motion", "reduce")
        context = browser.new_context(
            base_url=live_server.url,
            viewport={"width": width, "height": 844 if width < 720 else 900},
            has_touch=width < 720,
            color_scheme="dark" if dark else "light",
            locale="en-GB",
            **options,
        )
        context.set_default_timeout(10_000)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda line: said.append(line.text) if _bad(line) else None)
        page.on("pageerror", lambda error: said.append(str(error)))
        return page

    yield make
    for context in contexts:
        context.close()
    assert answered()
    assert said == []


@pytest.fixture
def page(open_page: Callable[..., Page]) -> Page:
    return open_page()


def _bad(line: ConsoleMessage) -> bool:
    # That an answer was a 404 or a 422 is what some tests are about.
    return line.type == "error" and not line.text.startswith("Failed to load resource")


def sign_in(page: Page, user: User, password: str = PASSWORD, then: str = "/") -> None:
    """Sign in as `user` through the form, on the way to the page `then`."""
    page.goto(f"/accounts/login/?next={then}")
    page.get_by_label("Email").fill(user.email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in", exact=True).click()


def enter(page: Page, user: User) -> None:
    """Be signed in as `user` already, for tests that are about something else."""
    client = Client()
    client.force_login(user)
    name = settings.SESSION_COOKIE_NAME
    cookie = {"name": name, "value": client.cookies[name].value}
    page.context.add_cookies([{**cookie, "domain": "127.0.0.1", "path": "/"}])


def findings(page: Page) -> list[str]:
    """What axe finds on the page as it stands, up to WCAG 2.2 AA with target sizes."""
    page.evaluate(AXE)
    found = page.evaluate(ASK_AXE, LEVELS)
    return [f"{rule}: {target} {summary}" for rule, target, summary in found]
