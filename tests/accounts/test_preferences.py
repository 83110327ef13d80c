import pytest
from django.urls import reverse

from tests.factories import make_user

pytestmark = pytest.mark.django_db
FIELDS = {
    "name": "Rita Rep",
    "language": "sv",
    "time_zone": "Europe/Stockholm",
    "theme": "dark",
    "undo_seconds": "30",
}


@pytest.fixture
def rita():
    return make_user("Rita")


@pytest.fixture
def client(client, rita):
    client.force_login(rita)
    return client


def test_everybody_changes_their_own_preferences(client, rita):
    response = client.post(reverse("accounts:settings"), FIELDS)
    rita.refresh_from_db()

    assert response.url == reverse("accounts:settings")
    assert (rita.name, rita.language, rita.time_zone) == ("Rita Rep", "sv", "Europe/Stockholm")
    assert (rita.theme, rita.shortcuts, rita.undo_seconds) == ("dark", False, 30)


def test_the_next_page_speaks_the_new_language_and_so_does_the_one_for_signing_in(client):
    client.post(reverse("accounts:settings"), FIELDS)
    assert '<html lang="sv"' in client.get(reverse("accounts:settings")).text
    assert client.cookies["cc_language"].value == "sv"


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"name": ""}, "This field is required."),
        ({"time_zone": "Mars/Olympus"}, "Mars/Olympus is not one of the available choices."),
        ({"language": "xx"}, "xx is not one of the available choices."),
        ({"undo_seconds": "61"}, "less than or equal to 60"),
        ({"undo_seconds": "-1"}, "greater than or equal to 0"),
    ],
)
def test_a_bad_value_is_refused_beside_its_field(client, rita, fields, words):
    response = client.post(reverse("accounts:settings"), FIELDS | fields)
    assert response.status_code == 422
    assert words in response.text
    rita.refresh_from_db()
    assert rita.language == "en"


def test_a_zone_that_is_no_place_stays_choosable_once_it_is_set(client, rita):
    rita.time_zone = "Etc/GMT+5"
    rita.save()
    assert '<option value="Etc/GMT+5" selected>' in client.get(reverse("accounts:settings")).text


def test_nobody_gives_themselves_another_role(client, rita):
    client.post(reverse("accounts:settings"), FIELDS | {"role": "admin", "is_active": "no"})
    rita.refresh_from_db()
    assert (rita.role, rita.is_active) == ("user", True)


def test_nobody_changes_the_address_that_they_sign_in_by(client, rita):
    for page in (
        client.get("/accounts/email/"),
        client.post("/accounts/email/", {"email": "x@y.example"}),
    ):
        assert page.url == reverse("accounts:settings")
    assert not rita.emailaddress_set.exists()
