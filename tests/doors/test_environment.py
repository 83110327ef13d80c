import pytest
from django.core.exceptions import ImproperlyConfigured

from commandcenter import environment


def test_what_must_be_set_is_asked_for_by_name(monkeypatch):
    monkeypatch.delenv("WANTED", raising=False)

    with pytest.raises(ImproperlyConfigured, match=r"WANTED must be set\."):
        environment.text("WANTED")


def test_empty_means_not_set(monkeypatch):
    monkeypatch.setenv("WANTED", "")

    assert environment.text("WANTED", "default") == "default"
    assert environment.number("WANTED", 3) == 3
    assert environment.flag("WANTED", True) is True
    with pytest.raises(ImproperlyConfigured):
        environment.text("WANTED")


def test_lists_are_separated_by_commas_or_spaces(monkeypatch):
    monkeypatch.setenv("WANTED", "10.0.0.0/8, 192.168.0.0/16  ::1/128")

    assert (
        environment.words("WANTED")
        == environment.networks("WANTED")
        == ["10.0.0.0/8", "192.168.0.0/16", "::1/128"]
    )


@pytest.mark.parametrize(("value", "meant"), [("Yes", True), ("off", False), ("0", False)])
def test_flags(monkeypatch, value, meant):
    monkeypatch.setenv("WANTED", value)

    assert environment.flag("WANTED", not meant) is meant


@pytest.mark.parametrize(
    ("read", "value"),
    [
        (lambda: environment.flag("WANTED", True), "maybe"),
        (lambda: environment.number("WANTED", 1), "-1"),
        (lambda: environment.number("WANTED", 5, least=5), "4"),
        (lambda: environment.number("WANTED", 1), "ten"),
        (lambda: environment.choice("WANTED", "line", {"line", "json"}), "xml"),
        (lambda: environment.networks("WANTED"), "10.0.0.1/8"),
        (lambda: environment.networks("WANTED"), "proxy.example"),
        (lambda: environment.origin("WANTED", "http://x"), "crm.example"),
        (lambda: environment.origin("WANTED", "http://x"), "https://crm.example/path"),
        (lambda: environment.origin("WANTED", "http://x"), "ftp://crm.example"),
    ],
)
def test_a_bad_value_is_refused_in_one_sentence_that_names_it(monkeypatch, read, value):
    monkeypatch.setenv("WANTED", value)

    with pytest.raises(ImproperlyConfigured, match=r"^WANTED must be .*\.$") as refusal:
        read()
    assert value in str(refusal.value)


def test_an_origin_loses_its_final_slash(monkeypatch):
    monkeypatch.setenv("WANTED", "https://crm.example:8443/")

    assert environment.origin("WANTED", "") == "https://crm.example:8443"


def test_a_database_on_another_machine():
    settings = environment.database(
        "postgresql://us%40er:p%2Fw@db.example:5433/crm?sslmode=require"
    )

    assert settings == {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "crm",
        "USER": "us@er",
        "PASSWORD": "p/w",
        "HOST": "db.example",
        "PORT": 5433,
        "OPTIONS": {"sslmode": "require"},
    }


def test_a_database_behind_a_socket():
    assert environment.database("postgresql://postgres@/crm?host=/run/pg")["HOST"] == "/run/pg"


@pytest.mark.parametrize("url", ["mysql://x/y", "postgresql://host", "nonsense"])
def test_what_is_no_database_is_refused(url):
    with pytest.raises(ImproperlyConfigured, match="DATABASE_URL must look like"):
        environment.database(url)
