"""What htmx shows of answers that are no part of a page."""

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import Page, expect

from tests.browser.conftest import enter
from tests.factories import make_user

pytestmark = pytest.mark.django_db(transaction=True)

# An element that chooses, targets and changes the address, as the rows of a list do.
ASK = """path => {
    const main = document.querySelector("main");
    main.insertAdjacentHTML("beforeend", `<a id="asks" hx-get="${path}" hx-target="main"
        hx-select="main" hx-push-url="true" href="${path}">Ask</a>`);
    htmx.process(main);
    document.querySelector("#asks").click();
}"""


@pytest.fixture
def people(page: Page) -> Page:
    enter(page, make_user("Rita Rep"))
    page.goto("/people/")
    return page


def test_an_error_is_one_sentence_in_the_notice_area_and_nothing_is_lost(people: Page):
    before = people.locator("main h2").first.text_content()
    people.evaluate(ASK, "/people/999999/")

    expect(people.locator("#notice")).to_contain_text("That is not here any more.")
    expect(people.locator("#notice .notice")).to_have_count(1)
    assert people.locator("main h2").first.text_content() == before
    assert people.url.endswith("/people/")


def test_an_expired_session_leads_to_sign_in_and_back_to_the_page(people: Page):
    Session.objects.all().delete()
    people.evaluate(ASK, "/people/999999/")

    people.wait_for_url("**/accounts/login/?next=%2Fpeople%2F")
