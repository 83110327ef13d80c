"""Bulk email as a rep does it: 300 people from a file, with a real worker, real SMTP and a real sink."""

# ruff: noqa: F401, F811 - fixtures of the main job's test are those of this one
import re
from collections import Counter

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from commandcenter.sink.store import Store
from emails.models import BulkSend, Status
from emails.tracking.rewriting import unsubscribe_url
from prospects import consent
from prospects.models import Group, Person
from tests.browser.conftest import enter
from tests.browser.test_main_job import PATIENCE, rita, sink, start, worker
from tests.factories import make_bulk, make_email, make_identity, make_person, make_user

pytestmark = pytest.mark.django_db(transaction=True)
COUNT, OWN = 300, 5
EARLIER = "Nice to meet you"
FINISHED = 4 * PATIENCE
CSV = "First name,Last name,Email,Company\n" + "".join(
    f"Nora{number},Berg{number},nora{number}@kund{number}.example,Kund {number} AB\n"
    for number in range(COUNT)
)


def import_people(page) -> None:
    """All of the file, into a new group."""
    page.goto("/people/import/")
    file = {"name": "fair.csv", "mimeType": "text/csv", "buffer": CSV.encode()}
    page.get_by_label("CSV file").set_input_files(file)
    page.get_by_role("button", name="Upload").click()
    page.get_by_label("New group").fill("Fair")
    page.get_by_role("button", name=f"Import {COUNT} rows").click()
    done = page.get_by_role("heading", name="fair.csv has been imported")
    expect(done).to_be_visible(timeout=PATIENCE)


def saved(page) -> None:
    expect(page.locator("#compose-state")).to_contain_text("Draft saved", timeout=PATIENCE)
    expect(page.locator("#compose:not([data-unsaved])")).to_be_visible(timeout=PATIENCE)


def write_own_words(page, person: Person) -> None:
    """One recipient is found in the side bar and written to alone."""
    page.get_by_role("searchbox", name="Find a recipient").fill(person.email)
    expect(page.locator(".bulk__row")).to_have_count(1, timeout=PATIENCE)
    row = page.locator(".bulk__row", has_text=person.email)
    row.get_by_role("link").click(timeout=PATIENCE)
    expect(page.get_by_text("What you change here goes to them alone")).to_be_visible(
        timeout=PATIENCE
    )
    page.locator("[data-editor]").fill(f"Dear {person.first_name}, this is for you alone.")
    saved(page)
    expect(page.locator("#bulk-own")).to_contain_text("own words", timeout=PATIENCE)


@pytest.mark.long
def test_three_hundred_people_each_get_their_own_message_or_a_reason(
    open_page,
    rita,
    sink,
    worker,
    tmp_path,
):
    page = open_page()
    enter(page, rita)
    import_people(page)
    people = list(Person.objects.order_by("pk"))
    consent.unsubscribe([person.pk for person in people[10:12]], by=rita)
    # Whose turn comes last, since names are sorted as text.
    last = Person.objects.by_name().last()
    earlier = make_email(rita, Status.SCHEDULED, person=last, subject=EARLIER)
    Group.objects.create(owner=rita, name="Hot").add(people[:1])

    # From the group to the window; the second group holds somebody who is there already.
    page.goto(Group.objects.get(name="Fair").get_absolute_url())
    page.get_by_role("button", name="Email the group").click()
    expect(page.locator("[data-editor]")).to_be_visible(timeout=PATIENCE)  # the scripts are there
    page.get_by_role("combobox", name="Add people, groups or addresses").press_sequentially("hot")
    page.get_by_role("option", name="Hot").click(timeout=PATIENCE)
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_text("1 was on the list already and stays there once.")).to_be_visible(
        timeout=PATIENCE
    )

    page.get_by_label("Subject").fill("Prices for {{company}}")
    page.locator("[data-editor]").fill("Hi {{first_name}}, our prices have changed.")
    saved(page)
    for person in people[20 : 20 + OWN]:
        write_own_words(page, person)

    # A later common edit keeps them, and says so.
    page.get_by_role("link", name="All recipients").click()
    expect(page.get_by_text(f"{OWN} keep words of their own")).to_be_visible(timeout=PATIENCE)
    page.locator("[data-editor]").fill("Hi {{first_name}}, our new prices hold from May.")
    saved(page)
    page.get_by_role("button", name="Review and send").click()
    expect(page.get_by_role("heading", name="298 people will get it")).to_be_visible(
        timeout=PATIENCE
    )
    expect(page.get_by_text(f"{people[10].email} must not be mailed: unsubscribed.")).to_be_visible(
        timeout=PATIENCE
    )
    page.get_by_role("button", name="Send to 298 people now").click()

    # One unsubscribes while it runs, in the midst of a pause, by one click on an earlier email.
    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_role("button", name="Resume")).to_be_visible(timeout=PATIENCE)
    bulk = BulkSend.objects.get()
    wait_until_made(page, bulk)
    gone = bulk.emails.with_status(Status.SCHEDULED).order_by("-pk").first()
    assert gone.person == last
    one_click = {"List-Unsubscribe": "One-Click"}
    assert page.request.post(unsubscribe_url(earlier.pk), form=one_click).ok
    page.get_by_role("button", name="Resume").click()
    expect(page.locator(".bulk__title")).to_contain_text("Finished", timeout=FINISHED)
    expect(page.locator(".bulk__sentence")).to_contain_text("297 delivered, 3 failed")

    assert_each_has_their_own(
        Store(tmp_path / "sink"), people, {people[10], people[11], gone.person}
    )
    for person in (people[10], gone.person):
        page.goto(f"{person.get_absolute_url()}?tab=history")
        expect(page.get_by_text("Unsubscribed").first).to_be_visible(timeout=PATIENCE)
    page.goto(f"{people[0].get_absolute_url()}?tab=history")
    expect(page.get_by_text("Prices for Kund 0 AB").first).to_be_visible(timeout=PATIENCE)


def wait_until_made(page, bulk) -> None:
    expect(page.locator(".bulk__title")).not_to_contain_text("Being prepared", timeout=PATIENCE)
    bulk.refresh_from_db()
    assert not bulk.is_being_made and bulk.emails.count() == COUNT


def assert_each_has_their_own(store: Store, people, without) -> None:
    """The sink has one message for each, to that address alone, with their own words in it."""
    everything = [store.get(name) for name in store.names()]
    messages = [message for message in everything if message.subject != EARLIER]
    got = Counter(address for message in messages for address in message.envelope.recipients)
    assert got == Counter(person.email for person in people if person not in without)
    by_address = {person.email: person for person in people}
    for message in messages:
        [address] = message.envelope.recipients
        person, raw = by_address[address], message.raw.decode()
        body = message.message.get_body(("plain",)).get_content()
        assert message.subject == f"Prices for {person.company}"
        assert set(re.findall(r"nora\d+@kund\d+\.example", raw)) == {address}
        own = person in people[20 : 20 + OWN]
        said = "this is for you alone" if own else "our new prices hold from May"
        assert said in body and person.first_name in body


@pytest.fixture
def anna(live_server):
    anna = make_user("Anna Lind")
    make_identity(anna)
    return anna


def test_a_groups_name_in_compose_turns_it_into_a_bulk_email(open_page, anna):
    people = [make_person(anna, name) for name in ("Maria", "Jonas", "Priya")]
    Group.objects.create(owner=anna, name="Trade fair").add(people)
    page = open_page()
    enter(page, anna)
    page.goto(reverse("emails:compose"))
    page.get_by_label("Subject").fill("Thursday?")
    page.locator("[data-editor]").fill("It was good to see you.")
    page.get_by_role("combobox", name="To").press_sequentially("trade")
    page.get_by_role("option", name="Trade fair").click()

    page.get_by_role("button", name="Make it a bulk email").click()

    expect(page.locator(".bulk__row")).to_have_count(3)
    expect(page.get_by_label("Subject")).to_have_value("Thursday?")
    expect(page.locator("[data-editor]")).to_contain_text("It was good to see you.")


def choose(page, number: int) -> None:
    """Lead from the window to the words of one recipient, and be there."""
    link = page.locator(".bulk__row").nth(number).get_by_role("link")
    link.click()
    expect(link).to_have_attribute("aria-current", "true", timeout=PATIENCE)
    expect(page.locator("[data-editor]")).to_be_visible(timeout=PATIENCE)


def test_own_words_are_kept_while_one_goes_from_one_to_the_next(open_page, anna):
    people = [make_person(anna, name) for name in ("Maria", "Jonas", "Priya")]
    bulk = make_bulk(anna, *people)
    page = open_page()
    enter(page, anna)
    page.goto(reverse("emails:bulk-edit", args=[bulk.pk]))
    choose(page, 0)
    page.locator("[data-editor]").fill("For the first alone.")
    choose(page, 1)  # without waiting for it to be saved
    expect(page.locator("[data-editor]")).to_contain_text("prices have changed")
    choose(page, 0)
    expect(page.locator("[data-editor]")).to_contain_text("For the first alone.")

    page.get_by_role("button", name="Back to the common words").click()
    expect(page.locator("[data-editor]")).to_contain_text("prices have changed")
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("they have their own words again")).to_be_visible(timeout=PATIENCE)
    page.reload()
    expect(page.locator("[data-editor]")).to_contain_text("For the first alone.")


def test_ticked_people_are_mailed_without_a_script(open_page, anna):
    for name in ("Maria", "Jonas"):
        make_person(anna, name)
    page = open_page(java_script_enabled=False)
    enter(page, anna)
    bulk = make_bulk(anna, *Person.objects.all())
    page.goto(reverse("emails:bulk-edit", args=[bulk.pk]))
    page.get_by_label("Subject").fill("Plain news")
    page.get_by_role("textbox", name="Text").fill("Hi {{first_name}}")
    page.get_by_role("button", name="Review and send").click()
    page.get_by_role("button", name="Send to 2 people now").click()
    expect(page.get_by_role("heading", name="Plain news")).to_be_visible()
    assert BulkSend.objects.get().state == BulkSend.State.OPEN


def test_a_preview_is_read_in_the_dark(open_page, anna):
    bulk = make_bulk(anna, make_person(anna), html="<p>Hi {{first_name}}</p>")
    page = open_page(dark=True)
    enter(page, anna)
    page.goto(reverse("emails:bulk-preview", args=[bulk.pk]))

    # Light words, and no white paper under them.
    frame = page.locator("iframe")
    expect(frame).to_have_css("background-color", "rgba(0, 0, 0, 0)")
    expect(frame.content_frame.locator("body")).to_have_css("color", "rgb(236, 236, 238)")
