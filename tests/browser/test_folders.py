"""The folders in a real browser: keys, the reading pane, undo, and news without a reload."""

import re

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from emails.events import SMTP, Observation, apply_events, record
from emails.models import Event, Status
from tests.browser.conftest import enter, findings
from tests.factories import make_draft, make_email, make_person, make_user

pytestmark = pytest.mark.django_db(transaction=True)
DELIVERED = "/emails/sent/delivered/"


@pytest.fixture
def rita():
    return make_user("Rita")


@pytest.fixture
def three(rita):
    """Three delivered emails, in the order of their rows."""
    people = [make_person(rita, name, last_name="Wik") for name in ("Maria", "Jonas", "Priya")]
    return [
        make_email(rita, Status.DELIVERED, person=person, subject=f"For {person.first_name}")
        for person in people
    ][::-1]


def observe(email, kind, **fields):
    told = {"email_id": email.pk, "kind": kind, "at": timezone.now(), "source": "test"}
    record([Observation(**told | fields)])
    while apply_events():
        pass


def pane(page):
    return page.locator("#pane")


def remember(page):
    """Put a mark on the page that no reload survives."""
    page.evaluate("document.body.mark = 1")


def is_the_same_page(page):
    return page.evaluate("document.body.mark === 1")


def test_j_and_k_walk_through_the_list_and_read(page, rita, three):
    enter(page, rita)
    page.goto(DELIVERED)
    remember(page)

    page.keyboard.press("j")
    expect(pane(page).get_by_role("heading", name="For Priya")).to_be_visible()
    page.keyboard.press("j")
    expect(pane(page).get_by_role("heading", name="For Jonas")).to_be_visible()
    expect(page).to_have_url(re.compile(rf"\?open={three[1].pk}$"))
    page.keyboard.press("k")

    expect(pane(page).get_by_role("heading", name="For Priya")).to_be_visible()
    assert is_the_same_page(page)


def test_the_address_opens_the_same_email_again(page, rita, three):
    enter(page, rita)
    page.goto(f"{DELIVERED}?open={three[2].pk}")

    expect(pane(page).get_by_role("heading", name="For Maria")).to_be_visible()
    expect(page.locator(f"#email-{three[2].pk} .row__link")).to_have_attribute(
        "aria-current", "true"
    )


def test_archive_and_undo_by_key_move_row_and_counts_without_a_reload(page, rita, three):
    enter(page, rita)
    page.goto(DELIVERED)
    remember(page)
    page.keyboard.press("j")
    expect(pane(page).get_by_role("button", name="Archive")).to_be_visible()

    page.keyboard.press("e")
    expect(page.locator(f"#email-{three[0].pk}")).to_have_count(0)
    expect(page.get_by_role("link", name="Delivered 2")).to_be_visible()
    expect(page.get_by_role("link", name="Archived 1")).to_be_visible()
    expect(page.get_by_text("Email to Priya Wik archived.")).to_be_visible()
    expect(pane(page).get_by_role("button", name="Unarchive")).to_be_visible()
    page.keyboard.press("z")

    expect(page.locator(f"#email-{three[0].pk}")).to_be_visible()
    expect(page.get_by_text("Undone: the email is in Delivered again.")).to_be_visible()
    assert is_the_same_page(page)


def test_after_archiving_j_goes_on_with_the_row_that_took_its_place(page, rita, three):
    enter(page, rita)
    page.goto(DELIVERED)
    for _step in range(2):
        page.keyboard.press("j")
    expect(pane(page).get_by_role("heading", name="For Jonas")).to_be_visible()

    page.keyboard.press("e")
    expect(page.locator(f"#email-{three[1].pk}")).to_have_count(0)
    page.keyboard.press("j")

    expect(pane(page).get_by_role("heading", name="For Maria")).to_be_visible()


@pytest.mark.parametrize("slow", ["the list", "both"])
def test_a_list_that_comes_late_does_not_put_the_last_email_back(page, rita, three, slow):
    enter(page, rita)
    page.goto(f"{DELIVERED}?open={three[1].pk}")
    page.evaluate("document.body.removeAttribute('data-live')")
    lists, emails = [], []
    of_jonas = re.compile(rf"{DELIVERED}\?open={three[1].pk}$")
    page.route(of_jonas, lambda route: lists.append(route))
    if slow == "both":
        page.route(f"**/emails/{three[2].pk}/", lambda route: emails.append(route))
    page.locator(f"#email-{three[1].pk} .row__link").focus()
    with page.expect_request(of_jonas):
        page.keyboard.press("e")

    with page.expect_request(f"**/emails/{three[2].pk}/"):
        page.keyboard.press("j")
    if slow == "the list":
        expect(pane(page).get_by_role("heading", name="For Maria")).to_be_visible()
    lists[0].continue_()

    expect(page.get_by_text("Email to Jonas Wik archived.")).to_be_visible()
    for route in emails:
        route.continue_()
    expect(page.locator(f"#email-{three[1].pk}")).to_have_count(0)
    expect(pane(page).get_by_role("heading", name="For Maria")).to_be_visible()
    expect(page.locator(f"#email-{three[2].pk} .row__link")).to_have_attribute(
        "aria-current", "true"
    )
    assert page.url.endswith(f"?open={three[2].pk}")


def test_undo_is_still_offered_after_a_reload(page, rita, three):
    enter(page, rita)
    page.goto(DELIVERED)
    page.keyboard.press("j")
    page.get_by_role("button", name="Archive", exact=True).click()
    expect(page.get_by_text("archived.")).to_be_visible()

    page.reload()
    page.get_by_role("button", name="Undo", exact=True).click()

    expect(page.locator(f"#email-{three[0].pk}")).to_be_visible()


def test_what_happens_elsewhere_shows_by_itself_and_keeps_ticks_and_focus(page, rita, three):
    enter(page, rita)
    page.goto(f"{DELIVERED}?open={three[0].pk}")
    remember(page)
    page.locator(f"#email-{three[1].pk} .row__tick").check()
    page.locator(f"#email-{three[2].pk} .row__link").focus()

    observe(three[0], Event.Kind.OPEN)
    expect(page.locator(f"#email-{three[0].pk}").get_by_text("viewed once")).to_be_attached()
    expect(pane(page).get_by_text("Viewed", exact=True)).to_be_visible()
    observe(three[0], Event.Kind.BOUNCE, data={"words": "550 5.1.1 no such user"})
    expect(page.locator(f"#email-{three[0].pk}")).to_have_count(0)
    expect(page.get_by_role("link", name="Undelivered 1")).to_be_visible()

    assert page.locator(f"#email-{three[1].pk} .row__tick").is_checked()
    assert page.evaluate("document.activeElement.closest('.row').id") == f"email-{three[2].pk}"
    assert is_the_same_page(page)


def test_after_the_button_of_a_row_the_focus_is_on_the_row_in_its_place(page, rita, three):
    enter(page, rita)
    page.goto(DELIVERED)
    button = page.get_by_role("button", name="Archive: Jonas Wik")
    button.focus()
    page.keyboard.press("Enter")

    expect(page.get_by_text("archived.")).to_be_visible()
    expect(page.locator(".row__link", has_text="Maria Wik")).to_be_focused()


def test_ticked_rows_are_archived_together(page, rita, three):
    enter(page, rita)
    page.goto(DELIVERED)
    for key in "jxjx":
        page.keyboard.press(key)
    expect(page.get_by_text("2 selected")).to_be_visible()

    page.keyboard.press("e")

    expect(page.get_by_text("2 emails archived.")).to_be_visible()
    expect(page.locator(".row")).to_have_count(1)
    expect(page.get_by_text("2 selected")).not_to_be_visible()


def test_a_question_is_asked_in_a_dialog_and_no_is_an_answer(page, rita):
    email = make_email(rita, Status.BOUNCED, person=make_person(rita, "Maria"))
    enter(page, rita)
    page.goto(f"/emails/undelivered/bounced/?open={email.pk}")

    page.keyboard.press("r")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("again although it was refused")
    dialog.get_by_role("button", name="Go back").click()
    expect(page.locator(f"#email-{email.pk}")).to_be_visible()
    page.keyboard.press("r")
    dialog.get_by_role("button", name="Continue").click()

    expect(page.locator(f"#email-{email.pk}")).to_have_count(0)
    email.refresh_from_db()
    assert email.status == Status.SCHEDULED


def test_the_key_for_retry_asks_although_the_button_does_not(page, rita):
    email = make_email(rita, Status.FAILED)
    enter(page, rita)
    page.goto(f"/emails/undelivered/failed/?open={email.pk}")

    page.keyboard.press("r")
    expect(page.get_by_role("dialog")).to_contain_text("Send it again?")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Retry", exact=True).last.click()

    expect(page.get_by_text("is sent again now.")).to_be_visible()


def test_a_refused_action_says_why_and_the_list_is_brought_up_to_date(page, rita, three):
    enter(page, rita)
    page.goto(f"{DELIVERED}?open={three[0].pk}")
    page.evaluate("document.body.removeAttribute('data-live')")
    three[0].archive(by=rita)

    page.get_by_role("button", name="Archive", exact=True).click()

    expect(page.get_by_text("“For Priya” is in Archived now")).to_be_visible()


def test_a_send_at_once_counts_down_and_is_undone_on_its_row(page, rita):
    rita.undo_seconds = 60
    rita.save()
    email = make_draft(rita, subject="Too soon")
    email.send(by=rita)
    enter(page, rita)
    page.goto("/emails/pending/scheduled/")
    expect(page.locator("[data-left]")).to_have_text(re.compile(r"^[1-5]?\d s$"))

    page.get_by_role("button", name="Undo: maria@nordlys.example").click()

    expect(page.get_by_text("was not sent. It is in Drafts.")).to_be_visible()
    expect(page.get_by_role("link", name="Drafts 1")).to_be_visible()


def test_the_preview_runs_nothing_and_is_as_high_as_what_it_shows(page, rita):
    html = "<p>Line</p>" * 40 + '<img src="https://pictures.example/i.png" alt="a picture">'
    email = make_email(rita, Status.DELIVERED, html=html)
    asked = []
    page.route("https://pictures.example/**", lambda route: asked.append(1) or route.abort())
    enter(page, rita)
    page.goto(f"{DELIVERED}?open={email.pk}")
    frame = page.frame_locator(f"#preview-{email.pk}")

    expect(frame.get_by_text("Line").last).to_be_visible()
    page.wait_for_function("document.querySelector('iframe[data-fit]').offsetHeight > 1000")
    assert asked == []
    with page.expect_request("https://pictures.example/**"):
        page.get_by_role("link", name="Load pictures").click()


def test_shortcuts_work_while_the_preview_has_the_focus(page, rita, three):
    enter(page, rita)
    page.goto(f"{DELIVERED}?open={three[0].pk}")

    page.frame_locator("#pane iframe").get_by_text("Hi Maria").click()
    page.keyboard.press("e")

    expect(page.get_by_text("archived.")).to_be_visible()


def test_on_a_phone_list_and_email_take_turns(open_page, rita, three):
    page = open_page(width=390)
    enter(page, rita)
    page.goto(DELIVERED)

    page.get_by_text("For Jonas").click()
    expect(pane(page).get_by_role("heading", name="For Jonas")).to_be_visible()
    expect(page.locator("#email-list")).not_to_be_visible()
    pane(page).get_by_role("link", name="Back").click()

    expect(page.locator("#email-list")).to_be_visible()


def test_without_javascript_nothing_essential_is_lost(open_page, rita, three):
    page = open_page(java_script_enabled=False)
    bounced = make_email(rita, Status.BOUNCED, subject="Came back")
    enter(page, rita)
    page.goto(DELIVERED)

    page.get_by_role("link", name="For Jonas").click()
    pane(page).get_by_role("button", name="Archive").click()
    expect(page.get_by_text("Email to Jonas Wik archived.")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(f"#email-{three[1].pk}")).to_be_visible()
    page.goto(f"/emails/undelivered/bounced/?open={bounced.pk}")
    pane(page).get_by_role("button", name="Retry").click()
    expect(page.get_by_text("again although it was refused")).to_be_visible()
    page.get_by_role("button", name="Retry").click()

    bounced.refresh_from_db()
    assert bounced.status == Status.SCHEDULED


@pytest.mark.parametrize(
    ("width", "dark"),
    [
        (1440, False),
        (390, True),
        pytest.param(1440, True, marks=pytest.mark.long),
        pytest.param(390, False, marks=pytest.mark.long),
    ],
)
def test_axe_finds_nothing(open_page, rita, three, width, dark):
    page = open_page(width=width, dark=dark)
    failed = make_email(rita, Status.IN_PROGRESS, subject="In doubt")
    observe(failed, Event.Kind.DOUBT, source=SMTP, attempt_id=failed.attempts.get().pk)
    observe(three[0], Event.Kind.OPEN, who=Event.Who.MACHINE)
    make_email(rita, Status.SCHEDULED)
    enter(page, rita)

    for path in (
        f"{DELIVERED}?open={three[0].pk}",
        DELIVERED,
        f"/emails/undelivered/failed/?open={failed.pk}",
        "/emails/pending/scheduled/",
        "/emails/pending/in-progress/",
        "/emails/search/?q=wik",
        "/emails/trash/",
        f"/emails/{three[0].pk}/",
    ):
        page.goto(path)
        assert findings(page) == [], path
