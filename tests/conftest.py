from collections.abc import Iterator

import pytest
from django.conf import settings as django_settings
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
    servers.empty_redis()
    yield


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """LocaleMiddleware leaves the language of the last page to the thread, and so to other tests."""
    with translation.override("en"):
        yield
