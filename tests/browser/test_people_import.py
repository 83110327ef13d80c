"""A list of people from a file, as a new user brings it in."""

import pytest
from playwright.sync_api import Page, expect

from prospects.models import Person
from tests.browser.conftest import enter, findings
from tests.factories import make_user

pytestmark = pytest.mark.django_db(transaction=True)
CSV = (
    "Förnamn;Efternamn;E-post;Företag\r\n"
    "Åsa;Öberg;asa@nordlys.example;Nordlys\r\n"
    "Bo;Ek;bo at polar;Polar\r\n"
    "Cia;Dahl;cia@helix.example;Helix\r\n"
)


def test_a_file_becomes_people_in_a_group_and_its_bad_row_comes_back(page: Page):
    enter(page, make_user("Rita Rep"))
    page.goto("/people/")
    page.locator(".empty").get_by_role("link", name="Import people").click()
    page.get_by_label("CSV file").set_input_files(
        {"name": "kunder.csv", "mimeType": "text/csv", "buffer": CSV.encode("cp1252")}
    )
    page.get_by_role("button", name="Upload").click()

    expect(page.get_by_label("E-post")).to_have_value("email")
    assert findings(page) == []
    page.get_by_label("or into a new group").fill("Autumn fair")
    page.get_by_role("button", name="Import 3 rows").click()

    expect(page.get_by_role("heading", name="1 row was refused")).to_be_visible()
    expect(page.get_by_role("cell", name="The email address is not valid.")).to_be_visible()
    assert findings(page) == []
    with page.expect_download() as download:
        page.get_by_role("link", name="Download them to mend").click()
    assert "3;The email address is not valid.;Bo" in download.value.path().read_text("utf-8-sig")

    page.get_by_role("link", name="Show the people").click()
    expect(page.locator("tbody tr")).to_have_count(2)
    expect(page.locator("tbody tr").first).to_contain_text("Cia Dahl")
    assert findings(page) == []


def test_typing_narrows_the_list_and_keeps_the_cursor(page: Page):
    rita = make_user("Rita Rep")
    for first, last in (("Anna", "Ek"), ("Bo", "Wik")):
        Person.objects.create(
            owner=rita, first_name=first, last_name=last, email=f"{first}@b.example"
        )
    enter(page, rita)
    page.goto("/people/")
    words = page.get_by_label("Search people", exact=True)
    words.press_sequentially("wik")

    expect(page.locator("tbody tr")).to_have_count(1)
    expect(words).to_be_focused()
    expect(words).to_have_value("wik")
    expect(page).to_have_url("/people/?words=wik")


def test_create_and_add_new_keeps_the_form_open(page: Page):
    enter(page, make_user("Rita Rep"))
    page.goto("/people/new/")
    page.get_by_label("First name").fill("Anna")
    page.get_by_label("Email", exact=True).fill("anna@b.example")
    page.get_by_role("button", name="Create and add new").click()

    expect(page.get_by_text("Anna was added.")).to_be_visible()
    expect(page.get_by_label("First name")).to_have_value("")
    assert findings(page) == []
