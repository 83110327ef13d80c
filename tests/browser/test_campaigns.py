"""A campaign of five steps built by mouse and by keyboard, and what only a browser can break in its editor."""

import pytest
from playwright.sync_api import Page, expect

from campaigns.models import Campaign
from tests.browser.conftest import enter
from tests.factories import make_campaign, make_identity, make_step, make_template, make_user

LONG_AGO = """() => Object.keys(localStorage).filter(name => name.startsWith("step:")).forEach(name =>
    localStorage.setItem(name, JSON.stringify({...JSON.parse(localStorage.getItem(name)), at: 0})))"""

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def rita():
    rita = make_user("Rita")
    make_identity(rita)
    return rita


def steps(campaign):
    told = campaign.steps.present().in_order()
    return [(each.kind, each.day, each.subject or each.name, each.timing) for each in told]


def write(page: Page, subject: str, text: str) -> None:
    """Fill the editor of an email, and save."""
    page.get_by_label("Subject").fill(subject)
    page.locator("[data-editor]").fill(text)
    page.get_by_role("button", name="Save", exact=False).last.click()
    expect(page.get_by_text("Saved.", exact=True)).to_be_visible()


def test_a_campaign_of_five_steps_is_built_by_mouse(page, rita):
    make_template(rita, "Opener", subject="Prices for you", html="<p>Hi {{first_name}}</p>")
    enter(page, rita)
    page.goto("/campaigns/")
    page.get_by_role("link", name="New campaign").first.click()
    page.get_by_label("Name", exact=True).fill("Q1 rollout")
    page.get_by_label("or a new category").fill("Cold")
    page.get_by_role("button", name="Create campaign").click()

    page.get_by_role("link", name="Email", exact=True).last.click()
    expect(page.locator("[data-editor]")).to_be_visible()
    page.get_by_label("Templates", exact=True).click()
    page.get_by_role("button", name="Replace the text by Opener").click()
    expect(page.get_by_label("Subject")).to_have_value("Prices for you")
    page.get_by_role("button", name="Save", exact=False).last.click()
    expect(page.get_by_text("From the template “Opener”, version 1")).to_be_visible()

    page.get_by_role("button", name="Add a step on day 1").click()
    page.get_by_role("link", name="Call", exact=True).first.click()
    page.get_by_label("Name").fill("Call about it")
    page.get_by_role("button", name="Save").click()

    page.get_by_role("link", name="Email", exact=True).last.click()
    expect(page.get_by_label("Day", exact=True)).to_have_value("3")
    expect(page.get_by_text("Below your text")).to_be_hidden()
    page.get_by_label("Thread").select_option("Follow-up to the email before it")
    expect(page.get_by_text("Below your text")).to_be_visible()
    write(page, "", "Did you see it?")
    expect(page.get_by_text("Re: Prices for you")).to_be_visible()

    page.get_by_role("link", name="InMail", exact=True).last.click()
    page.get_by_label("Name").fill("Connect")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("link", name="Email", exact=True).last.click()
    page.get_by_label("Time", exact=True).select_option("at a fixed time")
    page.get_by_label("at", exact=True).fill("09:30")
    write(page, "Last one", "Bye")

    campaign = Campaign.objects.get()
    assert steps(campaign) == [
        ("email", 1, "Prices for you", "launch"),
        ("call", 1, "Call about it", ""),
        ("email", 3, "", "previous"),
        ("inmail", 5, "Connect", ""),
        ("email", 7, "Last one", "fixed"),
    ]
    page.get_by_role("button", name="Earlier: Connect").click()
    expect(page.get_by_text("“Connect” was moved.")).to_be_visible()
    assert [each[2] for each in steps(campaign)][2:4] == ["Connect", ""]
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("The steps stand as they stood.")).to_be_visible()
    assert [each[2] for each in steps(campaign)][2:4] == ["", "Connect"]


def test_a_campaign_of_five_steps_is_built_by_keyboard(page, rita):
    campaign = make_campaign(rita)
    enter(page, rita)
    for number in range(1, 6):
        page.goto(campaign.get_absolute_url())
        page.get_by_role("link", name="Email", exact=True).last.focus()
        page.keyboard.press("Enter")
        expect(page.get_by_label("Subject")).to_be_focused()
        page.keyboard.type(f"Email {number}")
        page.keyboard.press("Tab")
        expect(page.locator("[data-editor]")).to_be_focused()
        page.keyboard.type("Hello there")
        page.keyboard.press("Control+Enter")
        expect(page.get_by_role("link", name=f"Email {number}")).to_be_visible()
    assert [each[1:3] for each in steps(campaign)] == [
        (day, f"Email {number}") for number, day in enumerate((1, 3, 5, 7, 9), 1)
    ]


def test_what_was_typed_is_there_again_and_not_once_it_is_saved(page, rita):
    campaign = make_campaign(rita)
    enter(page, rita)
    new = f"{campaign.get_absolute_url()}steps/new/email/?day=4"
    page.goto(new)
    page.get_by_label("Subject").fill("Half written")
    page.locator("[data-editor]").fill("Lost?")
    page.goto("/campaigns/")
    page.evaluate(LONG_AGO)  # so fresh it could be a page that is still being typed in
    page.goto(new)
    expect(page.get_by_text("What you typed here before is back")).to_be_visible()
    expect(page.get_by_label("Subject")).to_have_value("Half written")
    expect(page.locator("[data-editor]")).to_have_text("Lost?")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("link", name="Half written")).to_be_visible()
    page.goto(new)
    expect(page.get_by_label("Subject")).to_have_value("")


def test_the_steps_fit_a_phone_and_are_deleted_by_touch(open_page, rita):
    campaign = make_campaign(rita)
    make_step(campaign, subject="A subject that is longer than any phone is wide, by a good deal")
    make_step(campaign, "call", day=3, name="Call", details="Talk")
    page = open_page(width=390)
    enter(page, rita)
    page.goto(campaign.get_absolute_url())
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") == 0
    page.get_by_role("button", name="More: Call").tap()
    page.get_by_role("button", name="Delete").last.tap()
    expect(page.get_by_text("“Call” was deleted.")).to_be_visible()
    expect(page.locator(".step")).to_have_count(1)
