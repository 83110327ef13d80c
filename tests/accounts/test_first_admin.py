import io

import pytest
from django.core.management import CommandError, call_command

from accounts.models import User
from tests.factories import make_user

pytestmark = pytest.mark.django_db
PASSWORD = "correct horse battery"
WHO = ["--email", "Ada@Team.Example", "--name", "Ada Admin"]


@pytest.fixture
def password(monkeypatch):
    monkeypatch.setenv("FIRST_ADMIN_PASSWORD", PASSWORD)


def test_the_first_admin_is_made(password):
    call_command("first_admin", *WHO, stdout=io.StringIO())
    ada = User.objects.get()
    assert (ada.email, ada.name, ada.is_admin) == ("ada@team.example", "Ada Admin", True)
    assert ada.check_password(PASSWORD)


def test_the_password_may_come_from_a_pipe(monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{PASSWORD}\n"))
    call_command("first_admin", *WHO, "--password-stdin", stdout=io.StringIO())
    assert User.objects.get().check_password(PASSWORD)


def test_a_second_one_needs_force(password):
    make_user("Adam", role="admin")
    with pytest.raises(CommandError, match="There is an admin already"):
        call_command("first_admin", *WHO)
    call_command("first_admin", *WHO, "--force", stdout=io.StringIO())
    assert User.objects.admins().count() == 2


@pytest.mark.parametrize(
    ("arguments", "secret", "words"),
    [
        (["--email", "no address", "--name", "Ada"], PASSWORD, "Enter a valid email address."),
        (WHO, "short", "too short"),
        (["--email", "", "--name", "Ada"], PASSWORD, "nobody is here to be asked"),
        ([*WHO, "--time-zone", "Mars/Olympus"], PASSWORD, "is no time zone"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(monkeypatch, arguments, secret, words):
    monkeypatch.setenv("FIRST_ADMIN_PASSWORD", secret)
    monkeypatch.setattr("sys.stdin", io.StringIO())
    with pytest.raises(CommandError, match=words) as caught:
        call_command("first_admin", *arguments)
    assert "\n" not in str(caught.value)
    assert not User.objects.exists()
