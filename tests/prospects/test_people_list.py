"""The list of people: lists, filters, columns, sorting, and who is open beside it."""

import pytest
from django.urls import reverse

from emails.models import Email, Event
from prospects.models import CustomField, Group, Person, Suppression, hash_of, sort_key
from tests.factories import make_email, make_person, make_user
from tests.prospects.test_import import hide_people
from ui import slots

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
UNSUBSCRIBED = Suppression.Reason.UNSUBSCRIBED


@pytest.fixture
def rita():
    return make_user("Rita Rep")


@pytest.fixture
def sam():
    return make_user("Sam Stranger")


@pytest.fixture
def client(client, rita):
    client.force_login(rita)
    return client


def first_names(response):
    return [person.first_name for person in response.context["page"]]


def listed(client, query=""):
    return first_names(client.get(f"/people/?{query}"))


# Lists -----------------------------------------------------------------------------------------


def test_all_people_my_contacts_and_unsubscribes(client, rita, sam):
    anna, bo = make_person(rita, "Anna"), make_person(sam, "Bo")
    Suppression.suppress(bo.email.upper(), UNSUBSCRIBED)
    Suppression.suppress(anna.email, Suppression.Reason.BOUNCED)

    assert listed(client) == ["Anna", "Bo"]
    assert listed(client, "show=mine") == ["Anna"]
    assert listed(client, "show=unsubscribed") == ["Bo"]
    assert listed(client, "show=unsubscribed&words=anna") == []
    assert listed(client, "show=nonsense") == ["Anna", "Bo"]


def test_an_address_that_is_only_known_by_its_hash_is_unsubscribed_too(client, rita):
    anna = make_person(rita, "Anna", email="Anna@Nordlys.example")
    Suppression.suppress(hash_of(anna.email), UNSUBSCRIBED)

    assert listed(client, "show=unsubscribed") == ["Anna"]
    assert listed(client, "unsubscribed=no") == []


def test_of_the_unsubscribed_a_rep_sees_their_own_where_people_are_private_and_admins_all(
    client, rita, sam
):
    for owner, name in ((rita, "Anna"), (sam, "Bo")):
        Suppression.suppress(make_person(owner, name).email, UNSUBSCRIBED)
    hide_people()

    assert listed(client, "show=unsubscribed") == ["Anna"]
    client.force_login(make_user("Ada Admin", role="admin"))
    assert listed(client, "show=unsubscribed") == ["Anna", "Bo"]


# Filters ---------------------------------------------------------------------------------------


@pytest.fixture
def three(rita, sam):
    field = CustomField.add("Industry", by=rita)
    anna = make_person(rita, "Anna", company="Nordlys AB", email="a@nordlys.example")
    bo = make_person(sam, "Bo", company="Polar", email="b@mail.polar.example")
    cia = make_person(rita, "Cia", company="Helix", email="c@polar.example")
    anna.put(field, "Energy and heat")
    cia.put(field, "Biotech")
    for person in (anna, cia):
        person.save()
    Suppression.suppress(cia.email, UNSUBSCRIBED)
    return anna, bo, cia


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("company=nordlys", ["Anna"]),
        ("company=polar.example", ["Bo", "Cia"]),
        ("company=@polar.example", ["Bo", "Cia"]),
        ("company=lar.example", []),
        ("company=POLAR", ["Bo"]),
        ("unsubscribed=yes", ["Cia"]),
        ("unsubscribed=no", ["Anna", "Bo"]),
        ("field=industry", ["Anna", "Cia"]),
        ("field=industry&value=energy", ["Anna"]),
        ("field=industry&value=25%25", []),
        ("field=nothing&value=energy", ["Anna", "Bo", "Cia"]),
        ("owner=999999&group=x&company=%00", ["Anna", "Bo", "Cia"]),
        ("unsubscribed=no&field=industry&words=anna", ["Anna"]),
    ],
)
def test_filters_narrow_the_list_and_nonsense_is_passed_over(client, three, query, found):
    assert listed(client, query) == found


def test_the_owner_is_a_filter(client, three, sam):
    assert listed(client, f"owner={sam.pk}") == ["Bo"]


def test_the_address_keeps_only_what_was_given(client, three):
    query = "words=anna&company=&owner=&group=&sort=-email"
    response = client.get(f"/people/?{query}", headers=HTMX)

    assert response["HX-Replace-Url"] == "/people/?words=anna&sort=-email"
    assert "company=&" not in response.text


# Columns ---------------------------------------------------------------------------------------


def labels(response):
    return [str(head.column.label) for head in response.context["table"].heads()]


def choose(client, *names, **more):
    return client.post(reverse("people:columns"), {"column": names, **more})


def test_the_default_columns_stand_in_their_order(client):
    shown = ["First name", "Last name", "Email", "Title", "Company", "Campaign", "Groups"]
    assert labels(client.get("/people/")) == shown


def test_chosen_columns_are_kept_per_user_in_the_order_of_the_list(client, rita, sam):
    choose(client, "source", "company", "first_name", "nonsense")
    assert labels(client.get("/people/")) == ["First name", "Company", "Source"]

    client.force_login(sam)
    assert len(labels(client.get("/people/"))) == 7


def test_all_columns_can_be_chosen_none_cannot_and_the_first_ones_come_back(client):
    CustomField.add("Industry", by=None)
    choose(client, all="yes")
    every = labels(client.get("/people/"))
    assert every == [
        *("First name", "Last name", "Email", "Title", "Company", "Campaign", "Groups", "Phone"),
        *(
            "Task Due Date",
            "# Campaigns",
            "Open Tasks",
            "# Emails",
            "# Events",
            "# Activities",
            "Consent",
            "# Views",
            "# Clicks",
            "# Replies",
        ),
        *("Last updated", "Creator", "Source", "Unsubscribed", "Industry"),
    ]

    choose(client)
    assert labels(client.get("/people/")) == every
    choose(client, first="yes")
    assert len(labels(client.get("/people/"))) == 7


def cells(client, person):
    response = client.get("/people/")
    row = next(cells for row, cells in response.context["rows"] if row.pk == person.pk)
    return {cell.column.name: str(cell.value) for cell in row}


def counted(owner, status, person, subject="Prices", **counters):
    """An email with what its row has counted."""
    email = make_email(owner, status, person=person, subject=subject)
    Email.objects.filter(pk=email.pk).update(**counters)
    return email


def test_numbers_match_the_rows_they_count(client, rita, sam):
    """P6: events are views, clicks and replies; activities what users did; trash counts nowhere."""
    anna, bo = make_person(rita, "Anna"), make_person(rita, "Bo")
    counted(rita, "delivered", anna, views=3, clicks=1)
    counted(sam, "archived", anna, views=2, replies=1)
    make_email(rita, "bounced", person=anna)
    gone = counted(rita, "archived", anna, views=9)
    gone.remove(by=rita)
    choose(client, all="yes")

    names = ("emails", "views", "clicks", "replies", "events", "activities")
    assert [cells(client, anna)[name] for name in names] == ["2", "5", "1", "1", "7", "2"]
    assert {cells(client, bo)[name] for name in names} == {"0"}


def test_cells_say_what_stands_on_the_person(client, rita):
    field = CustomField.add("Industry", by=rita)
    anna = make_person(rita, "Anna", source="Fair", authorization="contract")
    anna.put(field, "<b>Energy")
    anna.save()
    Suppression.suppress(anna.email, UNSUBSCRIBED)
    choose(client, all="yes")

    told = cells(client, anna)
    assert (told["consent"], told["creator"], told["source"]) == ("contract", "Rita Rep", "Fair")
    assert told["custom_industry"] == "<b>Energy"
    assert "yes" in told["unsubscribed"]
    assert "<b>Energy" not in client.get("/people/").text


def test_all_columns_take_no_more_queries_for_more_people(
    client, rita, django_assert_num_queries, django_assert_max_num_queries
):
    choose(client, all="yes")
    group = Group.named(rita, "Fair")
    group.add([make_person(rita)])
    client.get("/people/")
    with django_assert_max_num_queries(29) as few:
        client.get("/people/")
    people = [make_person(rita) for _ in range(9)]
    group.add(people)
    for person in people:
        make_email(rita, "delivered", person=person)
    with django_assert_num_queries(len(few)):
        client.get("/people/")


# Sorting ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("column", ["first_name", "company"])
def test_texts_sort_as_people_read_them(client, rita, column):
    for name in ("ärla", "Bo", "Åke", "anna", "Örjan", "Élise"):
        make_person(rita, first_name=name, company=name)
    names = ["anna", "Bo", "Élise", "Åke", "ärla", "Örjan"]

    assert listed(client, f"sort={column}") == names
    assert listed(client, f"sort=-{column}") == names[::-1]


@pytest.mark.parametrize("sort", ["title", "-title", "email", "-updated", "phone", "source"])
def test_pages_go_through_everybody_once_however_they_are_sorted(client, rita, sort):
    for number in range(120):
        make_person(rita, title=f"Title {number % 7}", source="" if number % 2 else "Fair")
    seen, address = [], f"/people/?sort={sort}"
    while address:
        page = client.get(address).context["page"]
        seen += [person.pk for person in page]
        address = page.after and f"/people/?sort={sort}&after={page.after}"
    back = client.get(f"/people/?sort={sort}&before={page.before}").context["page"]

    assert (len(seen), len(set(seen))) == (120, 120)
    assert [person.pk for person in back] == seen[50:100]


@pytest.mark.parametrize("sort", ["groups", "emails", "nonsense", "-", "--email", "email;drop"])
def test_what_cannot_be_sorted_is_passed_over(client, rita, sort):
    make_person(rita, "Anna")
    assert listed(client, f"sort={sort}") == ["Anna"]


# Beside the list -------------------------------------------------------------------------------


def test_the_open_person_stands_in_the_address_of_the_list(client, rita):
    anna = make_person(rita, "Anna")
    response = client.get(f"/people/?words=anna&open={anna.pk}&tab=history")

    assert response.context["person"] == anna
    assert response.context["tab"].name == "history"
    assert response.context["closed"] == "/people/?words=anna"
    assert f"/people/?words=anna&amp;open={anna.pk}&amp;tab=engagement" in response.text


@pytest.mark.parametrize("asked", ["x", "-1", "9" * 30, "999999", "१"])
def test_nobody_opens_for_an_odd_number(client, asked):
    response = client.get("/people/", {"open": asked})
    assert response.status_code == 200
    assert "person" not in response.context


def test_somebody_hidden_does_not_open(client, sam):
    hidden = make_person(sam, "Bo")
    hide_people()
    assert "person" not in client.get(f"/people/?open={hidden.pk}").context


def test_htmx_gets_the_pane_alone_with_links_into_the_list(client, rita):
    anna = make_person(rita, "Anna")
    page = "http://testserver/people/?sort=email"
    response = client.get(
        anna.get_absolute_url(), headers=HTMX | {"HX-Current-URL": page}, data={"tab": "about"}
    )

    assert response.text.strip().startswith('<section class="pane" id="pane"')
    assert f"/people/?sort=email&amp;open={anna.pk}&amp;tab=history" in response.text


def test_a_tab_that_nobody_fills_is_not_there(client, rita, monkeypatch):
    person = make_person(rita)

    def tabs():
        response = client.get(person.get_absolute_url())
        return [tab.name for tab, _address in response.context["person_tabs"]]

    assert tabs() == ["about", "engagement", "history", "tasks"]
    monkeypatch.delitem(slots.FILLINGS, "person-tasks")
    assert tabs() == ["about", "engagement", "history"]


def test_engagement_counts_what_people_did_and_lists_each_of_it(client, rita, sam):
    anna = make_person(rita, "Anna")
    mine = counted(rita, "delivered", anna, views=1, clicks=1)
    for number, kind in enumerate(("open", "click")):
        make_event(mine, kind, number)
    make_event(mine, "open", 3, who="machine")
    counted(sam, "delivered", anna, "Secret", views=4)

    response = client.get(f"{anna.get_absolute_url()}?tab=engagement")

    assert response.text.count(">Prices<") == 2
    assert "With those of colleagues: emails 2, views 5, clicks 1, replies 0." in response.text
    assert "Secret" not in response.text


def make_event(email, kind, number, **fields):
    return Event.objects.create(
        email=email,
        kind=kind,
        at=email.created_at,
        source="test",
        fingerprint=bytes([number]) * 32,
        applied_at=email.created_at,
        **fields,
    )


def test_history_lists_the_users_own_emails(client, rita, sam):
    anna = make_person(rita, "Anna")
    make_email(rita, "delivered", person=anna, subject="Prices")
    make_email(sam, "delivered", person=anna, subject="Secret")

    response = client.get(f"{anna.get_absolute_url()}?tab=history")
    assert "Prices" in response.text
    assert "Secret" not in response.text
    assert Person.seen_by(rita).get() == anna


def test_the_last_letters_of_the_alphabet_stand_after_every_z():
    names = ["Öberg", "Zylberman", "Åberg", "Zebra", "Ängel", "Adler"]
    assert sorted(names, key=sort_key) == ["Adler", "Zebra", "Zylberman", "Åberg", "Ängel", "Öberg"]
