import pytest
from django.urls import reverse

from accounts.models import Undo
from prospects.models import Group, Person
from tests.factories import make_person, make_user
from tests.prospects.test_import import hide_people

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


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


def names(response):
    return [person.name for person in response.context["page"]]


def test_the_list_shows_people_by_name_with_their_groups(client, rita):
    anna = make_person(rita, "Anna", last_name="Öberg")
    make_person(rita, "Bo", last_name="Ek")
    Group.named(rita, "Autumn fair").add([anna])

    response = client.get(reverse("people:home"))
    assert names(response) == ["Bo Ek", "Anna Öberg"]
    assert "Autumn fair" in response.text


def test_the_list_takes_few_queries_however_many_people(
    client, rita, django_assert_max_num_queries
):
    group = Group.named(rita, "Autumn fair")
    group.add(make_person(rita) for _ in range(60))
    with django_assert_max_num_queries(26):
        response = client.get(reverse("people:home"))
    assert response.context["page"].total == 60
    assert len(response.context["page"].rows) == 50


def test_words_and_group_narrow_the_list(client, rita):
    anna, bo = make_person(rita, "Anna"), make_person(rita, "Bo", company="Polar")
    group = Group.named(rita, "Autumn fair")
    group.add([anna])

    assert names(client.get("/people/?words=polar+BO")) == [bo.name]
    assert names(client.get(group.get_absolute_url())) == [anna.name]
    assert names(client.get("/people/?words=%00&group=abc")) == [anna.name, bo.name]


def test_htmx_gets_the_list_alone(client, rita):
    make_person(rita, "Anna")
    response = client.get(reverse("people:home"), headers=HTMX)
    assert response.text.strip().startswith('<main class="work" id="main"')


@pytest.mark.parametrize("query", ["", "?words=nobody", "?group={group}"])
def test_an_empty_list_says_how_people_get_there(client, rita, query):
    query = query.format(group=Group.named(rita, "Autumn fair").pk)
    assert 'class="empty"' in client.get(f"/people/{query}").text


def test_a_group_of_somebody_else_narrows_nothing(client, rita, sam):
    anna = make_person(rita, "Anna")
    assert names(client.get(Group.named(sam, "Sam's").get_absolute_url())) == [anna.name]


FIELDS = {"first_name": "Anna", "last_name": "Ek", "email": "Anna@Nordlys.Example"}


def test_a_person_is_created_with_groups(client, rita):
    group = Group.named(rita, "Autumn fair")
    response = client.post(reverse("people:new"), FIELDS | {"groups": [group.pk]})

    anna = Person.objects.get()
    assert response.url == anna.get_absolute_url()
    assert (anna.owner, anna.email) == (rita, "Anna@nordlys.example")
    assert list(group.people.all()) == [anna]


def test_create_and_add_new_leaves_the_form_open(client):
    response = client.post(reverse("people:new"), FIELDS | {"another": "yes"}, follow=True)
    assert response.redirect_chain == [(reverse("people:new"), 302)]
    assert "Anna Ek was added." in response.text
    assert not response.context["form"].is_bound


def test_a_second_person_with_the_address_is_refused_with_the_name_of_the_first(client, sam):
    first = make_person(sam, "Maria", email="anna@nordlys.example")
    response = client.post(reverse("people:new"), FIELDS)

    assert response.status_code == 422
    assert f'<a href="{first.get_absolute_url()}">Maria Sandberg</a> has this' in response.text
    assert Person.objects.count() == 1


def test_whom_one_may_not_see_is_not_named(client, sam):
    make_person(sam, "Maria", email="anna@nordlys.example")
    hide_people()
    response = client.post(reverse("people:new"), FIELDS)
    assert response.status_code == 422
    assert "Maria" not in response.text


def test_a_name_is_shown_as_text(client, sam):
    make_person(sam, "<b>Maria", email="anna@nordlys.example")
    assert "<b>Maria" not in client.post(reverse("people:new"), FIELDS).text


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"first_name": "", "last_name": ""}, "Give a first or a last name."),
        ({"email": "anna at nordlys"}, "is not an email address."),
        ({"email": ""}, "This field is required."),
        ({"website": "javascript:alert(1)"}, "Enter a valid URL."),
    ],
)
def test_a_bad_field_says_what_is_wrong_and_loses_nothing(client, fields, words):
    response = client.post(reverse("people:new"), FIELDS | {"title": "CEO"} | fields)
    assert response.status_code == 422
    assert words in response.text
    assert 'value="CEO"' in response.text
    assert not Person.objects.exists()


def test_of_two_that_create_the_same_person_at_once_one_is_told(client, rita, monkeypatch):
    make_person(rita, email="anna@nordlys.example")
    monkeypatch.setattr("prospects.forms.PersonForm._refuse_a_second", lambda *_: None)
    monkeypatch.setattr("prospects.models.Person.validate_constraints", lambda *_, **__: None)
    response = client.post(reverse("people:new"), FIELDS)
    assert response.status_code == 422
    assert "Somebody has just added a person with this address." in response.text


def test_a_person_can_be_changed_and_leaves_a_group(client, rita):
    anna = make_person(rita, "Anna", email="anna@nordlys.example")
    Group.named(rita, "Autumn fair").add([anna])
    client.post(reverse("people:edit", args=[anna.pk]), FIELDS | {"title": "CEO"})

    anna.refresh_from_db()
    assert (anna.title, anna.last_name) == ("CEO", "Ek")
    assert not anna.groups.exists()


def test_changing_a_person_leaves_the_groups_of_others_alone(client, rita, sam):
    anna = make_person(rita, "Anna", email="anna@nordlys.example")
    Group.named(sam, "Sam's").add([anna])
    client.post(reverse("people:edit", args=[anna.pk]), FIELDS)
    assert anna.groups.count() == 1


def test_a_colleagues_person_is_seen_and_not_changed(client, sam):
    anna = make_person(sam, "Anna")
    response = client.get(anna.get_absolute_url())
    edit = reverse("people:edit", args=[anna.pk])
    assert response.status_code == 200
    assert edit not in response.text
    assert client.get(edit).status_code == 404
    assert client.post(edit, FIELDS).status_code == 404


def test_a_colleagues_person_is_not_there_where_people_are_private(client, sam):
    anna = make_person(sam, "Anna")
    hide_people()
    assert client.get(anna.get_absolute_url()).status_code == 404
    assert names(client.get("/people/")) == []


def test_an_admin_changes_everybody(client, sam):
    client.force_login(make_user("Ada Admin", role="admin"))
    anna = make_person(sam, "Anna")
    assert client.get(reverse("people:edit", args=[anna.pk])).status_code == 200


def test_a_group_is_created_renamed_and_deleted_with_undo(client, rita):
    client.post(reverse("people:new-group"), {"name": " Autumn  fair "})
    group = rita.groups.get(name="Autumn fair")
    anna = make_person(rita, "Anna")
    group.add([anna])
    client.post(reverse("people:edit-group", args=[group.pk]), {"name": "Spring fair"})
    client.post(reverse("people:delete-group", args=[group.pk]))
    assert not Group.seen_by(rita).exists()

    Undo.objects.get().use()
    assert list(rita.groups.get(name="Spring fair").people.all()) == [anna]


def test_a_group_has_a_name_of_its_own(client, rita):
    Group.named(rita, "Autumn fair")
    response = client.post(reverse("people:new-group"), {"name": "AUTUMN FAIR"})
    assert response.status_code == 422
    assert "You have a group of this name already." in response.text


@pytest.mark.parametrize("page", ["edit-group", "delete-group"])
def test_somebody_elses_group_is_not_there(client, sam, page):
    url = reverse(f"people:{page}", args=[Group.named(sam, "Sam's").pk])
    assert client.post(url, {"name": "Mine"}).status_code == 404


def test_nobody_sees_people_without_signing_in(client):
    client.logout()
    assert client.get("/people/").url.startswith("/accounts/login/")
