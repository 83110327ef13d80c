import pytest
from django.test import TestCase

from accounts.changes import announce
from search import counting
from tests.factories import make_identity, make_person, make_saved_search, make_user


@pytest.fixture(autouse=True)
def counting_takes_no_rest(monkeypatch):
    """However slow the machine is; tests of the rest undo it."""
    monkeypatch.setattr(counting, "IN_HAND", 1000)


def told(*user_ids, **about):
    """Something has been changed by hand: announce it, as whoever changes it for real does."""
    with TestCase.captureOnCommitCallbacks(execute=True):
        announce(*user_ids, **about)


@pytest.fixture
def rita(client):
    rita = make_user("Rita")
    make_identity(rita)
    client.force_login(rita)
    return rita


@pytest.fixture
def saab(rita):
    """A saved search, with two whom it finds and one whom it does not."""
    for name, company in (("Maria", "Saab"), ("Jonas", "Saab"), ("Amina", "Volvo")):
        make_person(rita, name, company=company)
    return make_saved_search(rita, "company:saab", name="At Saab")
