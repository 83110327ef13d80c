"""A campaign as a rep does it: built, people added, sent by a real worker through real SMTP, and
ended by what its recipients do, seen on screen without a reload."""

import re
from collections import Counter

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from campaigns.models import Campaign, Enrollment, State
from commandcenter.sink.store import Store
from emails.models import Status
from prospects.models import Group, Person
from tests.browser.conftest import enter, findings
from tests.browser.test_main_job import (
    FIREFOX,
    PATIENCE,
    open_at_the_sink,
    rita,
    sink,
    start,
    worker,
)
from tests.factories import make_identity, make_launch, make_person, make_step, make_user

__all__ = ["rita", "sink", "start", "worker"]

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.xdist_group("celery"),  # one set of workers at a time
]
COUNT = 40
FIRST = "Prices for {{company}}"
STEPS = (  # kind, day, subject or name
    ("email", 1, FIRST),
    ("call", 3, "Call about the two-site price"),
    ("email", 5, "Once more, {{first_name}}"),
    ("inmail", 8, "Connect on LinkedIn"),
    ("custom", 12, "Send the contract"),
)


def build(page: Page) -> Campaign:
    """The campaign with its five steps, page by page."""
    page.goto(reverse("campaigns:new"))
    page.get_by_label("Name").fill("Q1 rollout")
    page.get_by_role("button", name="Create campaign").click()
    expect(page.get_by_role("heading", name="No steps yet")).to_be_visible(timeout=PATIENCE)
    campaign = Campaign.objects.get()
    for kind, day, words in STEPS:
        page.goto(f"{reverse('campaigns:new-step', args=[campaign.pk, kind])}?day={day}")
        if kind == "email":
            expect(page.locator("[data-editor]")).to_be_visible(timeout=PATIENCE)
            page.get_by_label("Subject").fill(words)
            page.locator("[data-editor]").fill("Hi {{first_name}}, as promised.")
        else:
            page.locator("[name=name]").fill(words)
        page.get_by_role("button", name=re.compile("^Save")).last.click()
        expect(page.locator(".cadence__steps").last).to_be_visible(timeout=PATIENCE)
    assert campaign.steps.count() == len(STEPS)
    return campaign


def add_the_group(page: Page, group: Group) -> None:
    """From the list of the group to the last look."""
    page.goto(group.get_absolute_url())
    page.get_by_role("button", name="Campaign", exact=True).first.click()
    page.get_by_role("button", name="Add the group to it…").click()
    expect(page.get_by_role("heading", name=f"{COUNT} people will be added")).to_be_visible(
        timeout=PATIENCE
    )
    assert findings(page) == []
    page.get_by_role("link", name="Look at the first email").click()
    expect(page.frame_locator("iframe").get_by_text("as promised")).to_be_visible(timeout=PATIENCE)
    assert findings(page) == []


def write_to_one(page: Page, person: Person) -> None:
    page.get_by_role("searchbox", name="Find on the list").fill(person.email)
    expect(page.locator(".bulk__row")).to_have_count(1, timeout=PATIENCE)
    page.locator(".bulk__row").get_by_role("link").click()
    page.get_by_role("link", name="Write to them alone").click()
    editor = page.locator("[data-editor]")
    expect(editor).to_be_visible(timeout=PATIENCE)
    editor.fill("Dear {{first_name}}, this is for you alone.")
    expect(page.locator("#compose-state")).to_contain_text("Saved", timeout=PATIENCE)
    assert findings(page) == []
    page.get_by_role("button", name="Keep and look at it").click()
    expect(page.frame_locator("iframe").get_by_text("this is for you alone")).to_be_visible(
        timeout=PATIENCE
    )


def row(page: Page, person: Person):
    return page.locator("tbody tr", has_text=person.name)


@pytest.mark.long
def test_forty_people_begin_a_campaign_and_leave_it_by_what_they_do(
    open_page, rita, sink, worker, tmp_path
):
    people = [
        make_person(rita, f"Nora{number}", company=f"Kund {number} AB") for number in range(COUNT)
    ]
    group = Group.objects.create(owner=rita, name="Fair")
    group.add(people)
    page, recipient = open_page(), open_page(user_agent=FIREFOX)
    enter(page, rita)
    campaign = build(page)
    add_the_group(page, group)
    write_to_one(page, people[3])

    page.get_by_role("link", name="On to the start").click()
    page.get_by_role("button", name=f"Add {COUNT} people and start now").click()
    expect(
        page.get_by_role("heading", name=f"{COUNT} people were added to “Q1 rollout”")
    ).to_be_visible(timeout=PATIENCE)
    assert findings(page) == []

    # All of them have gone, and each has a call to come.
    page.goto("/emails/sent/delivered/")
    expect(page.locator(".pager").first).to_contain_text(f"of {COUNT}", timeout=4 * PATIENCE)
    store = Store(tmp_path / "sink")
    messages = [store.get(name) for name in store.names()]
    got = Counter(address for message in messages for address in message.envelope.recipients)
    assert got == Counter(person.email for person in people)
    own = [m for m in messages if "for you alone" in m.raw.decode(errors="replace")]
    assert [m.envelope.recipients for m in own] == [[people[3].email]]
    assert rita.emails.with_status(Status.SCHEDULED).count() == 0

    # An answer and a bounce end it for these two, on the page that is open.
    page.goto(reverse("campaigns:people", args=[campaign.pk]))
    expect(page.locator("tbody tr")).to_have_count(COUNT, timeout=PATIENCE)
    open_at_the_sink(recipient, sink[1], "Prices for Kund 7 AB")
    recipient.get_by_role("button", name="Send reply").click()
    expect(row(page, people[7])).to_contain_text("replied", timeout=PATIENCE)
    open_at_the_sink(recipient, sink[1], "Prices for Kund 8 AB")
    recipient.get_by_role("button", name="Bounce", exact=True).click()
    expect(row(page, people[8])).to_contain_text("bounced", timeout=PATIENCE)
    over = Enrollment.objects.filter(state=State.ENDED)
    assert {way.person for way in over} == {people[7], people[8]}


def test_people_are_added_and_taken_out_by_keyboard_and_menus(open_page, live_server):
    anna = make_user("Anna Lind", undo_seconds=10)
    make_identity(anna)
    campaign = Campaign.objects.create(owner=anna, name="Q1 rollout", zone=anna.time_zone)
    make_step(campaign)
    maria = make_person(anna, "Maria")
    page = open_page()
    enter(page, anna)
    page.goto(reverse("campaigns:add", args=[campaign.pk]))

    page.get_by_role("combobox", name="Add people, groups or addresses").press_sequentially("mari")
    page.get_by_role("option", name="Maria Sandberg").click(timeout=PATIENCE)
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_role("heading", name="1 person will be added")).to_be_visible()
    page.get_by_role("link", name="On to the start").click()

    # Another time says on the button when that is, before anything is pressed.
    page.get_by_label("Day").fill("2030-01-02")
    page.get_by_label("Time", exact=True).fill("08:15")
    page.get_by_label("Time", exact=True).press("Tab")
    expect(page.locator("#launch-start")).to_contain_text("more than a year away", timeout=PATIENCE)
    page.get_by_label("Day").fill("")
    page.get_by_label("Time", exact=True).fill("")
    page.get_by_label("Time", exact=True).press("Tab")
    expect(page.locator("#launch-start")).not_to_contain_text("a year away", timeout=PATIENCE)
    page.get_by_role("button", name="Add 1 person and start now").click()
    expect(page.get_by_role("heading", name="1 person was added")).to_be_visible(timeout=PATIENCE)

    # Out again from her history, and back in.
    page.goto(f"{maria.get_absolute_url()}?tab=history")
    page.get_by_role("button", name="Remove from “Q1 rollout”").click()
    expect(page.get_by_text("removed by hand")).to_be_visible(timeout=PATIENCE)
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("button", name="Remove from “Q1 rollout”")).to_be_visible(
        timeout=PATIENCE
    )
    assert findings(page) == []


@pytest.mark.parametrize("width", [1440, 390])
@pytest.mark.parametrize("dark", [False, True])
def test_the_pages_of_adding_people_are_accessible_and_fit(open_page, live_server, width, dark):
    anna = make_user("Anna Lind")
    make_identity(anna)
    campaign = Campaign.objects.create(owner=anna, name="Q1 rollout", zone=anna.time_zone)
    make_step(campaign)
    make_launch(campaign, *(make_person(anna) for _ in range(3)))
    page = open_page(width=width, dark=dark)
    enter(page, anna)
    for name in ("add", "add-email", "add-start"):
        page.goto(reverse(f"campaigns:{name}", args=[campaign.pk]))
        assert findings(page) == [], name
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name
