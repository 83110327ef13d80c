"""People and emails as files for spreadsheets."""

import csv
import io

import pytest
from django.urls import reverse
from structlog.testing import capture_logs

from accounts.models import User
from emails.models import Email, Status
from prospects.importing.checks import read
from prospects.importing.sheet import Sheet
from prospects.models import CustomField, Group
from tests.factories import make_campaign, make_email, make_person, make_user

pytestmark = pytest.mark.django_db
PEOPLE = "/search/export/people/"
EMAILS = "/search/export/emails/"


@pytest.fixture
def rita(client):
    rita = make_user("Rita")
    client.force_login(rita)
    return rita


def rows(answer):
    """The rows of the file, each by its columns."""
    text = answer.getvalue().decode("utf-8")
    assert text.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline="")))


def test_the_ticked_people_are_exported_with_what_an_import_takes(client, rita):
    CustomField.objects.create(key="industry", label="Industry")
    maria = make_person(
        rita, "Maria", company="Bokö, & Co", title="CEO", custom={"industry": "Energy"}
    )
    Group.named(rita, "Fair").add([maria])
    make_person(rita, "Jonas")

    answer = client.post(PEOPLE, {"person": maria.pk})
    assert answer.streaming
    assert answer["Content-Disposition"] == 'attachment; filename="people.csv"'
    [row] = rows(answer)
    assert (row["First name"], row["Company"], row["Industry"]) == ("Maria", "Bokö, & Co", "Energy")
    assert (row["Email"], row["Groups"], row["Owner"]) == (maria.email, "Fair", rita.name)


def test_all_that_a_search_of_people_finds_are_exported(client, rita):
    for name in ("Maria", "Jonas", "Amina"):
        make_person(rita, name, company="Volvo" if name == "Amina" else "Saab")

    told = {"all": "yes", "list": "search", "query": "q=company:saab&of=people"}
    assert {row["First name"] for row in rows(client.post(PEOPLE, told))} == {"Maria", "Jonas"}


def test_nobody_exports_people_whom_they_do_not_see(client, rita):
    rita.organisation.everybody_sees_people = False
    rita.organisation.save()
    stranger = make_person(make_user("Sam"), "Olu")

    assert rows(client.post(PEOPLE, {"person": stranger.pk})) == []
    assert rows(client.post(PEOPLE, {"all": "yes", "list": "search", "query": "q="})) == []


@pytest.mark.parametrize("begin", ["=", "+", "-", "@", "\t", "\r"])
def test_no_cell_is_run_as_a_formula(client, rita, begin):
    evil = f"{begin}cmd|' /C calc'!A0"
    CustomField.objects.create(key="evil", label=f"{begin}SUM(1)")
    person = make_person(rita, "Maria")
    type(person).objects.filter(pk=person.pk).update(company=evil, custom={"evil": evil})
    email = make_email(rita, Status.DELIVERED, person=person)
    Email.objects.filter(pk=email.pk).update(subject=evil)

    [row] = rows(client.post(PEOPLE, {"person": person.pk}))
    assert (row["Company"], row[f"'{begin}SUM(1)"]) == (f"'{evil}", f"'{evil}")
    [row] = rows(client.post(EMAILS, {"email": email.pk}))
    assert row["Subject"] == f"'{evil}"


def test_what_was_exported_can_be_imported_again(client, rita):
    maria = make_person(rita, "Maria", company="=Volvo")
    text = client.post(PEOPLE, {"person": maria.pk}).getvalue().decode("utf-8-sig")

    sheet = Sheet(text, most_rows=10)
    names = {"First name": "first_name", "Email": "email", "Company": "company"}
    [row] = read(sheet, {sheet.header.index(name): code for name, code in names.items()})
    assert row.values["company"] == "=Volvo"


def test_the_emails_of_a_search_are_exported_with_what_came_back(client, rita):
    campaign, maria = make_campaign(rita), make_person(rita, "Maria", company="Volvo")
    email = make_email(rita, Status.DELIVERED, person=maria, subject="Hello")
    Email.objects.filter(pk=email.pk).update(campaign=campaign, views=3, clicks=1)
    make_email(rita, Status.DELIVERED, subject="Nobody looked")

    [row] = rows(client.post(EMAILS, {"all": "yes", "query": "q=viewed&of=emails"}))
    assert (row["Subject"], row["Person"], row["Company"]) == ("Hello", maria.name, "Volvo")
    assert (row["Status"], row["Campaign"]) == ("Delivered", "Q1 rollout")
    assert (row["Views"], row["Clicks"], row["Replies"]) == ("3", "1", "0")


def test_nobody_exports_emails_of_others(client, rita):
    sam = make_user("Sam")
    email = make_email(sam, Status.DELIVERED)

    assert rows(client.post(EMAILS, {"email": email.pk})) == []
    assert rows(client.post(EMAILS, {"all": "yes", "query": "q=&of=emails"})) == []
    told = {"all": "yes", "query": f"q=sender:{sam.email}&of=emails"}
    assert rows(client.post(EMAILS, told)) == []


def test_an_admin_exports_what_they_look_at_as_others(client):
    client.force_login(make_user("Ada", role=User.Role.ADMIN))
    sam = make_user("Sam")
    email = make_email(sam, Status.DELIVERED, subject="Sam's")

    told = {"email": email.pk, "query": f"q=sender:{sam.email}&of=emails"}
    assert [row["Sender"] for row in rows(client.post(EMAILS, told))] == [sam.name]


@pytest.mark.parametrize("query", ["q=campain:x&of=emails", "q=(&of=emails"])
def test_a_query_that_is_no_search_exports_nothing(client, rita, query):
    make_email(rita, Status.DELIVERED)

    assert rows(client.post(EMAILS, {"all": "yes", "query": query})) == []


@pytest.mark.parametrize("url", [PEOPLE, EMAILS])
def test_with_nothing_ticked_it_says_so(client, rita, url):
    assert "first." in client.post(url, follow=True).content.decode()


def test_who_exported_how_many_stands_in_the_log(client, rita):
    maria = make_person(rita, "Maria")
    with capture_logs() as log:
        client.post(PEOPLE, {"person": maria.pk})

    assert {"event": "exported", "what": "people", "rows": 1, "user": rita.pk} in [
        {key: told for key, told in line.items() if key != "log_level"} for line in log
    ]


@pytest.mark.parametrize("page", ["/search/?of=emails", "/search/?of=people", "/people/"])
def test_every_list_offers_it(client, rita, page):
    make_email(rita, Status.DELIVERED, person=make_person(rita, "Maria"))

    url = EMAILS if "emails" in page else PEOPLE
    assert f'formaction="{url}"' in client.get(page).content.decode()


def test_a_thousand_people_take_no_more_queries_than_ten(
    client, rita, django_assert_max_num_queries
):
    for number in range(30):
        make_person(rita, f"Person {number}")
    with django_assert_max_num_queries(20):
        assert len(rows(client.post(PEOPLE, {"all": "yes"}))) == 30


def test_the_url_names_are_as_others_use_them():
    assert (reverse("search:export-people"), reverse("search:export-emails")) == (PEOPLE, EMAILS)
