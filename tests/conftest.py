import os
from collections.abc import Iterator

import pytest
from django.conf import settings as django_settings
from django.test import TransactionTestCase
from django.utils import translation
from hypothesis import settings as hypothesis_settings

from tests import emptying, servers

# How long an example takes depends on what else the machine does.
hypothesis_settings.register_profile("patient", deadline=None)
hypothesis_settings.load_profile("patient")


def pytest_configure() -> None:
    # Signing in is in hundreds of tests; how passwords are hashed is in none.
    django_settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    TransactionTestCase._fixture_teardown = emptying.after_test


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Have xdist keep groups together: it knows a group by the end of its tests' ids, and since
    pytest 9.2 its own way of writing it there does nothing, silently (pytest-xdist#1386)."""
    for item in items if "PYTEST_XDIST_WORKER" in os.environ else []:
        group = item.get_closest_marker("xdist_group")
        if group and item.nodeid.rfind("@") <= item.nodeid.rfind("]"):
            item._id = type(item._id).parse(f"{item.nodeid}@{group.args[0]}")


@pytest.fixture(autouse=True)
def empty_cache() -> Iterator[None]:
    servers.empty_redis()
    yield


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """LocaleMiddleware leaves the language of the last page to the thread, and so to other tests."""
    with translation.override("en"):
        yield
