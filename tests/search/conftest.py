import pytest
from django.test import TestCase

from accounts.changes import announce
from search import counting


@pytest.fixture(autouse=True)
def counting_takes_no_rest(monkeypatch):
    """However slow the machine is; tests of the rest undo it."""
    monkeypatch.setattr(counting, "IN_HAND", 1000)


def told(*user_ids, **about):
    """Something has been changed by hand: announce it, as whoever changes it for real does."""
    with TestCase.captureOnCommitCallbacks(execute=True):
        announce(*user_ids, **about)
