import re

import pytest
from django.core.mail.backends.locmem import EmailBackend
from django.urls import reverse

from accounts.models import LastAdmin, Team, User
from tests.factories import make_user

pytestmark = pytest.mark.django_db
FIELDS = {"name": "Nils Ny", "email": "Nils@Team.Example", "role": "user"}


@pytest.fixture
def ada():
    return make_user("Ada Admin", role="admin", language="sv", time_zone="Europe/Stockholm")


@pytest.fixture
def rita():
    return make_user("Rita Rep")


@pytest.fixture
def client(client, ada):
    client.force_login(ada)
    return client


PAGES = ["team", "new-member", "member", "invite", "deactivate", "reactivate"]


@pytest.mark.parametrize("role", ["user", "manager"])
@pytest.mark.parametrize("page", PAGES)
def test_the_team_is_there_for_admins_only(client, rita, role, page):
    client.force_login(make_user("Sam", role=role))
    args = [] if page in {"team", "new-member"} else [rita.pk]
    url = reverse(f"accounts:{page}", args=args)
    assert client.get(url).status_code == 404
    assert client.post(url, FIELDS).status_code == 404
    assert 'href="/settings/team/"' not in client.get("/settings/").text


def test_the_team_is_listed_with_roles_and_teams(client, rita, django_assert_max_num_queries):
    rita.teams.add(Team.objects.create(name="North"))
    with django_assert_max_num_queries(10):
        text = client.get(reverse("accounts:team")).text
    assert rita.email in text
    assert "North" in text


def test_somebody_is_added_and_invited(client, mailoutbox):
    client.post(reverse("accounts:new-member"), FIELDS)
    nils = User.objects.get(email="nils@team.example")

    assert not nils.has_usable_password()
    assert nils.time_zone == "Europe/Stockholm"
    assert [mail.to for mail in mailoutbox] == [["nils@team.example"]]


def test_whoever_is_invited_chooses_a_password_by_the_link_and_signs_in(client, mailoutbox):
    client.post(reverse("accounts:new-member"), FIELDS)
    client.logout()
    link = re.search(r"http://127.0.0.1:8000(/\S+)", mailoutbox[0].body)[1]
    page = client.get(link, follow=True)
    password = "quite a long password"
    client.post(page.redirect_chain[-1][0], {"password1": password, "password2": password})

    assert User.objects.get(email="nils@team.example").check_password(password)
    assert client.login(username="nils@team.example", password=password)


def test_a_mail_that_cannot_be_sent_leaves_the_account_and_says_so(client, monkeypatch):
    def refuse(*_):
        raise ConnectionRefusedError

    monkeypatch.setattr(EmailBackend, "send_messages", refuse)
    response = client.post(reverse("accounts:new-member"), FIELDS, follow=True)
    assert User.objects.filter(email="nils@team.example").exists()
    assert "inbjudan kom inte i väg" in response.text


def test_one_address_has_one_account(client, rita):
    response = client.post(reverse("accounts:new-member"), FIELDS | {"email": rita.email.upper()})
    assert response.status_code == 422
    assert "Någon har redan ett konto med den här adressen." in response.text


def test_names_cannot_break_headers(client, mailoutbox):
    client.post(reverse("accounts:new-member"), FIELDS | {"name": "Nils\nBcc: x@y.example"})
    assert User.objects.get(email="nils@team.example").name == "Nils Bcc: x@y.example"


def test_an_admin_changes_name_role_and_teams(client, rita):
    north = Team.objects.create(name="North")
    url = reverse("accounts:member", args=[rita.pk])
    client.post(url, {"name": "Rita Ray", "role": "manager", "teams": [north.pk]})
    rita.refresh_from_db()
    assert (rita.name, rita.role, list(rita.teams.all())) == ("Rita Ray", "manager", [north])


def test_the_last_admin_stays_one(client, ada, rita):
    url = reverse("accounts:member", args=[ada.pk])
    response = client.post(url, {"name": "Ada", "role": "user"})
    assert response.status_code == 422
    ada.refresh_from_db()
    assert ada.is_admin

    with pytest.raises(LastAdmin):
        ada.deactivate()


def test_who_is_deactivated_is_out_at_once_and_can_come_back(client, rita):
    from django.test import Client

    theirs = Client()
    theirs.force_login(rita)
    client.post(reverse("accounts:deactivate", args=[rita.pk]))
    assert theirs.get("/settings/").url.startswith("/accounts/login/")

    client.post(reverse("accounts:reactivate", args=[rita.pk]))
    rita.refresh_from_db()
    assert rita.is_active


def test_nobody_deactivates_themselves(client, ada):
    make_user("Second", role="admin")
    client.post(reverse("accounts:deactivate", args=[ada.pk]))
    ada.refresh_from_db()
    assert ada.is_active


def test_who_is_deactivated_gets_no_invitation(client, rita, mailoutbox):
    rita.deactivate()
    assert client.post(reverse("accounts:invite", args=[rita.pk])).status_code == 404
    assert mailoutbox == []
