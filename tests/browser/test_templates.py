"""Templates as a team uses them: written, shared, found in compose, put in and taken back."""

import pytest
from django.conf import settings
from playwright.sync_api import Page, expect

from accounts.models import Team
from emails.models import Email, Template
from tests.browser.conftest import enter, findings
from tests.factories import (
    deliver,
    make_draft,
    make_identity,
    make_person,
    make_template,
    make_user,
)

pytestmark = pytest.mark.django_db(transaction=True)
MINE = '<div>Hi Maria,</div><div><br></div><div>my <b style="color:#c00000">own</b> words.</div>'


@pytest.fixture
def rita():
    return make_user("Rita")


@pytest.fixture
def sam(rita):
    """Sam, in a team with Rita, with Maria among his people and nothing to wait for."""
    sam = make_user("Sam", undo_seconds=0)
    make_identity(sam)
    make_person(sam, "Maria", email="maria@nordlys.example")
    team = Team.objects.create(name="North")
    team.members.add(rita, sam)
    return sam


def pick(page: Page, words: str, how: str = "Replace the text by") -> None:
    """Put the template found by `words` in, by mouse."""
    page.get_by_label("Templates", exact=True).click()
    page.get_by_label("Search templates").fill(words)
    found = page.locator("[data-template]")
    expect(found).to_have_count(1)
    found.get_by_role("button", name=how).click()


def saved(page: Page) -> None:
    """Wait until all that stands in the window is with the server."""
    expect(page.locator("#compose:not([data-unsaved])")).to_be_visible()


def test_a_template_is_written_shared_and_used_by_a_colleague(open_page, rita, sam):
    owner, colleague = open_page(), open_page()
    enter(owner, rita)
    owner.goto("/templates/new/")
    owner.get_by_label("Name", exact=True).fill("Price list")
    owner.get_by_label("New category").fill("Offers")
    owner.get_by_label("Subject").fill("Three options")
    owner.locator("[data-editor]").fill("Option B is the one for you.")
    owner.keyboard.press("Control+Enter")
    expect(owner.get_by_text("Only you see it.")).to_be_visible()
    owner.get_by_label("North").check()
    owner.get_by_role("button", name="Share").click()
    expect(owner.get_by_text("Shared with North.")).to_be_visible()

    enter(colleague, sam)
    mail = make_draft(sam, subject="My own subject", html=MINE)
    colleague.goto(f"/emails/{mail.pk}/edit/")
    editor, subject = colleague.locator("[data-editor]"), colleague.get_by_label("Subject")
    pick(colleague, "option b")
    expect(colleague.locator("#ask")).to_contain_text("Replace what you have written")
    colleague.get_by_role("button", name="Continue").click()
    expect(subject).to_have_value("Three options")
    expect(editor).to_have_text("Option B is the one for you.")
    saved(colleague)
    assert Email.objects.get().template_version.number == 1
    colleague.get_by_role("button", name="Undo", exact=True).click()
    expect(subject).to_have_value("My own subject")
    saved(colleague)
    mail = Email.objects.get()
    assert (mail.content.subject, mail.content.html) == ("My own subject", MINE)
    assert mail.template_version is None
    pick(colleague, "price")
    colleague.get_by_role("button", name="Continue").click()
    expect(subject).to_have_value("Three options")
    colleague.keyboard.press("Control+Enter")
    expect(colleague.get_by_text("is going out.")).to_be_visible()

    owner.locator("[data-editor]").fill("Option C is better still.")
    owner.get_by_role("button", name="Save").click()
    expect(owner.get_by_text("Saved.")).to_be_visible()
    mail = Email.objects.get()
    deliver(mail)
    assert (mail.template_version.number, Template.objects.get().version) == (1, 2)
    assert "Option B" in mail.template_version.html and "Option B" in mail.content.html
    colleague.goto(f"/emails/{mail.pk}/")
    expect(colleague.get_by_role("link", name="Price list, version 1")).to_be_visible()
    colleague.goto("/emails/compose/")
    colleague.get_by_label("Templates", exact=True).click()
    expect(colleague.locator("#picker-found")).to_contain_text("used once")
    expect(colleague.locator("#picker-found")).to_contain_text("0 % viewed")


def test_one_that_stands_beside_the_text_takes_its_place(page, sam):
    make_template(sam, "Alpha", subject="A", html="<p>First</p>").star(sam)
    enter(page, sam)
    page.goto("/emails/compose/")
    page.get_by_role("button", name="Favourite: Alpha").click()
    expect(page.locator("[data-editor]")).to_have_text("First")
    expect(page.get_by_text("“Alpha” was put in.")).to_be_visible()
    page.get_by_role("button", name="All templates").click()
    expect(page.get_by_label("Search templates")).to_be_focused()


def test_by_keyboard_alone_over_a_list(page, sam):
    make_template(sam, "Alpha", subject="A", html="<p>First</p>")
    make_template(sam, "Beta", subject="B", html="<p>Second</p>")
    enter(page, sam)
    page.goto("/emails/pending/drafts/")
    page.keyboard.press("c")
    frame = page.frame_locator("[data-compose-frame]")
    expect(frame.get_by_role("combobox", name="To")).to_be_focused()
    page.keyboard.press("Control+e")
    expect(frame.get_by_label("Search templates")).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(frame.get_by_role("button", name="Replace the text by Beta")).to_be_focused()
    page.keyboard.press("Enter")
    expect(frame.locator("[data-editor]")).to_be_focused()
    expect(frame.locator("[data-editor]")).to_have_text("Second")
    page.keyboard.type("Mine: ")
    page.keyboard.press("Control+e")
    expect(frame.get_by_label("Search templates")).to_be_focused()
    page.keyboard.type("alpha")
    expect(frame.locator("[data-template]")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(frame.locator("#ask")).to_be_visible()
    page.keyboard.press("Escape")
    expect(frame.locator("#ask")).not_to_be_visible()
    expect(frame.locator("[data-editor]")).to_have_text("Mine: Second")
    page.keyboard.press("Enter")
    expect(frame.locator("#ask")).to_be_visible()
    page.keyboard.press("Enter")
    expect(frame.locator("[data-editor]")).to_have_text("First")
    page.keyboard.type("My")
    expect(frame.locator("[data-editor]")).to_have_text("MyFirst")
    page.keyboard.press("Control+z")  # first what was typed since
    expect(frame.locator("[data-editor]")).to_have_text("First")
    page.keyboard.press("Control+z")
    expect(frame.locator("[data-editor]")).to_have_text("Mine: Second")
    expect(frame.get_by_label("Subject")).to_have_value("B")


def test_nothing_asks_while_nobody_has_written_and_each_undo_goes_one_step_back(page, sam):
    make_template(sam, "Alpha", subject="A", html="<p>First</p>")
    make_template(sam, "Beta", subject="B", html="<p>Second</p>")
    enter(page, sam)
    page.goto("/emails/compose/")
    editor, undo = page.locator("[data-editor]"), page.get_by_role("button", name="Undo")
    pick(page, "alpha")
    expect(editor).to_have_text("First")
    pick(page, "beta")
    expect(editor).to_have_text("Second")
    undo.click()
    expect(editor).to_have_text("First")
    undo.click()
    expect(editor).to_have_text("")
    expect(page.get_by_label("Subject")).to_have_value("")
    expect(undo).not_to_be_visible()
    for words in ("First", "Second"):
        page.get_by_role("button", name="Put it in again").click()
        expect(editor).to_have_text(words)
    to = page.get_by_role("combobox", name="To")
    to.press_sequentially("ma")
    to.press("Control+z")  # which is about the address
    expect(to).not_to_have_value("ma")
    expect(editor).to_have_text("Second")


def test_inserting_leaves_what_stands_there(page, sam):
    make_template(sam, "Terms", subject="Not taken", html="<p>Thirty days.</p>")
    enter(page, sam)
    page.goto("/emails/compose/")
    page.get_by_label("Subject").fill("Mine")
    page.locator("[data-editor]").fill("Before")
    pick(page, "terms", "Insert Terms at the cursor")
    expect(page.locator("[data-editor]")).to_contain_text("Before")
    expect(page.locator("[data-editor]")).to_contain_text("Thirty days.")
    expect(page.get_by_label("Subject")).to_have_value("Mine")
    page.get_by_role("combobox", name="To").fill("maria@nordlys.example")
    saved(page)

    assert Email.objects.get().template_version == Template.objects.get().latest
    page.get_by_role("button", name="Undo", exact=True).click()
    expect(page.locator("[data-editor]")).to_have_text("Before")


def test_a_template_that_is_gone_by_now_is_said_and_changes_nothing(page, rita, sam):
    template = make_template(rita, "Intro")
    template.share(Team.objects.all())
    enter(page, sam)
    page.goto("/emails/compose/")
    page.locator("[data-editor]").fill("Mine")
    page.get_by_label("Templates", exact=True).click()
    button = page.get_by_role("button", name="Replace the text by Intro")
    expect(button).to_be_visible()
    template.share([])
    button.click()

    expect(page.get_by_text("That template was deleted or is not shared")).to_be_visible()
    expect(page.locator("[data-editor]")).to_have_text("Mine")


def test_a_session_that_ends_in_the_editor_costs_nothing(page, rita):
    template = make_template(rita, "Intro")
    enter(page, rita)
    page.goto(template.get_absolute_url())
    page.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
    page.get_by_label("Subject").fill("Written after the session was over")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("What you typed is kept in this browser.")).to_be_visible()
    assert template.versions.count() == 1
    with page.expect_navigation():
        page.get_by_role("link", name="Sign in and go on").click()
    page.get_by_label("Email").fill(rita.email)
    page.get_by_label("Password").fill("a good long password")
    page.get_by_role("button", name="Sign in", exact=True).click()

    expect(page.get_by_text("What you typed here before is back")).to_be_visible()
    expect(page.get_by_label("Subject")).to_have_value("Written after the session was over")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    assert template.versions.count() == 2
    assert page.evaluate("Object.keys(localStorage).length") == 0


def test_a_field_is_put_in_and_the_text_looked_at_as_somebody(page, sam):
    template = make_template(sam, "Intro", subject="For you")
    enter(page, sam)
    page.goto(template.get_absolute_url())
    page.locator("[data-editor]").fill("Hi ")
    page.get_by_role("button", name="Insert a field").click()
    expect(page.get_by_role("searchbox", name="Find a field")).to_be_focused()
    page.keyboard.type("first")
    page.keyboard.press("Enter")
    expect(page.locator("[data-editor]")).to_have_text("Hi {{first_name}}")
    page.get_by_role("button", name="Preview").click()
    page.locator("#c-as").press_sequentially("sandb")
    page.keyboard.press("Enter")  # before anybody was found
    expect(page.get_by_role("option", name="Maria Sandberg")).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.frame_locator("[name=look]").get_by_text("Hi Maria")).to_be_visible()
    assert template.versions.count() == 1
    page.locator("[data-look-close]").click()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    assert "{{first_name}}" in Template.objects.get().html


def test_of_two_windows_the_later_is_told_and_chooses(page, rita):
    template = make_template(rita, "Intro")
    enter(page, rita)
    page.goto(template.get_absolute_url())
    other = page.context.new_page()
    other.goto(template.get_absolute_url())
    page.get_by_label("Subject").fill("Mine")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    other.get_by_label("Subject").fill("Hers")
    other.get_by_role("button", name="Save").click()
    expect(other.get_by_text("is at version 2 now")).to_be_visible()
    expect(other.get_by_label("Subject")).to_have_value("Hers")
    other.get_by_role("button", name="Save mine as a new template").click()

    expect(other.get_by_text("Saved.")).to_be_visible()
    assert set(Template.objects.values_list("subject", flat=True)) == {"Mine", "Hers"}
    other.goto(template.get_absolute_url())
    expect(other.get_by_label("Subject")).to_have_value("Mine")


def test_a_mistake_is_said_beside_its_field_and_nothing_is_lost(page, rita):
    enter(page, rita)
    page.goto("/templates/new/")
    page.get_by_label("Subject").fill("Hello {{ frist_name }}")
    page.locator("[data-editor]").fill("A long text")
    page.keyboard.press("Control+Enter")

    expect(page.locator("#c-name-error")).to_have_text("Give it a name, by which you find it.")
    expect(page.locator("#c-subject-error")).to_contain_text("perhaps you mean “first_name”")
    expect(page.get_by_label("Name", exact=True)).to_be_focused()
    expect(page.locator("[data-editor]")).to_have_text("A long text")
    page.get_by_label("Name", exact=True).fill("Intro")
    page.get_by_label("Subject").fill("Hello {{ first_name }}")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("“Intro” is saved. Only you see it.")).to_be_visible()
    assert Template.objects.get().html == "<div>A long text</div>"
    page.goto("/templates/new/")
    expect(page.get_by_label("Subject")).to_have_value("")


def test_without_scripts_a_template_is_written_and_used(open_page, rita):
    make_identity(rita)
    page = open_page(java_script_enabled=False)
    enter(page, rita)
    page.goto("/templates/new/")
    page.get_by_label("Name", exact=True).fill("Intro")
    page.get_by_label("Subject").fill("Hello")
    page.locator("[data-plain]").fill("Good day,\n\nand welcome.")
    page.get_by_role("button", name="Save").last.click()
    expect(page.get_by_text("“Intro” is saved.")).to_be_visible()
    page.goto("/templates/")
    page.get_by_role("link", name="Use Intro in an email").click()
    page.get_by_label("To", exact=True).fill("maria@nordlys.example")
    page.get_by_role("button", name="Send now").click()

    expect(page.get_by_text("goes out in 10 s")).to_be_visible()
    email = Email.objects.get()
    assert email.template_version.name == "Intro"
    assert email.content.html == "<p>Good day,</p>\n\n<p>and welcome.</p>"


@pytest.mark.parametrize(("width", "dark"), [(1440, False), (390, True)])
def test_the_picker_and_the_refused_editor_have_no_findings(open_page, sam, width, dark):
    make_template(sam, "Alpha").star(sam)
    page = open_page(width, dark)
    enter(page, sam)
    page.goto("/emails/compose/")
    page.locator("[data-editor]").fill("Mine")
    page.get_by_label("Templates", exact=True).click()
    expect(page.get_by_role("button", name="Replace the text by Alpha")).to_be_visible()
    assert findings(page) == []
    page.get_by_role("button", name="Replace the text by Alpha").click()
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_text("“Alpha” was put in.")).to_be_visible()
    assert findings(page) == []
    page.goto("/templates/new/")
    page.get_by_role("button", name="Save").last.click()
    expect(page.locator("#c-name-error")).to_be_visible()
    assert findings(page) == []
