"""Fields as a rep uses them: from the picker, in the preview, and stopped before they go out empty."""

import pytest
from playwright.sync_api import expect

from emails.models import Email, Status
from tests.browser.conftest import enter, findings
from tests.factories import make_email, make_identity, make_person, make_user

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def rita(page, tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path
    rita = make_user("Rita Berg")
    make_identity(rita)
    make_person(rita, "Maria", email="maria@nordlys.example", company="Nordlys Energi AB")
    make_person(
        rita, "Jonas", email="jonas@fjallvik.example", company="Fjällvik Retail", title="CFO"
    )
    enter(page, rita)
    return rita


def test_a_field_is_picked_looked_at_and_stops_the_email_until_it_is_mended(page, rita):
    page.goto("/emails/compose/?to=maria@nordlys.example")
    page.get_by_label("Subject").fill("Hi ")
    page.get_by_role("button", name="Field", exact=True).click()
    find = page.get_by_role("searchbox", name="Find a field")
    expect(find).to_be_focused()
    expect(page.locator("#field-list")).to_contain_text("Nordlys Energi")
    assert findings(page) == []
    page.keyboard.type("say it")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Subject")).to_have_value("Hi {{company_friendly}}")
    expect(page.get_by_label("Subject")).to_be_focused()

    text = page.locator("[data-editor]")
    text.click()
    page.keyboard.type("You are ")
    page.get_by_role("button", name="Insert a field").click()
    expect(find).to_be_focused()
    page.keyboard.type("title")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(text).to_have_text("You are {{title}}")
    page.keyboard.type(", ")
    page.get_by_role("button", name="Insert a field").click()
    expect(find).to_be_focused()
    page.keyboard.type("why now")
    page.keyboard.press("Enter")
    expect(page.locator("#compose-checks")).to_contain_text("Maria has no title")
    assert page.evaluate("[...CSS.highlights].map(([name, all]) => [name, all.size])") == [
        ["email-field", 1],
        ["email-prompt", 1],
    ]

    page.get_by_role("button", name="Preview").click()
    look = page.frame_locator("iframe[name=look]")
    expect(look.get_by_role("heading")).to_have_text("Hi Nordlys Energi")
    expect(look.locator("mark").first).to_have_text("{{title}}")
    page.get_by_role("combobox", name="As").fill("jonas")
    page.get_by_role("option", name="Jonas").click()
    expect(look.get_by_role("heading")).to_have_text("Hi Fjällvik Retail")
    expect(look.locator("body")).to_contain_text("You are CFO, {{! why now }}")
    assert findings(page) == []
    page.get_by_role("combobox", name="As").press("Escape")
    expect(page.locator("#look")).not_to_be_visible()

    page.keyboard.press("Control+Enter")
    wrong = page.locator("#compose-body-errors")
    expect(wrong).to_contain_text("Maria has no title: fill it in")
    expect(wrong).to_contain_text("Write what “{{! why now }}” asks for")
    assert Email.objects.get().status == Status.DRAFT
    text.fill("You are {{title | default: “our friend”}}")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("Email to Maria Sandberg goes out")).to_be_visible()
    email = Email.objects.get()
    assert (email.subject, email.snippet) == ("Hi Nordlys Energi", "You are our friend")


def test_f_follows_an_email_up_in_a_window_over_the_list(page, rita):
    person = rita.people.get(first_name="Maria")
    make_email(rita, Status.DELIVERED, person=person, subject="Prices", html="<p>Hi Maria</p>")
    page.goto("/emails/sent/delivered/")
    page.locator(".row__link").click()
    expect(page.get_by_role("link", name="Follow up", exact=True)).to_be_visible()
    page.keyboard.press("f")
    window = page.frame_locator("[data-compose-frame]")
    expect(window.get_by_label("Subject")).to_have_value("Re: Prices")
    expect(window.locator("[data-editor] blockquote")).to_have_text("Hi Maria")
    expect(window.locator("[data-editor]")).to_be_focused()
    page.keyboard.type("And?")
    expect(window.locator("#compose-state")).to_contain_text("Draft saved")
    page.keyboard.press("Escape")

    follow = Email.objects.get(status=Status.DRAFT)
    assert follow.continues.subject == "Prices" and "And?" in follow.content.html


def test_a_signature_is_written_with_the_editor_and_stands_below_the_text(page, rita):
    identity = rita.identities.get()
    page.goto(f"/settings/identities/{identity.pk}/")
    page.get_by_role("textbox", name="Signature").click()
    page.keyboard.press("Control+b")
    page.keyboard.type("Rita Berg")
    page.keyboard.press("Control+b")
    page.keyboard.press("Enter")
    page.keyboard.type("Nordbridge")
    assert findings(page) == []
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.")).to_be_visible()

    page.goto("/emails/compose/")
    expect(page.get_by_role("region", name="Signature")).to_contain_text("Rita Berg")
    page.locator("[data-editor]").fill("Hi {{my_signature}}")
    expect(page.get_by_role("region", name="Signature")).not_to_be_visible()
