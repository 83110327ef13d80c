"""Compose as a rep uses it: over a list, with the keyboard, through lost tabs and sessions."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone
from playwright.sync_api import FrameLocator, Locator, Page, expect

from emails.models import Composition, Email, Status
from prospects.models import Suppression
from tests.browser.conftest import enter, findings, sign_in
from tests.factories import make_draft, make_email, make_identity, make_person, make_user

pytestmark = pytest.mark.django_db(transaction=True)
Window = Page | FrameLocator
# What this browser keeps of other windows, as if nobody had typed there for a minute.
AGED = """() => Object.keys(localStorage).forEach((name) => {
    const kept = JSON.parse(localStorage.getItem(name));
    localStorage.setItem(name, JSON.stringify({ ...kept, at: kept.at - 60000 }));
})"""


@pytest.fixture
def rita(page, tmp_path, settings):
    """Rita, signed in, with Maria among her people."""
    settings.MEDIA_ROOT = tmp_path
    rita = make_user("Rita", time_zone="Europe/Stockholm")
    make_identity(rita)
    make_person(rita, "Maria", email="maria@nordlys.example")
    enter(page, rita)
    return rita


def frame(page: Page) -> FrameLocator:
    return page.frame_locator("[data-compose-frame]")


def state(window: Window) -> Locator:
    return window.locator("#compose-state")


def fill_in(window: Window, subject: str = "Thursday?", text: str = "Hi Maria") -> None:
    window.get_by_role("combobox", name="To").fill("maria@nordlys.example")
    window.get_by_label("Subject").fill(subject)
    window.locator("[data-editor]").fill(text)


def test_from_c_to_sent_and_undone_by_keyboard_alone(page, rita):
    page.goto("/emails/pending/drafts/")
    page.keyboard.press("c")
    to = frame(page).get_by_role("combobox", name="To")
    expect(to).to_be_focused()
    page.keyboard.type("sandb")
    expect(frame(page).get_by_role("option", name="Maria Sandberg")).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(frame(page).locator(".person-chip")).to_contain_text("Maria Sandberg")
    expect(frame(page).get_by_label("Subject")).to_be_focused()
    page.keyboard.type("Thursday?")
    page.keyboard.press("Tab")
    page.keyboard.type("Hi Maria")
    expect(state(frame(page))).to_contain_text("Draft saved")
    page.keyboard.press("Control+Enter")

    expect(page.get_by_text("Email to Maria Sandberg goes out in 10 s.")).to_be_visible()
    expect(page.locator("#window")).not_to_be_visible()
    email = Email.objects.get()
    assert (email.status, email.content.html) == (Status.SCHEDULED, "<div>Hi Maria</div>")
    page.keyboard.press("z")
    expect(page.get_by_text("Undone: the email was not sent.")).to_be_visible()
    expect(page.locator(f"#email-{email.pk}")).to_be_visible()


def test_a_draft_survives_closing_the_tab(page, rita):
    page.goto("/emails/compose/")
    fill_in(page)
    expect(state(page)).to_contain_text("Draft saved")
    page.locator("[data-editor]").press_sequentially(", see you")
    other = page.context.new_page()
    page.close(run_before_unload=False)

    other.goto("/emails/pending/drafts/")
    email = Email.objects.get()
    # What the tab sent while it closed may come a moment later than its successor asks.
    expect(other.locator(f"#email-{email.pk}")).to_contain_text("see you")
    other.goto(f"/emails/{email.pk}/edit/")
    expect(other.locator("[data-editor]")).to_contain_text("see you")


def test_what_is_no_draft_yet_is_offered_when_compose_is_next_opened(page, rita):
    page.goto("/emails/pending/drafts/")
    page.keyboard.press("c")
    frame(page).locator("[data-editor]").fill("Only a thought")
    expect(state(frame(page))).to_contain_text("not yet a draft")
    page.keyboard.press("Escape")
    expect(page.locator("#window")).not_to_be_visible()
    assert not Email.objects.exists()

    page.keyboard.press("c")
    expect(frame(page).locator("#compose-alert")).to_contain_text("Only a thought")
    frame(page).get_by_role("link", name="Go on with it").click()
    expect(frame(page).locator("[data-editor]")).to_have_text("Only a thought")


def test_schedule_by_a_preset_and_the_button_says_when(page, rita):
    page.goto("/emails/compose/")
    fill_in(page)
    page.get_by_text("Schedule…").click()
    page.get_by_role("button", name="Tomorrow 08:15").click()
    main = page.get_by_role("button", name="Schedule for tomorrow 08:15, your time")
    expect(main).to_be_visible()
    main.click()

    expect(page.get_by_text("scheduled for tomorrow 08:15, your time")).to_be_visible()
    email = Email.objects.get()
    assert email.send_zone == "Europe/Stockholm"
    assert email.send_wall.endswith("T08:15")


def test_a_time_in_the_past_is_said_beside_its_field_before_anything_is_sent(page, rita):
    page.goto("/emails/compose/")
    fill_in(page)
    page.get_by_text("Schedule…").click()
    page.get_by_label("Day").fill("2020-01-01")
    page.get_by_label("Time", exact=True).fill("08:15")

    expect(page.locator("#compose-when")).to_contain_text("That is past")
    expect(page.get_by_role("button", name="Send now", exact=False).first).to_be_visible()


def test_of_two_windows_the_later_is_told_and_can_save_its_own(page, rita):
    email = make_draft(rita)
    page.goto(f"/emails/{email.pk}/edit/")
    other = page.context.new_page()
    other.goto(f"/emails/{email.pk}/edit/")
    page.get_by_label("Subject").fill("Mine")
    expect(state(page)).to_contain_text("Draft saved")
    other.get_by_label("Subject").fill("The other's")

    expect(other.locator("#compose-alert")).to_contain_text("changed in another window")
    other.get_by_role("button", name="Save mine as a new draft").click()
    expect(other.locator("#compose-alert")).not_to_contain_text("changed")
    expect(other.get_by_label("Subject")).to_have_value("The other's")
    assert set(Email.objects.values_list("subject", flat=True)) == {"Mine", "The other's"}


def test_a_session_that_ends_while_writing_costs_nothing(page, rita):
    page.goto("/emails/compose/")
    fill_in(page, text="Before")
    expect(state(page)).to_contain_text("Draft saved")
    page.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
    page.locator("[data-editor]").fill("Written after the session was over")
    page.keyboard.press("Control+Enter")

    expect(page.get_by_text("You have been signed out. What you typed is kept")).to_be_visible()
    with page.expect_navigation():
        page.get_by_role("link", name="Sign in and go on").click()
    page.get_by_label("Email").fill(rita.email)
    page.get_by_label("Password").fill("a good long password")
    page.get_by_role("button", name="Sign in", exact=True).click()

    expect(page.locator("[data-editor]")).to_have_text("Written after the session was over")
    assert Email.objects.get().content.html == "<div>Written after the session was over</div>"
    assert page.evaluate("Object.keys(localStorage).length") == 0


def test_signing_in_in_another_tab_lets_the_window_go_on(page, rita):
    page.goto("/emails/compose/")
    page.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
    fill_in(page)
    signed_out = page.locator('[data-problem="signed-out"]')
    expect(signed_out).to_be_visible()
    sign_in(page.context.new_page(), rita, then="/emails/")
    page.bring_to_front()
    page.evaluate("dispatchEvent(new Event('focus'))")

    expect(state(page)).to_contain_text("Draft saved")
    expect(signed_out).not_to_be_visible()


def test_while_the_server_is_away_typing_goes_on_and_is_saved_later(page, rita):
    page.goto("/emails/compose/")
    page.route("**/autosave/", lambda route: route.abort())
    fill_in(page)
    expect(page.locator('[data-problem="unreachable"]')).to_be_visible()
    page.unroute("**/autosave/")
    page.evaluate("dispatchEvent(new Event('focus'))")

    expect(state(page)).to_contain_text("Draft saved")


def test_mistakes_are_said_beside_their_fields_and_nothing_is_lost(page, rita):
    Suppression.suppress("anna@x.example", Suppression.Reason.UNSUBSCRIBED)
    page.goto("/emails/compose/")
    page.locator("[data-editor]").fill("Hi")
    page.get_by_text("Cc Bcc").click()
    page.get_by_role("combobox", name="Cc", exact=True).fill("anna@x.example")
    page.keyboard.press("Control+Enter")

    expect(page.locator("#c-to-error")).to_have_text("Say whom it goes to.")
    expect(page.locator("#c-subject-error")).to_have_text("Give it a subject.")
    expect(page.locator("#c-cc-error")).to_contain_text("must not be mailed: unsubscribed")
    expect(page.get_by_role("combobox", name="To")).to_be_focused()
    expect(page.locator("[data-editor]")).to_have_text("Hi")
    page.keyboard.type("m")
    expect(page.locator("#c-to-error")).to_have_count(0)


def test_files_go_up_at_once_and_too_large_ones_not_at_all(page, rita, tmp_path, settings):
    settings.LIMITS = settings.LIMITS | {"ATTACHMENTS_MB": 1}
    plan, big = tmp_path / "plan.pdf", tmp_path / "big.bin"
    plan.write_bytes(b"%PDF-1.7")
    big.write_bytes(b"x" * 2**20 + b"x")
    page.goto("/emails/compose/")
    fill_in(page)
    page.get_by_label("Attach a file").click()
    page.get_by_label("From this computer").set_input_files(big)
    expect(page.get_by_text("big.bin is too much")).to_be_visible()
    page.get_by_label("From this computer").set_input_files(plan)
    expect(page.locator(".file-chip")).to_contain_text("plan.pdf")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("goes out in 10 s")).to_be_visible()

    assert [one.file.name for one in Email.objects.get().attachments.all()] == ["plan.pdf"]


def test_a_scheduled_email_stays_as_it_is_until_its_change_is_scheduled(page, rita):
    email = make_email(rita, status=Status.SCHEDULED, send_at=timezone.now() + timedelta(days=3))
    page.goto(f"/emails/{email.pk}/edit/")
    page.locator("[data-editor]").fill("Better")
    expect(state(page)).to_contain_text("not yet in effect")
    assert Email.objects.get().content.html == "<p>Hi Maria, as promised.</p>"
    page.locator("[data-main]").click()
    expect(page.get_by_text("scheduled for")).to_be_visible()

    changed = Email.objects.get()
    assert (changed.status, changed.content.html) == (Status.SCHEDULED, "<p>Better</p>")
    assert changed.send_at == email.send_at
    assert not Composition.objects.exists()


def test_bringing_back_what_another_window_left_costs_nothing_that_is_being_typed(page, rita):
    page.goto("/emails/compose/")
    page.route("**/autosave/", lambda route: route.abort())
    fill_in(page, subject="Left behind")
    expect(page.locator('[data-problem="unreachable"]')).to_be_visible()
    page.add_init_script(f"({AGED})()")  # after the page that is left has kept its own
    page.unroute("**/autosave/")
    held = []
    page.route("**/autosave/", lambda route: held.append(route), times=1)
    with page.expect_request("**/autosave/"):
        page.goto("/emails/compose/", wait_until="commit")
    page.get_by_label("Subject").fill("Written at once")
    with page.expect_response("**/autosave/"):
        held[0].continue_()

    expect(state(page)).to_contain_text("Kept")
    expect(page.get_by_label("Subject")).to_have_value("Written at once")
    assert {each.typed["subject"] for each in Composition.objects.all()} >= {"Written at once"}
    assert Email.objects.get().subject == "Left behind"


def test_signing_out_leaves_no_unsaved_writing_in_the_browser(page, rita):
    page.goto("/emails/compose/")
    page.route("**/autosave/", lambda route: route.abort())
    page.locator("[data-editor]").fill("A secret")
    expect(page.locator('[data-problem="unreachable"]')).to_be_visible()
    page.goto("/accounts/logout/")
    assert page.evaluate("Object.keys(localStorage).length") == 1
    page.get_by_role("button", name="Sign out").last.click()
    page.wait_for_url("**/login/**")

    assert page.evaluate("Object.keys(localStorage).length") == 0


def test_without_scripts_a_plain_form_does_it_all(open_page, rita):
    page = open_page(java_script_enabled=False)
    enter(page, rita)
    page.goto("/emails/compose/")
    page.get_by_label("To", exact=True).fill("maria@nordlys.example")
    page.get_by_label("Subject").fill("Thursday?")
    page.locator("[data-plain]").fill("Hi Maria,\n\nat ten?")
    page.get_by_role("button", name="Save draft").click()
    expect(page.locator("[data-plain]")).to_have_value("Hi Maria,\n\nat ten?")
    page.get_by_role("button", name="Send now").click()

    expect(page.get_by_text("goes out in 10 s")).to_be_visible()
    assert Email.objects.get().content.html == "<p>Hi Maria,</p>\n\n<p>at ten?</p>"


@pytest.mark.parametrize(("width", "dark"), [(1440, False), (390, True)])
def test_compose_has_no_findings(open_page, rita, width, dark):
    page = open_page(width, dark)
    enter(page, rita)
    page.goto("/emails/compose/")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#c-to-error")).to_be_visible()
    assert findings(page) == []
    page.goto("/emails/compose/")
    fill_in(page)
    expect(state(page)).to_contain_text("Draft saved")
    page.get_by_text("Schedule…").click()
    assert findings(page) == []
