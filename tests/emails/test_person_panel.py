"""A person's page shows one's own emails to them, and nobody else's."""

import pytest

from tests.factories import make_draft, make_email, make_person, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def rita():
    return make_user("Rita Rep")


def test_ones_own_emails_to_a_person_stand_on_their_page(client, rita):
    maria = make_person(rita, "Maria")
    make_email(rita, "delivered", person=maria, subject="The price list")
    make_draft(rita, subject="To somebody else")
    client.force_login(rita)

    text = client.get(f"{maria.get_absolute_url()}?tab=history").text
    assert "The price list" in text
    assert "To somebody else" not in text
    assert f"/emails/compose/?to={maria.email.replace('@', '%40')}" in text


def test_those_of_others_do_not(client, rita):
    maria = make_person(rita, "Maria")
    make_email(rita, "delivered", person=maria, subject="The price list")
    client.force_login(make_user("Sam"))

    text = client.get(f"{maria.get_absolute_url()}?tab=history").text
    assert "The price list" not in text
    assert "You have not written to them yet." in text
