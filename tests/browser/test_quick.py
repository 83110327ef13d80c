"""The header's search by keyboard alone."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import enter, findings
from tests.factories import make_campaign, make_email, make_person, make_user

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_few_letters_lead_to_a_person_an_email_or_all_results(open_page):
    rita = make_user("Rita Rep")
    person = make_person(rita, "Maria", last_name="Lindqvist", email="maria@polar.example")
    email = make_email(rita, person=person, subject="Our autumn offer")
    make_campaign(rita, "Polar plan")
    page = open_page()
    enter(page, rita)
    page.goto("/people/")
    field = page.get_by_role("combobox", name="Search people, emails, campaigns, templates")
    found = page.get_by_role("listbox", name="Found")

    # The field has the focus by its key, and says what it finds while somebody types.
    page.keyboard.press("/")
    expect(field).to_be_focused()
    page.keyboard.type("polar")
    expect(found.get_by_role("option")).to_have_count(4)
    expect(found.get_by_role("group", name="Emails")).to_contain_text("Our autumn offer")
    expect(field).to_have_attribute("aria-expanded", "true")
    assert findings(page) == []

    # Escape closes it and loses nothing; an arrow opens it again.
    page.keyboard.press("Escape")
    expect(found).to_be_hidden()
    expect(field).to_have_value("polar")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(found.get_by_role("option", selected=True)).to_contain_text("Our autumn offer")
    expect(field).to_have_attribute("aria-activedescendant", f"quick-emails-{email.pk}")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{email.get_absolute_url()}")

    # Without a choice Enter opens the first.
    page.keyboard.press("/")
    page.keyboard.type("lindqivst")
    expect(found.get_by_role("option")).to_have_count(3)
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{person.get_absolute_url()}")

    # The last line leads to the search page.
    page.keyboard.press("/")
    page.keyboard.type("polar")
    expect(found).to_be_visible()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/search/\?q=polar$"))  # and the keys are there with it

    # What comes late, for other words, is not shown; Enter then asks for a page of its own.
    page.keyboard.press("/")
    held = []
    asked = re.compile(r"/search/quick/\?q=maria?$")
    page.route(
        asked, lambda r: r.continue_() if r.request.is_navigation_request() else held.append(r)
    )
    with page.expect_request(asked):
        page.keyboard.type("mari")
    page.keyboard.type("a x")
    expect(page.locator("#find-found [data-found-for='maria x']")).to_have_count(1)
    held.pop().fulfill(body="<a role='option' id='late' data-found-for='mari'>Late</a>")
    expect(field).to_have_attribute("aria-expanded", "true")
    expect(page.locator("#late")).to_be_hidden()
    page.keyboard.press("Backspace")
    page.keyboard.press("Backspace")
    expect(found).to_be_hidden()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/search/quick/\?q=maria$"))
    expect(page.get_by_role("main")).to_contain_text("Maria Lindqvist")
