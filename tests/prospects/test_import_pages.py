import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from prospects.models import Group, PeopleImport, Person
from tests.factories import make_user

pytestmark = pytest.mark.django_db
TEXT = "Namn;E-post;Titel\nAnna Ek;anna@b.example;VD\n;bo@b.example;x\nAnna;ANNA@b.example;\n"
MAPPING = {"column_0": "name", "column_1": "email", "column_2": "title"}


@pytest.fixture
def rita():
    return make_user("Rita Rep")


@pytest.fixture
def client(client, rita):
    client.force_login(rita)
    return client


def post_file(client, data, name="kunder.csv"):
    data = data.encode() if isinstance(data, str) else data
    return client.post(reverse("people:upload"), {"file": SimpleUploadedFile(name, data)})


@pytest.fixture
def waiting(client, rita):
    post_file(client, TEXT)
    return rita.imports.get()


def url_of(upload):
    return reverse("people:import", args=[upload.pk])


def test_a_file_leads_to_the_question_what_its_columns_mean(client, rita):
    response = post_file(client, TEXT)
    upload = rita.imports.get()
    assert response.url == url_of(upload)

    page = client.get(response.url)
    chosen = [field.initial for field, _ in page.context["form"].columns()]
    assert chosen == ["name", "email", "title"]
    assert "anna@b.example" in page.text
    assert not Person.objects.exists()


def test_the_people_come_in_and_every_row_is_accounted_for(client, rita, waiting):
    client.post(url_of(waiting), MAPPING | {"new_group": "Autumn fair"})
    page = client.get(url_of(waiting))

    assert Person.objects.get().title == "VD"
    assert rita.groups.get(name="Autumn fair").people.count() == 1
    assert page.context["import"].rows == 3
    assert page.context["problems"] == [(3, "bo@b.example · x", "The name is missing.")]


def test_the_refused_rows_come_back_as_a_file(client, waiting):
    client.post(url_of(waiting), MAPPING)
    response = client.get(reverse("people:bad-rows", args=[waiting.pk]))
    assert response["Content-Disposition"] == 'attachment; filename="rows-to-mend.csv"'
    assert response.content.decode("utf-8-sig").splitlines() == [
        "Line;Problem;Namn;E-post;Titel",
        "3;The name is missing.;;bo@b.example;x",
    ]


def test_pressing_import_twice_adds_nothing(client, waiting):
    client.post(url_of(waiting), MAPPING)
    Person.objects.all().delete()
    assert client.post(url_of(waiting), MAPPING).status_code == 200
    assert not Person.objects.exists()


def test_an_existing_group_is_offered(client, rita, waiting):
    group = Group.named(rita, "Autumn fair")
    page = client.get(url_of(waiting), {"group": group.pk})
    assert f'<option value="{group.pk}" selected>' in page.text

    client.post(url_of(waiting), MAPPING | {"group": group.pk})
    assert group.people.count() == 1


def test_somebody_elses_group_cannot_be_filled(client, waiting):
    group = Group.named(make_user("Sam"), "Sam's")
    response = client.post(url_of(waiting), MAPPING | {"group": group.pk})
    assert response.status_code == 422
    assert not group.people.exists()


@pytest.mark.parametrize(
    ("mapping", "words"),
    [
        ({"column_1": ""}, "Say which column holds the email address."),
        ({"column_0": ""}, "Say which column holds the name."),
        ({"column_2": "email"}, "“E-post” is this already."),
        ({"column_2": "owner"}, "is not one of the available choices"),
    ],
)
def test_columns_that_make_no_sense_are_named(client, waiting, mapping, words):
    response = client.post(url_of(waiting), MAPPING | mapping)
    assert response.status_code == 422
    assert words in response.text
    assert not Person.objects.exists()


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ("", "The file is empty."),
        ("Namn;E-post\n", "no people below them"),
        (b"PK\x03\x04 workbook", "This is a workbook"),
        (",".join(["Name"] * 500) + "\nx", "at most 200"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(client, data, words):
    response = post_file(client, data)
    assert response.status_code == 422
    assert words in response.text
    assert not PeopleImport.objects.exists()


def test_a_file_over_the_limit_is_refused(client, settings):
    settings.LIMITS = settings.LIMITS | {"IMPORT_MB": 1}
    response = post_file(client, "Namn;E-post\n" + "x" * 1024 * 1024)
    assert response.status_code == 422
    assert "Split it into parts." in response.text


def test_no_file_is_no_upload(client):
    response = client.post(reverse("people:upload"))
    assert response.status_code == 422
    assert "Choose a file first." in response.text


@pytest.mark.parametrize("page", ["import", "bad-rows"])
def test_somebody_elses_import_is_not_there(client, waiting, page):
    client.post(url_of(waiting), MAPPING)
    client.force_login(make_user("Sam"))
    assert client.get(reverse(f"people:{page}", args=[waiting.pk])).status_code == 404


def test_script_in_a_file_is_shown_as_text(client, rita):
    post_file(client, "Name,<script>x</script>\n<script>alert(1)</script>,a@b.example\n")
    page = client.get(url_of(rita.imports.get()))
    assert "<script>alert(1)" not in page.text
    assert "<script>x" not in page.text
