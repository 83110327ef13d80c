"""The editor keeps mail as it is: tables, pictures, lists and signatures that nobody edits."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from emails.models import Email, EmailContent
from emails.sending.html import clean
from tests.browser.conftest import enter
from tests.factories import make_draft, make_identity, make_user

pytestmark = pytest.mark.django_db(transaction=True)
MAILS = sorted((Path(__file__).parent / "mails").glob("*.html"))
TABLES = re.compile(r"<table.*</table>", re.DOTALL)


@pytest.fixture
def rita(page):
    """Rita, signed in."""
    rita = make_user("Rita")
    make_identity(rita)
    enter(page, rita)
    return rita


def saved(page: Page) -> str:
    """What the server has, once it has all that was typed; without the pause before a save."""
    page.locator("#compose").dispatch_event("keep")
    expect(page.locator("#compose")).not_to_have_attribute("data-unsaved", "")
    expect(page.locator("#compose-state")).to_contain_text("Draft saved")
    return Email.objects.get().content.html


def test_ten_given_mails_stay_as_they_are(page, rita):
    assert len(MAILS) == 10
    # Pictures from elsewhere are not fetched.
    page.context.route(re.compile(r"^https://"), lambda route: route.abort())
    email = make_draft(rita)
    for mail in MAILS:
        html = clean(mail.read_text())
        EmailContent.objects.update(html=html)
        page.goto(f"/emails/{email.pk}/edit/")
        editor = page.locator("[data-editor]")

        page.get_by_label("Subject").fill(f"About {mail.name}")
        assert saved(page) == html, mail.name

        editor.click()
        page.keyboard.press("Control+End")
        page.keyboard.press("Enter")
        page.keyboard.type("With many thanks")
        changed = saved(page)
        assert "With many thanks" in changed
        assert TABLES.findall(changed) == TABLES.findall(html), mail.name
        assert changed.count("<img") == html.count("<img")

        for _press in range(3):
            page.keyboard.press("Control+z")
        expect(editor).not_to_contain_text("With many thanks")
        assert saved(page) == html, mail.name


def test_the_toolbar_formats_what_is_selected(page, rita):
    email = make_draft(rita, html="<div>price list</div>")
    page.goto(f"/emails/{email.pk}/edit/")
    page.locator("[data-editor]").click()
    page.keyboard.press("Control+a")
    page.get_by_role("button", name="Bold").click()
    expect(page.get_by_role("button", name="Bold")).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name="Italic").click()
    page.get_by_role("button", name="List").click()
    page.get_by_label("Link", exact=True).first.click()
    page.get_by_label("Link to").fill("nordic.example/prices")
    page.get_by_label("Link to").press("Enter")
    expect(page.locator("[data-editor] a")).to_have_attribute(
        "href", "https://nordic.example/prices"
    )
    html = saved(page)

    assert "<ul><li>" in html
    for tag in ("b", "i", "a"):
        assert re.search(rf"<{tag}\b", html), html


def test_what_is_pasted_is_cleaned(page, rita):
    email = make_draft(rita, html="<div>Hi</div>")
    page.goto(f"/emails/{email.pk}/edit/")
    page.locator("[data-editor]").click()
    page.evaluate(
        """() => {
            const data = new DataTransfer();
            data.setData("text/html", `<p id=compose>pasted<script>alert(2)</script>
                <form><input name=key></form><a href="javascript:alert(3)">link</a></p>`);
            document.querySelector("[data-editor]").dispatchEvent(
                new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true}));
        }"""
    )
    expect(page.locator("[data-editor]")).to_contain_text("pasted")

    assert page.locator("[data-editor] :is(script, form, input, [href], [id])").count() == 0
    assert "pasted" in saved(page)


def test_what_an_extension_of_the_browser_marks_in_the_editor_is_no_writing(page, rita):
    saves = []
    page.on(
        "request", lambda request: saves.append(request.url) if "/autosave/" in request.url else 0
    )
    page.goto("/emails/compose/")
    page.locator("[data-editor]").evaluate("root => root.setAttribute('spellcheck', 'false')")
    page.screenshot()  # which hides the caret by a style
    page.goto("/emails/pending/drafts/")
    assert page.evaluate("Object.keys(localStorage).length") == 0
    assert saves == []

    page.goto("/emails/compose/")
    page.locator("[data-editor]").press("a")
    expect(page.locator("#compose")).to_have_attribute("data-unsaved", "")
