"""What is announced: whose pages learn of it, and what whoever has kept something reads of it."""

import pytest
from django.db import transaction
from django.test import TestCase

from accounts import changes
from accounts.changes import EVERYBODY, News, announce, seen_by, since

RITA, SAM = 101, 102


def told(*user_ids, **about):
    with TestCase.captureOnCommitCallbacks(execute=True):
        announce(*user_ids, **about)


@pytest.fixture(autouse=True)
def database(db):
    """What commits has one."""


@pytest.fixture
def before():
    """Where Rita's logs end, once there is something in them."""
    told(RITA, EVERYBODY)
    return seen_by(RITA, EVERYBODY)


def test_what_has_been_announced_since_is_read_together(before):
    told(RITA, emails=[1, 2])
    told(EVERYBODY, people=[3])
    told(RITA, SAM, emails=[2, 4], people=[5])

    assert since(before, RITA, EVERYBODY) == News(frozenset({1, 2, 4}), frozenset({3, 5}))


def test_nothing_has_been_announced(before):
    told(SAM, emails=[1])

    assert since(before, RITA, EVERYBODY) == News()
    assert not since(before, RITA, EVERYBODY)


def test_of_something_unsaid_it_may_be_anything(before):
    told(RITA, emails=[1])
    told(RITA)

    assert since(before, RITA, EVERYBODY) is None


def test_too_much_may_as_well_be_anything(before):
    told(RITA, emails=range(changes.MOST + 1))
    assert since(before, RITA, EVERYBODY) is None


def test_many_small_things_may_as_well_be_anything(before, monkeypatch):
    monkeypatch.setattr(changes, "MOST", 3)
    told(RITA, emails=[1, 2])
    told(RITA, emails=[3, 4])
    assert since(before, RITA, EVERYBODY) is None


@pytest.mark.parametrize("lost", ["all of it", "its beginning"])
def test_of_a_log_that_is_not_there_any_more_it_may_be_anything(before, monkeypatch, lost):
    if lost == "all of it":
        changes.redis.delete(changes._log_of(RITA))
    else:
        monkeypatch.setattr(changes, "_ENTRIES", 2)
    for _time in range(300):  # Redis forgets them by the hundred
        changes._write({RITA}, {"emails": "1"})

    assert since(before, RITA, EVERYBODY) is None


def test_where_nothing_was_ever_announced_nothing_has_been_and_then_it_may_be_anything():
    before = seen_by(RITA, EVERYBODY)
    assert since(before, RITA, EVERYBODY) == News()

    told(RITA, emails=[1])
    assert since(before, RITA, EVERYBODY) is None


def test_pages_learn_of_it_even_if_it_is_about_no_email_and_nobody(before):
    page = seen_by(RITA)
    told(RITA, emails=[], people=[])

    assert seen_by(RITA) != page
    assert since(before, RITA, EVERYBODY) == News()


def test_what_is_announced_to_everybody_wakes_no_page(before):
    page = seen_by(RITA)
    told(EVERYBODY, people=[1])
    assert seen_by(RITA) == page


def test_what_is_rolled_back_is_not_announced(before):
    with TestCase.captureOnCommitCallbacks(execute=True):
        try:
            with transaction.atomic():
                announce(RITA, emails=[1])
                raise ZeroDivisionError
        except ZeroDivisionError:
            pass
    assert since(before, RITA, EVERYBODY) == News()


def test_without_redis_nothing_breaks(before, monkeypatch):
    def down(**_):
        raise ConnectionError

    monkeypatch.setattr(changes.redis, "pipeline", down)
    told(RITA, emails=[1])
    assert seen_by(RITA) == ""
    assert since(before, RITA, EVERYBODY) is None
