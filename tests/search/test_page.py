"""The search page: what its address asks for, what its two forms make of that, and what stands there."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from django.urls import reverse
from django.utils import timezone

from emails.models import Email, Status
from prospects.models import Group
from search.problems import Problem, TooSlow
from tests.factories import make_campaign, make_email, make_person, make_user

pytestmark = pytest.mark.django_db
HOME = "/search/"
HTMX = {"HX-Request": "true"}


@pytest.fixture
def rita(client):
    rita = make_user("Rita")
    client.force_login(rita)
    return rita


@pytest.fixture
def found(rita):
    """Maria viewed and clicked, Jonas viewed, Amina did nothing; all of one campaign."""
    campaign, now = make_campaign(rita), timezone.now()
    for name, views, clicks in (("Maria", 3, 1), ("Jonas", 1, 0), ("Amina", 0, 0)):
        person = make_person(rita, name, company=f"{name} AB")
        email = make_email(rita, Status.DELIVERED, person=person, subject=f"To {name}")
        Email.objects.filter(pk=email.pk).update(
            campaign=campaign, views=views, clicks=clicks,
            first_viewed_at=now if views else None, last_viewed_at=now if views else None,
        )  # fmt: skip
    return campaign


def counts(page: str) -> list[str]:
    """What the two tabs say: people, emails."""
    tabs = page.partition('id="tabs"')[2].partition("</nav>")[0]
    return re.findall(r'class="count">([^<]*)<', tabs)


def names(page: str) -> set[str]:
    return {name.split()[0] for name in re.findall(r'class="table__full">([^<]*)<', page)}


def see(client, query="", **headers):
    return client.get(f"{HOME}{query}", headers=headers)


def build(client, tree, **inputs):
    """What the builder's form asks for after `inputs`, without a script; the address it leads to."""
    answer = client.get(HOME, {"tree": tree, "of": "people"} | inputs)
    return answer.headers["Location"] if answer.status_code == 302 else answer


def asked(address):
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}


def test_the_address_holds_the_search_and_the_tabs_count_what_is_found(client, found):
    page = see(client, '?q=campaign:"Q1 rollout" viewed&of=people').content.decode()

    assert names(page) == {"Maria", "Jonas"}
    assert counts(page) == ["2", "2"]
    assert "2 people match now" in page
    assert 'name="list" value="search"' in page
    assert "Email all 2" in page


def test_an_address_without_anything_finds_everybody(client, found):
    assert counts(see(client).content.decode()) == ["3", "3"]


def test_emails_are_found_with_the_rows_of_their_folders(client, found):
    page = see(client, "?q=clicked&of=emails").content.decode()

    assert "To Maria" in page
    assert "To Jonas" not in page
    assert reverse("search:act-on-emails", args=["archive"]) in page


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("veiwed:*", "viewed"),
        ("viewed (clicked", "This bracket is not closed"),
        ("delivered:2026-11-30..2026-11-01", "The dates are the wrong way round"),
        (" ".join(f"word{number}" for number in range(51)), "at most 50"),
    ],
)
def test_what_cannot_be_read_is_said_and_stays(client, found, text, sentence):
    page = client.get(HOME, {"q": text}).content.decode()

    assert sentence in page
    assert text in page
    assert counts(page) == ["–", "–"]


def test_what_finds_people_alone_says_so_among_emails(client, found):
    page = see(client, "?q=emails>=2&of=emails").content.decode()

    assert "only people" in page
    assert counts(page)[1] == "–"


def test_a_condition_is_added_and_changed_without_a_script(client, found):
    address = build(client, '{"all":[]}', **{"add.r": "viewed"})
    assert asked(address) == {"q": "viewed", "of": "people"}

    tree = '{"all":[{"field":"viewed","op":">=","value":1}]}'
    changes = {"r.0.field": "viewed", "r.0.op": ">=", "r.0.value": "3", "r.0.when": "last-7-days"}
    assert asked(build(client, tree, **changes))["q"] == "viewed>=3:last-7-days"


def test_a_condition_that_says_nothing_yet_stays_and_narrows_nothing(client, found):
    address = build(client, '{"all":[]}', **{"add.r": "campaign"})
    page = client.get(address).content.decode()

    assert 'name="r.0.value"' in page
    assert counts(page) == ["3", "3"]

    chosen = {"r.0.field": "campaign", "r.0.value": f"#{found.pk}"}
    assert asked(build(client, asked(address)["tree"], **chosen))["q"] == 'campaign:"Q1 rollout"'


def test_groups_are_made_filled_denied_and_removed(client, found):
    tree = asked(build(client, '{"all":[{"field":"viewed","op":">=","value":1}]}', do="group:r"))[
        "tree"
    ]
    tree = asked(build(client, tree, **{"add.r.1": "clicked"}))["tree"]
    address = build(client, tree, **{"add.r.1": "replied"})
    assert asked(address)["q"] == "viewed (clicked or replied)"

    either = '{"any":[{"field":"clicked","op":">=","value":1},{"field":"replied","op":"ever"}]}'
    tree = f'{{"all":[{{"field":"viewed","op":">=","value":1}},{either}]}}'
    assert asked(build(client, tree, do="not:r.1"))["q"] == "viewed -(clicked or replied)"
    assert asked(build(client, tree, do="not:r.1.0"))["q"] == "viewed (-clicked or replied)"
    assert asked(build(client, tree, do="remove:r.1"))["q"] == "viewed"
    assert asked(build(client, tree, **{"r.join": "any"}))["q"] == "viewed or (clicked or replied)"


def test_dates_the_wrong_way_round_stay_and_say_what_is_wrong(client, found):
    tree = '{"all":[{"field":"delivered","op":"in","within":{"from":"","to":""}}]}'
    dates = {"r.0.when": "dates", "r.0.from": "2026-11-30", "r.0.to": "2026-11-01"}
    page = client.get(build(client, tree, **dates)).content.decode()

    assert "The dates are the wrong way round" in page
    assert 'value="2026-11-30"' in page
    assert counts(page) == ["–", "–"]


def test_the_builder_is_answered_with_its_parts_and_the_address(client, found):
    tree = '{"all":[{"field":"viewed","op":">=","value":1}]}'
    answer = client.get(
        HOME, {"tree": tree, "of": "people", "do": "not:r.0"}, headers={"HX-Request": "true"}
    )

    page = answer.content.decode()
    assert answer.headers["HX-Replace-Url"] == "/search/?q=-viewed&of=people"
    assert "<html" not in page
    assert 'value="-viewed"' in page
    assert counts(page)[0] == "1"


def test_who_types_keeps_the_line_and_gets_the_rest(client, found):
    answer = client.get(reverse("search:typed"), {"q": "viewed  cli", "of": "people"}, headers=HTMX)

    page = answer.content.decode()
    assert 'id="search-q"' not in page
    assert 'id="search-builder"' in page


def test_parts_of_the_page_lead_to_the_page(client, found):
    for name in ("search:typed", "search:found"):
        assert client.get(reverse(name), {"q": "viewed"}).headers["Location"] == "/search/?q=viewed"


def test_a_tree_that_nobody_made_is_passed_over(client, found):
    for tree in (
        "[",
        "[1]",
        '{"all":[{"field":"nothing"}]}',
        '{"all":' * 500,
        "x" * 30_000,
        '{"all":1}',
    ):
        assert client.get(HOME, {"tree": tree, "of": "people"}).status_code == 200


def test_a_colleague_finds_nothing_of_it(client, found):
    client.force_login(make_user("Sam"))

    assert counts(see(client, "?q=viewed").content.decode()) == ["0", "0"]


def test_a_folder_leads_to_the_search_with_its_status(client, found):
    page = client.get(reverse("emails:folder", args=["sent/delivered"])).content.decode()
    [address] = re.findall(r'href="(/search/\?[^"]*)"', page)

    assert counts(client.get(address.replace("&amp;", "&")).content.decode())[1] == "3"


def test_all_that_are_found_go_into_a_group(client, rita, found):
    told = {"all": "yes", "list": "search", "query": "q=viewed&of=people", "new_group": "Hot"}
    client.post(reverse("people:act-on-ticked", args=["group"]), told)

    assert set(Group.objects.get(name="Hot").people.values_list("first_name", flat=True)) == {
        "Maria",
        "Jonas",
    }


def test_all_that_are_found_get_a_bulk_email(client, rita, found):
    told = {"all": "yes", "list": "search", "query": "q=viewed -clicked&of=people"}
    client.post(reverse("emails:bulk-new"), told)

    assert [one.person.first_name for one in rita.bulk_sends.get().recipients.all()] == ["Jonas"]


def test_a_query_that_is_no_search_means_nobody(client, rita, found):
    told = {"all": "yes", "list": "search", "query": "q=veiwed:*&of=people", "new_group": "Hot"}
    client.post(reverse("people:act-on-ticked", args=["group"]), told)

    assert not Group.objects.filter(people__isnull=False).exists()


def test_ticked_emails_of_several_folders_are_archived_as_far_as_they_can_be(client, rita, found):
    emails = [*rita.emails.all(), make_email(rita, Status.FAILED)]
    client.post(
        reverse("search:act-on-emails", args=["archive"]), {"email": [one.pk for one in emails]}
    )

    assert rita.emails.in_folder(Status.ARCHIVED).count() == 3
    assert rita.emails.in_folder(Status.FAILED).count() == 1


def test_nobody_acts_on_emails_of_others(client, rita, found):
    client.force_login(make_user("Sam"))
    client.post(
        reverse("search:act-on-emails", args=["archive"]),
        {"email": [one.pk for one in rita.emails.all()]},
    )

    assert not rita.emails.in_folder(Status.ARCHIVED).exists()


def test_the_dates_that_are_offered_fit_the_status(client, found):
    def dates(text):
        page = client.get(HOME, {"q": text, "of": "emails"}).content.decode()
        more = page.partition('name="add.r"')[2].partition("</select>")[0]
        return set(re.findall(r'value="(created|delivered|archived|scheduled|failed)"', more))

    assert dates("") == {"created", "delivered", "archived", "scheduled", "failed"}
    assert dates("status:sent") == {"created", "delivered"}
    assert dates("status:pending viewed") == {"created", "scheduled"}
    assert dates("status:undelivered") == {"created", "failed"}


def test_whoever_may_not_look_at_a_colleagues_emails_is_told_so(client, found):
    page = client.get(HOME, {"q": f"sender:{make_user('Sam').email}", "of": "emails"})

    assert "whose emails you may look at" in page.content.decode()
    assert counts(page.content.decode()) == ["–", "–"]


def test_an_admin_looks_at_emails_of_others_and_does_nothing_with_them(client, rita, found):
    client.force_login(make_user("Ada", role="admin"))
    page = client.get(HOME, {"q": f"sender:{rita.email}", "of": "emails"}).content.decode()

    assert "To Maria" in page
    assert "/archive/" not in page


def test_a_search_that_takes_too_long_says_what_to_do(client, found, monkeypatch):
    def slow():
        raise TooSlow(Problem("This search takes too long."))

    monkeypatch.setattr("search.asking.within_limit", slow)
    page = see(client, "?q=viewed").content.decode()

    assert "This search takes too long." in page
    assert counts(page) == ["–", "–"]


def test_further_pages_go_on_with_the_search(client, rita):
    for number in range(60):
        make_person(rita, f"Person {number:02}", last_name=f"Nr {number:02}")
    page = client.get(HOME, {"q": "name:nr", "of": "people"}).content.decode()
    assert "1–50 of 60" in page

    [further] = re.findall(r'href="([^"]*)" rel="next"', page)
    assert "51–60 of 60" in see(client, further.replace("&amp;", "&")).content.decode()


def test_all_that_are_found_get_a_task(client, rita, found):
    told = {"all": "yes", "list": "search", "query": "q=viewed&of=people", "task_name": "Call"}
    client.post(reverse("people:act-on-ticked", args=["tasks"]), told)

    assert {task.person.first_name for task in rita.tasks.all()} == {"Maria", "Jonas"}


def test_each_sentence_about_a_bad_text_stands_beside_the_words_that_it_is_about(client, rita):
    page = client.get(HOME, {"q": "veiwed:3 name:a clikced:1"}).content.decode()

    assert re.findall("<mark>(.*?)</mark>", page) == ["veiwed:3", "clikced:1"]


def test_a_colleagues_email_that_is_found_opens_to_be_read(client):
    ada, sam = make_user("Ada", role="admin"), make_user("Sam")
    email = make_email(sam, Status.DELIVERED, subject="Hers to read")
    client.force_login(ada)
    asked = {"q": "sender:sam", "of": "emails"}

    page = client.get("/search/", asked).content.decode()
    assert f'hx-get="/emails/{email.pk}/?as={sam.pk}"' in page
    assert "/follow-up/" not in page.partition("<main")[2]
    assert f'value="{email.pk}" form="ticked"' not in page

    beside = client.get("/search/", asked | {"open": email.pk, "as": sam.pk}).content.decode()
    assert "This is an email of Sam." in beside
