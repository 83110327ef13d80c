"""Fields that the organisation adds to people."""

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from prospects.forms import PersonForm
from prospects.import_forms import MappingForm
from prospects.models import CustomField, PeopleImport, Person, key_of
from tests.factories import make_person, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def rita():
    return make_user("Rita Rep")


def add(label, by=None):
    return CustomField.add(CustomField.checked_new(label), by=by)


def sentence_about(label):
    with pytest.raises(ValidationError) as caught:
        CustomField.checked_new(label)
    return " ".join(caught.value.messages)


# Names -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("label", "key"),
    [
        ("Industry", "industry"),
        ("  No. of  employees ", "no_of_employees"),
        ("Förra årets omsättning", "forra_arets_omsattning"),
        ("Straße/Ørsted", "strasse_orsted"),
        ("2025", "2025"),
        ("__class__", "class"),
        ("x" * 80, "x" * 50),
        ("行业", ""),
        ("{{ }}", ""),
    ],
)
def test_a_key_is_made_from_the_label(label, key):
    assert key_of(label) == key


@pytest.mark.parametrize(
    ("label", "words"),
    [
        ("行业", "a letter from A to Z"),
        ("!?", "a letter from A to Z"),
        ("x" * 61, "at most 60 characters"),
        ("E-mail".replace("-", ""), "Every person has"),
        ("First name", "Every person has"),
        ("INDUSTRY", "There is a field “Industry” already."),
        ("in-dustry", ""),
        ("Industry!", "written like the field “Industry”"),
    ],
)
def test_an_odd_name_gets_a_sentence(label, words):
    add("Industry")
    if words:
        assert words in sentence_about(label)
    else:
        assert CustomField.checked_new(label) == label


def test_there_are_only_so_many_fields(settings):
    settings.LIMITS = settings.LIMITS | {"CUSTOM_FIELDS": 1}
    add("Industry")

    assert "At most 1 field" in sentence_about("Employees")


def test_two_who_add_the_same_field_at_once_both_have_it():
    assert CustomField.add("Industry", by=None) == CustomField.add("industry", by=None)


# On people -------------------------------------------------------------------------------------


def told(**more):
    return {"first_name": "Anna", "last_name": "Ek", "email": "anna@b.example"} | more


def test_a_new_field_is_there_for_everybody_at_once(client, rita):
    client.force_login(rita)
    posted = told(new_field="Industry", new_value=" Energy \n and  heat ")

    client.post(reverse("people:new"), posted)

    field = CustomField.objects.get()
    assert (field.label, field.key, field.created_by) == ("Industry", "industry", rita)
    assert Person.objects.get().custom == {"industry": "Energy and heat"}
    assert "custom_industry" in PersonForm(make_user("Sam Rep")).fields


def test_emptied_a_field_is_gone_from_the_person(rita):
    field = add("Industry")
    person = make_person(rita)
    person.put(field, "Energy")
    person.save()

    form = PersonForm(rita, told(custom_industry="  "), instance=person)

    assert form.is_valid() and form.keep()
    person.refresh_from_db()
    assert person.custom == {}


@pytest.mark.parametrize(
    ("posted", "words"),
    [
        ({"new_field": "", "new_value": "Energy"}, "Give the field a name."),
        ({"new_field": "Email", "new_value": "x"}, "Every person has"),
        ({"new_field": "Employees", "new_value": "x" * 1001}, "at most 1000"),
        ({"custom_industry": "x\0y"}, "Null characters"),
    ],
)
def test_a_bad_field_is_refused_beside_it_and_nothing_is_kept(client, rita, posted, words):
    add("Industry")
    client.force_login(rita)

    answer = client.post(reverse("people:new"), told(**posted))

    assert answer.status_code == 422
    assert words in answer.text
    assert 'value="Anna"' in answer.text
    assert (Person.objects.count(), CustomField.objects.count()) == (0, 1)


# From a file -----------------------------------------------------------------------------------

FILE = "Name,Email,Employees,Bransch\nAnna Ek,anna@b.example,250,\nBo Wik,bo@b.example,,Skog\n"


def mapped(rita, text=FILE, **columns):
    upload = PeopleImport.keep(rita, "people.csv", text.encode())
    form = MappingForm(upload, {"column_0": "name", "column_1": "email"} | columns)
    return upload, form


def test_an_unknown_column_becomes_a_new_field_or_a_known_one(rita):
    add("Industry")
    upload, form = mapped(rita, column_2="new", column_3="custom:industry")

    assert form.is_valid() and form.run()

    by_name = {person.first_name: person.custom for person in Person.objects.all()}
    assert by_name == {"Anna": {"employees": "250"}, "Bo": {"industry": "Skog"}}
    upload.refresh_from_db()
    assert upload.mapping["2"] == "custom:employees"


def test_a_known_field_is_guessed_from_the_columns_name(rita):
    add("No. of employees")
    _upload, form = mapped(rita, "Name,Email,NO OF EMPLOYEES\nAnna,a@b.example,5\n")

    assert form.fields["column_2"].initial == "custom:no_of_employees"


def test_a_column_that_cannot_be_a_field_is_told_and_nothing_is_imported(rita):
    text = "Name,Email,行业,Website!\nAnna,a@b.example,5,x\n"
    _upload, form = mapped(rita, text, column_2="new", column_3="new")

    assert not form.is_valid()
    assert "a letter from A to Z" in str(form.errors["column_2"])
    assert "Every person has" in str(form.errors["column_3"])


def test_two_columns_cannot_become_the_same_field(rita):
    text = "Name,Email,Employees,employees!\nAnna,a@b.example,5,6\n"
    _upload, form = mapped(rita, text, column_2="new", column_3="new")

    assert not form.is_valid()
    assert "is this already" in str(form.errors["column_3"])


def test_a_value_that_is_too_long_refuses_its_row_alone(rita):
    text = f"Name,Email,Employees\nAnna,a@b.example,{'x' * 1001}\nBo,bo@b.example,5\n"
    upload, form = mapped(rita, text, column_2="new")
    assert form.is_valid() and form.run()

    upload.refresh_from_db()
    assert (upload.added, len(upload.refused)) == (1, 1)
    assert upload.problems(5)[0][2] == "Employees is too long."


# In the admin ----------------------------------------------------------------------------------


@pytest.fixture
def admin(client):
    user = make_user("Ada Admin", role="admin")
    client.force_login(user)
    return user


def test_admins_rename_a_field_and_its_key_stays(client, admin):
    field = add("Industry")

    client.post(reverse("admin:prospects_customfield_change", args=[field.pk]), {"label": "Sector"})

    field.refresh_from_db()
    assert (field.label, field.key, field.placeholder) == (
        "Sector",
        "industry",
        "custom_field_industry",
    )


def test_a_field_is_removed_once_nobody_has_a_value_in_it(client, admin, rita):
    field, page = add("Industry"), "admin:prospects_customfield_delete"
    person = make_person(rita, custom={"industry": "Energy"})

    assert client.post(reverse(page, args=[field.pk]), {"post": "yes"}).status_code == 403

    person.custom = {}
    person.save()
    client.post(reverse(page, args=[field.pk]), {"post": "yes"})
    assert not CustomField.objects.exists()


def test_an_admin_adds_a_field_with_the_same_rules(client, admin):
    add_page = reverse("admin:prospects_customfield_add")

    client.post(add_page, {"label": "Employees"})
    refused = client.post(add_page, {"label": "employees!"})

    field = CustomField.objects.get()
    assert (field.key, field.created_by) == ("employees", admin)
    assert "written like the field" in refused.text
