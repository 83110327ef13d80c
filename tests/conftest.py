from collections.abc import Iterator
from uuid import uuid4

import pytest
from django.conf import settings as django_settings
from django.core.cache import cache, caches
from django.utils import translation
from hypothesis import settings as hypothesis_settings

from tests import servers

# How long an example takes depends on what else the machine does.
hypothesis_settings.register_profile("patient", deadline=None)
hypothesis_settings.load_profile("patient")


def pytest_configure() -> None:
    # Signing in is in hundreds of tests; how passwords are hashed is in none.
    django_settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def empty_cache() -> Iterator[None]:
    """No test meets another's rate limits and counters; somebody else's Redis is not emptied."""
    if servers.own_redis():
        cache.clear()
    else:  # names of its own for each test, here and in the threads of a live server
        prefix = f"cc-tests-{uuid4().hex}"
        django_settings.CACHES["default"]["KEY_PREFIX"] = caches["default"].key_prefix = prefix
    yield


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """LocaleMiddleware leaves the language of the last page to the thread, and so to other tests."""
    with translation.override("en"):
        yield
