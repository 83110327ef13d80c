"""The whole story, as a rep lives it: a hundred people from a file go through a campaign, a search finds
those who clicked and did not answer, they get a personal email and a call, and leave the list by answering.

Real workers, real SMTP, and a sink that answers as told. Only the days are made to pass by hand.
"""

# ruff: noqa: F401, F811 - fixtures of the main job's test are those of this one
from collections import Counter, defaultdict
from datetime import timedelta
from pathlib import Path

import pytest
from django.db.models import F
from django.urls import reverse
from playwright.sync_api import Page, expect

from campaigns.models import Because, Campaign, Enrollment, State, Turn
from commandcenter.sink.store import Store, Stored
from emails.models import BulkSend, Email, Status
from prospects.models import Group, Person
from tasks.models import Task
from tests.browser.conftest import enter, findings
from tests.browser.test_bulk import saved, write_own_words
from tests.browser.test_main_job import FIREFOX, PATIENCE, follow, rita, sink, start, worker
from tests.browser.test_templates import pick
from tests.factories import make_campaign, make_step, make_template

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.xdist_group("celery"),  # one set of workers at a time
]
COUNT = 100
CSV = "First name,Last name,Email,Company,Phone\n" + "".join(
    f"Nora{number},Berg{number},nora{number}@kund{number}.example,Kund {number} AB,+467012345{number:02}\n"
    for number in range(COUNT)
)
# By number: what people do with the first email, and in the end with whichever they like.
CLICKED, VIEWED, REPLIED = (1, 2, 3, 4), (5, 6, 10), (0, 7)
BOUNCED, UNSUBSCRIBED = 8, 9
GONE = {*REPLIED, BOUNCED, UNSUBSCRIBED}
FOUND = [f"Nora{number} Berg{number}" for number in (1, 2, 3, 4, 5)]
SEARCH = 'campaign:"Q1 rollout" viewed clicked -replied'
NAME = "Clicked, no reply"
TO_DO = "Ask about the offer"


class Recipients:
    """All of them, at the sink."""

    def __init__(self, page: Page, address: str) -> None:
        self.page, self.address = page, address.rstrip("/")
        self.prices = f"{self.address}/newest?prices"
        self.link = f'<a href="{self.prices}">our prices</a>'

    def open(self, number: int, subject: str = "") -> None:
        """View the newest message to this one."""
        self.page.goto(f"{self.address}/?q=nora{number}@kund{number}.example")
        link = self.page.locator(".sink-row", has_text=subject).first
        expect(link).to_be_visible(timeout=PATIENCE)
        link.click()

    def click(self, number: int) -> None:
        self.open(number)
        follow(self.page, "our prices")
        expect(self.page).to_have_url(self.prices)

    def press(self, number: int, button: str, subject: str = "") -> None:
        self.open(number, subject)
        self.page.get_by_role("button", name=button, exact=True).click()
        expect(self.page.locator(".sink-open")).to_be_visible(timeout=PATIENCE)


def let_days_pass(days: int) -> None:
    """What has been and what is to come, all of it so much earlier."""
    back = timedelta(days=days)
    Turn.objects.update(due_at=F("due_at") - back, done_at=F("done_at") - back)
    Task.objects.update(due_at=F("due_at") - back, due_on=F("due_on") - back)
    Email.objects.with_status(Status.SCHEDULED).update(send_at=F("send_at") - back)


def at_the_sink(folder: Path) -> dict[str, list[Stored]]:
    """By address: the messages that came to it, the oldest first."""
    found, store = defaultdict(list), Store(folder)
    for message in sorted((store.get(name) for name in store.names()), key=lambda each: each.at):
        [address] = message.envelope.recipients
        found[address].append(message)
    return found


def import_people(page: Page) -> None:
    page.goto("/people/import/")
    file = {"name": "fair.csv", "mimeType": "text/csv", "buffer": CSV.encode()}
    page.get_by_label("CSV file").set_input_files(file)
    page.get_by_role("button", name="Upload").click()
    page.get_by_label("New group").fill("Fair")
    page.get_by_role("button", name=f"Import {COUNT} rows").click()
    done = page.get_by_role("heading", name="fair.csv has been imported")
    expect(done).to_be_visible(timeout=PATIENCE)
    page.get_by_role("link", name="Show the people").click()


def enrol_the_group(page: Page) -> None:
    """From the list of the group, on which the page stands."""
    page.get_by_role("button", name="Campaign", exact=True).first.click()
    page.get_by_role("button", name="Add the group to it…").click()
    expect(page.get_by_role("heading", name=f"{COUNT} people will be added")).to_be_visible(
        timeout=PATIENCE
    )
    page.get_by_role("link", name="Look at the first email").click()
    page.get_by_role("link", name="On to the start").click()
    page.get_by_role("button", name=f"Add {COUNT} people and start now").click()
    expect(page.get_by_role("heading", name=f"{COUNT} people were added")).to_be_visible(
        timeout=PATIENCE
    )


def delivered(page: Page, count: int) -> None:
    page.goto("/emails/sent/delivered/")
    expect(page.locator(".pager").first).to_contain_text(f"of {count}", timeout=4 * PATIENCE)


def answer_the_first(page: Page, campaign: Campaign, recipients: Recipients) -> None:
    """And look at the list of those who left the campaign by it, which fills by itself."""
    page.goto(f"{reverse('campaigns:people', args=[campaign.pk])}?state=ended")
    for number in CLICKED:
        recipients.click(number)
    for number in VIEWED:
        recipients.open(number)
    recipients.click(REPLIED[0])
    for number in REPLIED:
        recipients.press(number, "Send reply")
    recipients.press(BOUNCED, "Bounce")
    recipients.press(UNSUBSCRIBED, "Unsubscribe in one click")

    for number, words in (
        *((number, "replied") for number in REPLIED),
        (BOUNCED, "bounced"),
        (UNSUBSCRIBED, "unsubscribed"),
    ):
        line = page.locator("tbody tr", has_text=f"Nora{number} Berg{number}")
        expect(line).to_contain_text(words, timeout=PATIENCE)


def call_them_all(page: Page) -> None:
    """The second day's calls, ticked off together."""
    left = COUNT - len(GONE)
    page.goto("/tasks/today/")
    expect(page.get_by_role("link", name=f"Start {left} tasks")).to_be_visible(timeout=PATIENCE)
    page.locator(".row__tick").first.check()
    page.locator("#ticked [data-tick-all]").check()
    page.get_by_label(f"all {left} of this list").check()
    page.locator("#ticked").get_by_role("button", name="Done", exact=True).click()
    expect(page.get_by_text("Nothing is due today")).to_be_visible(timeout=PATIENCE)


def people(page: Page):
    return page.locator(".people__first_name .table__full")


def search_and_save(page: Page) -> None:
    page.goto("/search/")
    line = page.get_by_label("Search as text").get_by_role("searchbox")
    line.fill(SEARCH)
    expect(people(page)).to_have_text(FOUND, timeout=PATIENCE)
    page.get_by_role("link", name="Save as list").click()
    page.get_by_label("Name").fill(NAME)
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("#saved-searches").get_by_role("link", name=NAME)).to_contain_text(
        str(len(FOUND)), timeout=PATIENCE
    )
    expect(people(page)).to_have_text(FOUND)


def write_to_all_found(page: Page, own: list[Person]) -> None:
    """From the ticks to the last look, with a template and words of their own for some."""
    page.get_by_label("Tick everybody on this page").check()
    page.get_by_role("button", name="Email selected").click()
    expect(page.locator("[data-editor]")).to_be_visible(timeout=PATIENCE)
    pick(page, "Personal")
    expect(page.get_by_label("Subject")).to_have_value("A word, {{first_name}}")
    expect(page.get_by_label("Continues the campaign “Q1 rollout”")).to_be_checked()
    saved(page)
    for person in own:
        write_own_words(page, person)
    page.get_by_role("button", name="Review and send").click()
    page.get_by_role("button", name="Send to 6 people now").click()
    expect(page.locator(".bulk__title")).to_contain_text("Finished", timeout=4 * PATIENCE)
    expect(page.locator(".bulk__sentence")).to_contain_text("6 delivered")


def make_tasks(page: Page, names: list[str]) -> None:
    for name in names:
        page.get_by_label(f"Select {name}", exact=True).check()
    page.locator("#ticked").get_by_role("button", name="Make tasks").click()
    menu = page.locator("#ticked-tasks")
    menu.get_by_label("What is to be done?").fill(TO_DO)
    menu.get_by_role("button", name="Make tasks").click()
    expect(page.get_by_text(f"{len(names)} tasks made: “{TO_DO}”.")).to_be_visible(timeout=PATIENCE)


def work_through(page: Page, names: list[str]) -> None:
    page.goto("/tasks/today/")
    page.get_by_role("link", name=f"Start {len(names)} tasks").click()
    for place, name in enumerate(names, 1):
        expect(page.locator(".acting__place")).to_have_text(f"{place} of {len(names)}")
        expect(page.locator("main")).to_contain_text(name)
        page.get_by_label("Outcome").select_option(label="Talked")
        page.locator("#call_notes").fill(f"{name} is interested")
        page.get_by_role("button", name="Save the call").click()
    expect(page.get_by_role("heading", name="All done")).to_be_visible(timeout=PATIENCE)


def test_from_a_file_of_a_hundred_people_to_those_who_clicked_and_did_not_answer(
    open_page, rita, sink, worker, tmp_path
):
    page, recipients = open_page(), Recipients(open_page(user_agent=FIREFOX), sink[1])
    make_template(
        rita,
        "Personal",
        subject="A word, {{first_name}}",
        html="<p>Shall we talk, {{first_name}}?</p>",
    )
    campaign = make_campaign(rita)
    make_step(
        campaign,
        subject="Prices for {{company}}",
        html=f"<p>Hi {{{{first_name}}}}, {recipients.link}.</p>",
    )
    make_step(campaign, "call", day=2, name="Call about the prices")
    make_step(
        campaign, day=4, subject="", follows=True, html=f"<p>Did you see {recipients.link}?</p>"
    )
    enter(page, rita)

    import_people(page)
    enrol_the_group(page)
    delivered(page, COUNT)
    answer_the_first(page, campaign, recipients)
    ended = dict(
        campaign.enrollments.filter(state=State.ENDED).values_list("person__email", "because")
    )
    assert ended == {
        **{address(number): Because.REPLIED for number in REPLIED},
        address(BOUNCED): Because.BOUNCED,
        address(UNSUBSCRIBED): Because.UNSUBSCRIBED,
    }

    let_days_pass(1)
    call_them_all(page)
    let_days_pass(2)
    delivered(page, 2 * COUNT - len(GONE) - 1)
    assert_followed_up(at_the_sink(tmp_path / "sink"))
    recipients.click(5)  # who viewed the first one, clicks in the second

    search_and_save(page)
    recipients.click(10)
    expect(people(page)).to_have_text([FOUND[0], "Nora10 Berg10", *FOUND[1:]], timeout=PATIENCE)
    assert findings(page) == []

    own = [Person.objects.get(email=address(number)) for number in (2, 10)]
    write_to_all_found(page, own)
    assert_written_to(at_the_sink(tmp_path / "sink"), own)

    page.locator("#saved-searches").get_by_role("link", name=NAME).click()
    three = [FOUND[0], *FOUND[2:4]]
    make_tasks(page, three)
    work_through(page, three)
    assert sorted(rita.calls.values_list("person__first_name", "notes")) == [
        (name.split()[0], f"{name} is interested") for name in three
    ]

    # Who answers leaves the list, on the page that is open.
    page.locator("#saved-searches").get_by_role("link", name=NAME).click()
    expect(people(page)).to_have_count(6, timeout=PATIENCE)
    recipients.press(1, "Send reply", "A word, Nora1")
    expect(people(page)).to_have_text(["Nora10 Berg10", *FOUND[1:]], timeout=PATIENCE)
    recipients.press(10, "Send reply", "A word, Nora10")
    expect(people(page)).to_have_text(FOUND[1:], timeout=PATIENCE)
    recipients.press(3, "Send reply", "Re: Prices for Kund 3 AB")
    expect(people(page)).to_have_text([*FOUND[1:2], *FOUND[3:]], timeout=PATIENCE)
    expect(page.locator("#saved-searches").get_by_role("link", name=NAME)).to_contain_text(
        "3", timeout=2 * PATIENCE
    )


def address(number: int) -> str:
    return f"nora{number}@kund{number}.example"


def assert_followed_up(messages: dict[str, list[Stored]]) -> None:
    """Whoever is still in the campaign has got a second email, in answer to the first one."""
    for number in range(COUNT):
        got = messages.pop(address(number))
        assert len(got) == (1 if number in GONE else 2)
        assert got[0].subject == f"Prices for Kund {number} AB"
        for second in got[1:]:
            assert second.subject == f"Re: Prices for Kund {number} AB"
            assert second.header("In-Reply-To") == got[0].header("Message-ID") != ""
            assert second.header("Message-ID") != got[0].header("Message-ID")
    assert not messages


def assert_written_to(messages: dict[str, list[Stored]], own: list[Person]) -> None:
    """Each of those who were found has got the template's words, or their own, in the thread of the
    campaign's emails."""
    mine = {person.email for person in own}
    written = {to: got for to, got in messages.items() if len(got) > 2}
    assert set(written) == {address(number) for number in (1, 2, 3, 4, 5, 10)}
    for to, (first, second, message) in written.items():
        earlier = [first.header("Message-ID"), second.header("Message-ID")]
        assert message.header("In-Reply-To") == earlier[1]
        assert message.header("References").split() == earlier
        name = to.partition("@")[0].capitalize()
        said = "this is for you alone" if to in mine else f"Shall we talk, {name}?"
        assert said in message.message.get_body(("plain",)).get_content()
        assert message.subject == f"A word, {name}"
