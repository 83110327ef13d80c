"""A rep's morning: twelve tasks of all types, worked through one after the other by keyboard alone."""

from email import message_from_bytes

import pytest
from playwright.sync_api import FrameLocator, Page, expect

from accounts.models import Organisation
from emails.models import Status
from emails.sending.dispatch import Dispatcher
from tasks.models import CallWord, Task
from tests.browser.conftest import enter, findings
from tests.factories import make_channel, make_identity, make_person, make_task, make_user
from tests.sinks import Sink

pytestmark = pytest.mark.django_db(transaction=True)
LINKEDIN = "https://www.linkedin.com/in/maria"
KINDS = (
    ("email", "Send the price list"),
    ("call", "Call about the price list"),
    ("inmail", "Connect on LinkedIn"),
    ("custom", "Update the forecast"),
    ("call", "Call back before noon"),
    ("custom", "Not worth it any more"),
    ("email", "Answer the questionnaire"),
    ("call", "Call next week instead"),
    ("inmail", "Thank her on LinkedIn"),
    ("custom", "Book the room"),
    ("email", "Confirm the demo"),
    ("call", "Confirm by telephone"),
)


@pytest.fixture
def sink():
    with Sink() as sink:
        yield sink


@pytest.fixture
def rita(page, sink, tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path
    told = {"call_address": "https://dial.example/?n={number}", "call_needs_outcome": True}
    Organisation.objects.update_or_create(pk=1, defaults=told)
    rita = make_user("Rita Berg", time_zone="Europe/Stockholm", undo_seconds=30)
    make_identity(rita, channel=make_channel(rita, port=sink.port))
    enter(page, rita)
    for address in ("https://dial.example/**", "https://www.linkedin.com/**"):
        page.context.route(address, lambda route: route.fulfill(body="there"))
    return rita


@pytest.fixture
def maria(rita):
    return make_person(rita, "Maria", phone="+46 70 123 45 67", linkedin=LINKEDIN)


@pytest.fixture
def twelve(rita, maria):
    return [
        make_task(rita, name, kind=kind, person=maria, details=f"About: {name}")
        for kind, name in KINDS
    ]


def window(page: Page) -> FrameLocator:
    return page.frame_locator("[data-compose-frame]")


def at(page: Page, name: str, place: int) -> None:
    """The task called `name` is open, and so many-th of twelve."""
    expect(page.get_by_role("heading", name=name, exact=True)).to_be_visible()
    expect(page.locator(".acting__place")).to_have_text(f"{place} of 12")
    page.wait_for_load_state()  # the keys are there with it


def write(page: Page, subject: str) -> None:
    page.keyboard.press("Enter")
    expect(window(page).locator(".person-chip")).to_contain_text("Maria Sandberg")
    expect(window(page).get_by_label("Subject")).to_be_focused()
    page.keyboard.type(subject)
    page.keyboard.press("Tab")
    page.keyboard.type("Hi Maria")
    expect(window(page).locator("#compose-state")).to_contain_text("Draft saved")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#window")).not_to_be_visible()


def opens(page: Page, key: str, address: str) -> None:
    """The key opens that address in a tab of its own."""
    with page.context.expect_page() as opened:
        page.keyboard.press(key)
    assert opened.value.url == address
    opened.value.close()


def call(page: Page, notes: str) -> None:
    opens(page, "Enter", "https://dial.example/?n=%2B46701234567")
    expect(page.get_by_role("button", name="Stop")).to_be_visible()
    expect(page.get_by_label("Outcome")).to_be_focused()
    page.keyboard.type("Talked")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.type(notes)
    page.keyboard.press("Control+Enter")


def test_twelve_tasks_by_keyboard_alone(page, rita, maria, twelve, sink):
    page.goto("/tasks/today/")
    page.get_by_role("link", name="Start 12 tasks").press("Enter")

    at(page, "Send the price list", 1)
    assert findings(page) == []
    write(page, "The price list")
    at(page, "Call about the price list", 2)
    expect(page.get_by_text("Email to Maria Sandberg goes out in 30 s.")).to_be_visible()
    call(page, "Two sites")
    at(page, "Connect on LinkedIn", 3)
    opens(page, "Enter", LINKEDIN)
    page.keyboard.press("d")
    at(page, "Update the forecast", 4)
    page.keyboard.press("Enter")
    at(page, "Call back before noon", 5)

    # Back and on again, leave, and come back to where one was.
    page.keyboard.press("k")
    at(page, "Update the forecast", 4)
    expect(page.get_by_role("button", name="Open again")).to_be_visible()
    page.keyboard.press("j")
    at(page, "Call back before noon", 5)
    page.keyboard.press("Escape")
    expect(page.get_by_role("link", name="Start 8 tasks")).to_be_visible()
    assert page.url.endswith("/tasks/today/")
    page.get_by_role("link", name="Start 8 tasks").press("Enter")
    at(page, "Call back before noon", 5)

    # What must be said is asked for, and nothing typed is lost.
    page.locator("#call_notes").focus()
    page.keyboard.type("She was out")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("Choose how it ended.")).to_be_visible()
    page.wait_for_load_state()
    expect(page.locator("#call_notes")).to_have_value("She was out")
    page.get_by_label("Outcome").focus()
    page.keyboard.type("No answer")
    page.keyboard.press("Escape")
    page.keyboard.press("d")

    at(page, "Not worth it any more", 6)
    page.keyboard.press("x")
    at(page, "Answer the questionnaire", 7)
    page.keyboard.press("z")  # that was a mistake; and then it was not
    at(page, "Not worth it any more", 6)
    page.keyboard.press("x")
    at(page, "Answer the questionnaire", 7)
    write(page, "Your questionnaire")
    at(page, "Call next week instead", 8)
    page.keyboard.press("s")
    at(page, "Thank her on LinkedIn", 9)
    page.keyboard.press("d")
    at(page, "Book the room", 10)
    page.keyboard.press("d")
    at(page, "Confirm the demo", 11)
    write(page, "The demo on Thursday")
    at(page, "Confirm by telephone", 12)
    call(page, "She will come")

    expect(page.get_by_role("heading", name="All done")).to_be_visible()
    page.wait_for_load_state()
    assert findings(page) == []
    page.keyboard.press("Escape")
    expect(page.get_by_text("Nothing is due today")).to_be_visible()

    assert_done(rita, maria)
    assert_sent(rita, sink)
    page.goto(f"{maria.get_absolute_url()}?tab=history")
    history = page.locator("#pane")
    for words in ("Two sites", "She was out", "She will come", "The price list"):
        expect(history).to_contain_text(words)
    expect(history).to_contain_text("Your questionnaire")
    expect(history).to_contain_text("The demo on Thursday")


def assert_done(rita, maria) -> None:
    status = {task.name: task.status for task in rita.tasks.all()}
    assert status.pop("Not worth it any more") == Task.Status.SKIPPED
    assert status.pop("Call next week instead") == Task.Status.OPEN
    assert set(status.values()) == {Task.Status.COMPLETE}
    ended = [call.outcome.words for call in maria.calls.order_by("pk")]
    assert ended == ["Talked", "No answer", "Talked"]
    assert CallWord.objects.count() > 3


def assert_sent(rita, sink) -> None:
    """All three emails are at the sink once they go."""
    for email in rita.emails.in_folder(Status.SCHEDULED):
        email.bring_forward(by=rita)
    Dispatcher(rita.channels.get()).run()
    subjects = sorted(message_from_bytes(each.data)["Subject"] for each in sink.messages)
    assert subjects == ["The demo on Thursday", "The price list", "Your questionnaire"]
    assert rita.emails.in_folder(Status.DELIVERED).count() == 3
