"""People and groups as reps work with them: own fields, ticks, sharing, the panel, notes."""

import pytest
from playwright.sync_api import Page, expect

from accounts.models import Membership, Team
from prospects.models import CustomField, Group, Person
from tests.browser.conftest import enter, findings
from tests.factories import make_person, make_user

pytestmark = pytest.mark.django_db(transaction=True)
CSV = (
    "Name,Email,Employees\n"
    "Anna Ek,anna@nordlys.example,250\n"
    "Bo Wik,bo@polar.example,12\n"
    "Cia Dahl,cia@helix.example,40\n"
)


@pytest.fixture
def rita():
    return make_user("Rita Rep")


def test_from_a_file_to_a_group_that_a_colleague_sees_and_back(open_page, rita):
    sam = make_user("Sam Colleague")
    team = Team.objects.create(name="North")
    Membership.objects.bulk_create(Membership(team=team, user=user) for user in (rita, sam))
    page = open_page()
    enter(page, rita)

    # A column that nobody knows becomes a field.
    page.goto("/people/import/")
    file = {"name": "people.csv", "mimeType": "text/csv", "buffer": CSV.encode()}
    page.get_by_label("CSV file").set_input_files(file)
    page.get_by_role("button", name="Upload").click()
    page.get_by_label("Employees").select_option(label="New field “Employees”")
    page.get_by_role("button", name="Import 3 rows").click()
    page.get_by_role("link", name="Show the people").click()
    page.get_by_role("button", name="Columns").click()
    page.get_by_label("Employees").check()
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page.get_by_role("cell", name="250")).to_be_visible()

    # Ticked, they go into a new group.
    page.get_by_label("Select Anna Ek").check()
    page.get_by_label("Select Bo Wik").check()
    expect(page.get_by_text("2 selected")).to_be_visible()
    page.get_by_role("button", name="Add to group").click()
    assert findings(page) == []
    page.get_by_label("Name of the new group").fill("Autumn fair")
    page.get_by_label("Name of the new group").press("Enter")
    expect(page.get_by_text("2 people are in “Autumn fair” now.")).to_be_visible()
    expect(page.get_by_label("Name of the new group")).to_be_hidden()
    page.get_by_role("link", name="Autumn fair 2").click()
    expect(page.locator("tbody tr")).to_have_count(2)

    # Shared, a colleague sees it.
    page.get_by_role("link", name="Name and sharing of the group").click()
    page.get_by_label("North").check()
    page.get_by_role("button", name="Save").click()
    colleague = open_page()
    enter(colleague, sam)
    colleague.goto("/people/")
    colleague.get_by_role("link", name="Autumn fair").click()
    expect(colleague.locator("tbody tr")).to_have_count(2)
    expect(colleague.get_by_role("link", name="Name and sharing")).to_have_count(0)

    # Taken out, with Undo they are back.
    page.get_by_label("Tick everybody on this page").check()
    page.get_by_role("button", name="Remove from group").click()
    expect(page.get_by_text("2 people left “Autumn fair”.")).to_be_visible()
    expect(page.get_by_text("This group is empty")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("tbody tr")).to_have_count(2)


def test_all_of_the_list_are_meant_until_one_tick_goes(page: Page, rita):
    for number in range(60):
        make_person(rita, f"P{number}", last_name=f"{number:03}")
    enter(page, rita)
    page.goto("/people/")
    page.get_by_label("Select P0 000").check()
    page.get_by_label("all 60 of this list").check()
    expect(page.get_by_text("All 60 selected")).to_be_visible()
    page.get_by_label("Select P1 001").uncheck()
    expect(page.get_by_text("49 selected")).to_be_visible()
    page.get_by_label("all 60 of this list").check()
    page.get_by_role("button", name="Set source").click()
    page.get_by_role("textbox", name="Source").fill("Fair")
    page.get_by_role("button", name="Set source").last.click()

    expect(page.get_by_text("Source of 60 people: Fair.")).to_be_visible()
    assert Person.objects.filter(source="Fair").count() == 60


def test_a_refused_action_says_why_and_changes_nothing(page: Page, rita):
    make_person(rita, "Anna")
    enter(page, rita)
    page.goto("/people/")
    page.get_by_label("Select Anna").check()
    page.get_by_role("button", name="Add to group").click()
    page.get_by_role("button", name="Add to group").last.click()
    expect(page.get_by_text("Choose a group, or give a new one a name.")).to_be_visible()

    page.get_by_role("button", name="Delete").click()
    page.get_by_role("button", name="Go back").click()
    expect(page.get_by_label("Select Anna")).to_be_checked()
    page.get_by_role("button", name="Delete").click()
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_text("Nobody here yet")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_label("Select Anna")).to_be_visible()


def test_a_person_opens_beside_the_list_and_stays_in_the_address(page: Page, rita):
    anna = make_person(rita, "Anna")
    make_person(rita, "Bo")
    enter(page, rita)
    page.goto("/people/?show=mine")
    page.get_by_role("link", name="Anna").click()
    expect(page.get_by_role("heading", name="Anna Sandberg")).to_be_visible()
    expect(page).to_have_url(f"/people/?show=mine&open={anna.pk}")
    page.get_by_role("link", name="Engagement").click()
    expect(page.get_by_text("With your emails")).to_be_visible()
    expect(page).to_have_url(f"/people/?show=mine&open={anna.pk}&tab=engagement")
    assert findings(page) == []

    page.reload()
    expect(page.get_by_text("With your emails")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("heading", name="Notes")).to_be_visible()
    page.get_by_role("link", name="Close").click()
    expect(page).to_have_url("/people/?show=mine")


def test_filters_work_while_they_are_chosen(page: Page, rita):
    field = CustomField.add("Industry", by=rita)
    for name, industry in (("Anna", "Energy"), ("Bo", "Retail")):
        person = make_person(rita, name)
        person.put(field, industry)
        person.save()
    enter(page, rita)
    page.goto("/people/")
    page.get_by_role("button", name="Filters").click()
    assert findings(page) == []
    page.get_by_label("Own field").select_option("Industry")
    page.get_by_label("holds").press_sequentially("energy")

    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page.get_by_label("holds")).to_be_focused()
    expect(page).to_have_url("/people/?field=industry&value=energy")
    page.get_by_role("link", name="Clear filters").click()
    expect(page.locator("tbody tr")).to_have_count(2)


def test_notes_keep_themselves_and_a_refreshing_page_leaves_them(page: Page, rita):
    anna = make_person(rita, "Anna")
    enter(page, rita)
    page.goto(f"/people/?open={anna.pk}")
    notes = page.get_by_role("textbox", name="Notes")
    for words in ("Call before ten.", " Likes figures."):
        with page.expect_response("**/notes/"):
            notes.press_sequentially(words)
        expect(page.get_by_text("Saved.", exact=True)).to_be_visible()
    assert Person.objects.get().notes == "Call before ten. Likes figures."

    # A colleague writes; then what is typed here must not be lost, nor theirs overwritten.
    found = Person.objects.get()
    admin = make_user("Ada Admin", role="admin")
    assert found.write_notes("On leave.", seen=found.notes_stamp, by=admin)
    notes.press_sequentially(" Really.")
    page.evaluate("document.body.dispatchEvent(new CustomEvent('changed'))")
    expect(page.get_by_text("Ada Admin has changed these notes meanwhile.")).to_be_visible()
    expect(notes).to_have_value("Call before ten. Likes figures. Really.")
    assert findings(page) == []
    page.get_by_role("button", name="Save mine in their place").click()
    expect(page.get_by_text("Saved.", exact=True)).to_be_visible()
    assert Person.objects.get().notes == "Call before ten. Likes figures. Really."


def test_without_a_script_everything_can_still_be_done(open_page, rita):
    page = open_page(java_script_enabled=False)
    anna = make_person(rita, "Anna")
    enter(page, rita)
    page.goto("/people/")
    page.get_by_label("Select Anna").check()
    page.get_by_role("button", name="Add to group").click()
    page.get_by_label("Name of the new group").fill("Fair")
    page.get_by_role("button", name="Add to group").last.click()
    expect(page.get_by_text("1 person is in “Fair” now.")).to_be_visible()
    assert list(Group.objects.get().people.all()) == [anna]

    page.get_by_label("Select Anna").check()
    page.get_by_role("button", name="Unsubscribe").click()
    page.get_by_role("button", name="Unsubscribe").click()
    expect(page.get_by_text("1 person is unsubscribed now.")).to_be_visible()
    page.get_by_role("link", name="Anna").click()
    expect(page.get_by_role("heading", name="Anna Sandberg")).to_be_visible()
    page.get_by_role("textbox", name="Notes").fill("Hi.")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.", exact=True)).to_be_visible()
