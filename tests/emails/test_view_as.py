"""A colleague's email, looked at by those who may (View As): read, and nothing else."""

import logging

import pytest
from django.urls import reverse

from accounts.models import Team, User
from emails.models import Status
from tests.factories import make_email, make_template, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def rita():
    return make_user("Rita")


@pytest.fixture
def ada(client):
    ada = make_user("Ada", role="admin")
    client.force_login(ada)
    return ada


def opened(client, email, name="email", **query):
    asked = {"as": email.owner_id} | query
    return client.get(reverse(f"emails:{name}", args=[email.pk]), asked)


def test_an_admin_reads_a_colleagues_email_and_can_do_nothing_with_it(client, rita, ada):
    version = make_template(rita, "Hers").latest
    email = make_email(rita, Status.DELIVERED, subject="Pricing", template_version=version)

    page = opened(client, email).content.decode().partition("<main")[2].partition("</main")[0]
    assert "Pricing" in page
    assert "This is an email of Rita. Nothing can be changed here." in page
    assert f"/emails/{email.pk}/preview/?as={rita.pk}" in page
    for sign in ("/archive/", "/delete/", "/follow-up/", "/templates/", "<form", "/tasks/new"):
        assert sign not in page
    assert opened(client, email, "preview").status_code == 200
    assert opened(client, email, "preview", images=1).status_code == 200


def test_it_is_not_there_without_saying_whose_eyes(client, rita, ada):
    email = make_email(rita, Status.DELIVERED)

    assert client.get(reverse("emails:email", args=[email.pk])).status_code == 404
    assert client.post(f"{reverse('emails:act', args=[email.pk, 'archive'])}?as={rita.pk}")
    email.refresh_from_db()
    assert email.status == Status.DELIVERED


@pytest.mark.parametrize("name", ["email", "preview"])
@pytest.mark.parametrize("role", ["user", "manager"])
def test_nobody_else_gets_in(client, rita, role, name):
    client.force_login(make_user("Sam", role=role))
    assert opened(client, make_email(rita, Status.DELIVERED), name).status_code == 404


def test_the_eyes_of_one_do_not_show_the_email_of_another(client, rita, ada):
    email = make_email(make_user("Sam"), Status.DELIVERED)
    assert opened(client, email, **{"as": rita.pk}).status_code == 404


def test_who_manages_a_team_reads_what_its_members_send(client, rita):
    mia, team = make_user("Mia"), Team.objects.create(name="North")
    team.memberships.create(user=rita)
    membership = team.memberships.create(user=mia)
    email = make_email(rita, Status.DELIVERED)
    client.force_login(mia)
    assert opened(client, email).status_code == 404

    membership.is_manager = True
    membership.save()
    assert opened(client, email).status_code == 200
    assert list(User.looked_through_by(mia)) == [rita]


def test_emails_of_somebody_who_has_left_can_be_read(client, rita, ada):
    email = make_email(rita, Status.DELIVERED)
    rita.deactivate()

    assert opened(client, email).status_code == 200
    assert rita not in User.looked_through_by(ada)


def test_each_look_is_logged(client, rita, ada, caplog):
    email = make_email(rita, Status.DELIVERED)
    with caplog.at_level(logging.INFO):
        opened(client, email)
    assert f"user {ada.pk} looks at email {email.pk} of user {rita.pk}" in caplog.messages


def test_one_that_stands_for_a_bulk_email_leads_nowhere_else(client, rita, ada):
    email = make_email(rita, to_address="")
    assert opened(client, email).status_code == 200
