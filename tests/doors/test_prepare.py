import pytest
from django.core.management import call_command

from commandcenter.management.commands import prepare
from tests.factories import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def loaded(settings, tmp_path, monkeypatch):
    """The commands that are called, on an empty data folder."""
    settings.DATA_DIR, settings.DEBUG = tmp_path, True
    called = []
    monkeypatch.setattr(prepare, "call_command", lambda name, **options: called.append(name))
    return called


def test_the_first_time_the_demo_is_loaded_and_only_then(loaded):
    call_command("prepare")
    call_command("prepare")

    assert loaded == ["demo_data"]


def test_a_demo_that_could_not_be_loaded_is_tried_again(loaded, monkeypatch):
    def broken(name, **options):
        raise OSError("disk full")

    with monkeypatch.context() as patch:
        patch.setattr(prepare, "call_command", broken)
        with pytest.raises(OSError):
            call_command("prepare")
    call_command("prepare")

    assert loaded == ["demo_data"]


def test_somebodys_own_people_stay_among_themselves(loaded, settings, tmp_path):
    make_user()
    call_command("prepare")

    assert loaded == []


def test_production_is_not_filled_with_invented_people(loaded, settings):
    settings.DEBUG = False
    call_command("prepare")

    assert loaded == []


def test_the_demo_may_be_left_out(loaded):
    call_command("prepare", "--no-demo")

    assert loaded == []
