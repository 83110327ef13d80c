"""What the shell's scripts do, on the pages of the kit."""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import findings

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.urls("tests.ui.urls")]
OpenPage = Callable[..., Page]


@pytest.fixture
def folder(page: Page) -> Page:
    page.goto("/ui/kit/folder/")
    return page


@pytest.mark.long  # the real pages are looked at every time: test_pages.py
@pytest.mark.parametrize(
    ("name", "width", "theme"),
    [
        ("", 1440, "dark"),
        ("folder/", 1440, "light"),
        ("folder/", 390, "dark"),
        ("failed/", 1440, "dark"),
        ("people/", 1440, "light"),
        ("settings/", 390, "light"),
    ],
)
def test_no_page_of_the_kit_keeps_anybody_out(
    open_page: OpenPage, name: str, width: int, theme: str
) -> None:
    page = open_page(width=width)
    page.goto(f"/ui/kit/{name}?theme={theme}")

    assert findings(page) == []


def test_the_window_keeps_nobody_out(page: Page) -> None:
    page.goto("/ui/kit/compose/?theme=dark")
    show_window(page)

    expect(page.get_by_label("To", exact=True)).to_be_focused()
    assert findings(page) == []


def show_window(page: Page) -> None:
    """As an answer to HTMX would."""
    html = page.locator("#kit-compose").evaluate("template => template.innerHTML")
    page.route("**/compose-part/", lambda route: route.fulfill(body=html, content_type="text/html"))
    page.evaluate("htmx.ajax('GET', '/compose-part/', {target: '#window-content'})")
    expect(page.get_by_role("dialog", name="")).to_be_visible()


def test_the_keys_j_and_k_move_and_x_ticks(folder: Page) -> None:
    folder.keyboard.press("j")
    folder.keyboard.press("j")
    folder.keyboard.press("k")
    folder.keyboard.press("x")

    expect(folder.locator("#email-2 .row__tick")).to_be_checked()
    expect(folder.get_by_text("1 selected")).to_be_visible()
    expect(folder.get_by_role("navigation", name="Sent")).to_be_hidden()


def test_escape_clears_the_ticks(folder: Page) -> None:
    folder.locator("#email-1 .row__tick").click()
    folder.locator("#email-4 .row__tick").click(modifiers=["Shift"])
    expect(folder.get_by_text("4 selected")).to_be_visible()

    folder.keyboard.press("Escape")

    expect(folder.locator(".row__tick:checked")).to_have_count(0)
    expect(folder.get_by_role("navigation", name="Sent")).to_be_visible()


def test_nothing_moves_when_the_bar_of_ticked_rows_comes(folder: Page) -> None:
    before = folder.locator("#email-1").bounding_box()

    folder.locator("#email-1 .row__tick").click()

    assert folder.locator("#email-1").bounding_box() == before


def test_all_rows_are_ticked_at_once(folder: Page) -> None:
    folder.locator("#email-1 .row__tick").click()
    folder.get_by_label("Tick all rows of this page").click()

    expect(folder.get_by_text("12 selected")).to_be_visible()


def test_no_key_is_a_shortcut_while_somebody_types(folder: Page) -> None:
    folder.keyboard.press("/")
    folder.keyboard.type("jxe?")

    expect(folder.get_by_role("combobox", name="Search")).to_have_value("jxe?")
    expect(folder.locator(".row__tick:checked")).to_have_count(0)


def test_the_question_mark_shows_the_shortcuts(folder: Page) -> None:
    folder.keyboard.press("?")
    dialog = folder.get_by_role("dialog", name="Keyboard shortcuts")
    expect(dialog).to_be_visible()
    assert findings(folder) == []

    folder.keyboard.press("Escape")
    expect(dialog).to_be_hidden()


def test_shortcuts_can_be_switched_off(folder: Page) -> None:
    folder.locator("body").evaluate("body => body.removeAttribute('data-keys')")

    folder.keyboard.press("?")

    expect(folder.get_by_role("dialog")).to_have_count(0)


def test_a_risky_action_asks_first(page: Page) -> None:
    page.goto("/ui/kit/")
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.method))

    page.get_by_role("button", name="Asks first").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("It may already have arrived once")
    dialog.get_by_role("button", name="Go back").click()
    expect(dialog).to_be_hidden()
    assert "POST" not in sent

    page.get_by_role("button", name="Asks first").click()
    with page.expect_request(lambda request: request.method == "POST"):
        dialog.get_by_role("button", name="Continue").click()


@pytest.fixture
def live(folder: Page) -> Iterator[Callable[[int, str], None]]:
    """Answer what the page asks at /live/ as told."""
    told = {"status": 204, "body": ""}

    def tell(status: int, body: str = "") -> None:
        told.update(status=status, body=body)

    def answer(route: Route) -> None:
        route.fulfill(**told, content_type="application/json")  # type: ignore[arg-type]

    folder.route("**/live/?seen=*", answer)
    folder.evaluate(
        """() => {
            window.heard = 0;
            document.body.addEventListener("changed", () => window.heard++);
            Object.assign(document.body.dataset, {live: "/live/", seen: "7"});
        }"""
    )
    yield tell


def test_news_reach_the_parts_of_the_page(folder: Page, live: Callable[..., None]) -> None:
    with folder.expect_request("**/live/?seen=7"):
        pass
    assert folder.evaluate("window.heard") == 0

    live(200, '{"seen": 8}')
    with folder.expect_request("**/live/?seen=8"):
        pass
    assert folder.evaluate("window.heard") > 0


def test_a_page_that_was_signed_out_says_so_and_asks_no_more(
    folder: Page, live: Callable[..., None]
) -> None:
    live(401)

    expect(folder.get_by_text("You have been signed out.")).to_be_visible()
    assert folder.locator("body").get_attribute("data-live") is None


def test_an_answer_without_words_becomes_a_notice_and_swaps_nothing(folder: Page) -> None:
    folder.route("**/breaks/", lambda route: route.fulfill(status=502, body="<h1>Bad gateway</h1>"))
    folder.evaluate("htmx.ajax('GET', '/breaks/', {target: '#pane'})")

    expect(folder.get_by_role("status").get_by_text("That did not work")).to_be_visible()
    expect(folder.get_by_role("heading", name="Pricing for the Q1 rollout")).to_be_visible()

    folder.get_by_role("button", name="Close").click()
    expect(folder.locator("[data-notice]")).to_have_count(0)


def test_a_morphed_list_keeps_ticks_focus_and_scroll(folder: Page) -> None:
    folder.locator("#email-2 .row__tick").click()
    folder.locator("#email-3 .row__link").focus()
    html = folder.locator("#email-list").evaluate("list => list.outerHTML")
    newer = html.replace("<b>Pricing for the Q1 rollout", "<b>Changed meanwhile", 1)
    folder.route("**/part/", lambda route: route.fulfill(body=newer, content_type="text/html"))

    folder.evaluate("htmx.ajax('GET', '/part/', {target: '#email-list', swap: 'outerMorph'})")

    expect(folder.locator("#email-1")).to_contain_text("Changed meanwhile")
    expect(folder.locator("#email-2 .row__tick")).to_be_checked()
    expect(folder.get_by_text("1 selected")).to_be_visible()
    expect(folder.locator("#email-3 .row__link")).to_be_focused()


def test_a_long_press_ticks_a_row_on_the_phone(open_page: OpenPage) -> None:
    page = open_page(width=390)
    page.goto("/ui/kit/folder/")
    row = page.locator("#email-2 .row__who")
    touch = {"pointerType": "touch", "bubbles": True}
    row.dispatch_event("pointerdown", touch)
    expect(page.locator("#email-2 .row__tick")).to_be_checked()
    row.dispatch_event("pointerup", touch)
    row.dispatch_event("click")

    expect(page.get_by_text("1 selected")).to_be_visible()
    expect(page).not_to_have_url(re.compile("view=pane"))
