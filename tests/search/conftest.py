import pytest

from search import counting


@pytest.fixture(autouse=True)
def counting_takes_no_rest(monkeypatch):
    """However slow the machine is; tests of the rest undo it."""
    monkeypatch.setattr(counting, "FREE_SECONDS", 60)
