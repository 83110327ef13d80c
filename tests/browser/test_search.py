"""Searching in a real browser: the search of the story put together by mouse, and a list that grows by itself."""

import re

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from emails.events import Observation, apply_events, record
from emails.models import Email, Event, Status
from tests.browser.conftest import enter
from tests.factories import (
    make_campaign,
    make_email,
    make_person,
    make_saved_search,
    make_task,
    make_user,
)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def rita():
    return make_user("Rita")


@pytest.fixture
def maria(rita):
    """An email of a campaign that Maria has viewed, and that of Jonas who has not."""
    campaign = make_campaign(rita)
    emails = [
        make_email(rita, Status.DELIVERED, person=make_person(rita, name))
        for name in ("Maria", "Jonas")
    ]
    Email.objects.update(campaign=campaign)
    observe(emails[0], Event.Kind.OPEN)
    return emails[0]


def observe(email, kind):
    told = {"email_id": email.pk, "kind": kind, "at": timezone.now(), "source": "test"}
    record([Observation(**told, source_id=f"{email.pk} {kind}")])
    while apply_events():
        pass


def condition(page, name):
    return page.get_by_role("group", name=name, exact=True)


def people(page):
    return page.locator(".people__first_name .table__full")


def test_the_search_of_the_story_is_put_together_by_mouse_and_its_list_grows(page, rita, maria):
    enter(page, rita)
    page.goto("/search/")
    line, more = (
        page.get_by_label("Search as text").get_by_role("searchbox"),
        page.get_by_label("Add a condition"),
    )

    more.select_option(label="Campaign")
    page.get_by_label("Campaign: which").first.select_option(label="Q1 rollout")
    expect(line).to_have_value('campaign:"Q1 rollout"')
    for name in ("Viewed", "Clicked", "Replied"):
        more.select_option(label=name)
        expect(condition(page, name)).to_be_visible()
    condition(page, "Replied").get_by_role("button", name="not").click()
    expect(line).to_have_value('campaign:"Q1 rollout" viewed clicked -replied')
    expect(page.get_by_role("heading", name="Nobody matches all of this")).to_be_visible()

    observe(maria, Event.Kind.CLICK)
    expect(people(page)).to_have_text(["Maria Sandberg"])
    expect(page.locator("#tabs .count").first).to_have_text("1")

    observe(maria, Event.Kind.REPLY)
    expect(page.get_by_role("heading", name="Nobody matches all of this")).to_be_visible()


def test_text_that_is_typed_moves_the_builder_and_the_list_and_is_left_alone(page, rita, maria):
    enter(page, rita)
    page.goto("/search/")

    line = page.get_by_label("Search as text").get_by_role("searchbox")
    line.press_sequentially("viewed   ")
    expect(people(page)).to_have_text(["Maria Sandberg"])
    expect(condition(page, "Viewed")).to_be_visible()
    expect(line).to_have_value("viewed   ")
    expect(page).to_have_url(re.compile("q=viewed"))

    condition(page, "Viewed").get_by_role("button", name="Remove Viewed").click()
    expect(line).to_have_value("")
    expect(people(page)).to_have_count(2)


def test_a_saved_search_counts_in_the_side_bar_of_any_page(page, rita, maria):
    make_saved_search(rita, "clicked", name="Clicked")
    enter(page, rita)
    page.goto("/emails/sent/delivered/")
    count = page.locator("#saved-searches .count")
    expect(count).to_have_text("0")

    observe(maria, Event.Kind.CLICK)

    expect(count).to_have_text("1")
    page.locator("#saved-searches").get_by_role("link", name="Clicked").click()
    expect(people(page)).to_have_text(["Maria Sandberg"])


def test_what_a_colleague_changes_is_counted_on_a_page_that_nobody_touches(page, rita, maria):
    sam = make_user("Sam")
    make_saved_search(rita, "company:Nordlys -open-tasks", name="Free")
    enter(page, rita)
    page.goto("/search/?q=company:Nordlys+-open-tasks")
    count = page.locator("#saved-searches .count")
    expect(count).to_have_text("2")
    wakes = "addEventListener('changed-elsewhere', () => document.body.dataset.woken = 'yes')"
    page.evaluate(f"document.body.{wakes}")

    make_task(sam, person=maria.person).keep()
    expect(count).to_have_text("1")
    expect(people(page)).to_have_text(["Jonas Sandberg"])
    assert page.locator("body").get_attribute("data-woken") == "yes"


def test_everything_goes_without_a_script(open_page, rita, maria):
    page = open_page(java_script_enabled=False)
    enter(page, rita)
    page.goto("/search/")

    page.get_by_label("Add a condition").select_option(label="Viewed")
    page.get_by_role("button", name="Apply the conditions").click()
    expect(people(page)).to_have_text(["Maria Sandberg"])
    condition(page, "Viewed").get_by_role("button", name="not").click()
    expect(people(page)).to_have_text([re.compile("Jonas")])
