import pytest
from django.core.management import CommandError, call_command

from emails.models import Email, Status
from tests.factories import make_identity, make_user

pytestmark = pytest.mark.django_db


def test_without_anybody_to_send_as_it_says_so():
    make_user()

    with pytest.raises(CommandError, match="there is nobody to send as"):
        call_command("check_sending")


def test_without_a_worker_it_says_where_the_email_stands():
    identity = make_identity(make_user("Rita"))
    identity.channel.hold("auth", "535 Wrong password")

    with pytest.raises(CommandError, match=r"is scheduled and not delivered.*535 Wrong password"):
        call_command("check_sending", seconds=0.1)
    email = Email.objects.get()
    assert (email.status, email.to_address) == (Status.SCHEDULED, identity.address)


def test_an_identity_can_be_named():
    make_identity(make_user("Rita"))
    wanted = make_identity(make_user("Sam"))

    with pytest.raises(CommandError):
        call_command("check_sending", seconds=0, address=wanted.address.upper())
    assert Email.objects.get().identity == wanted
