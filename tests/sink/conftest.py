import pytest

from commandcenter.sink.store import Envelope, Store
from emails.models import Email, Status
from emails.sending.message import prepare
from emails.tracking import tokens
from tests.factories import _bring_to, make_attempt, make_email, make_person, make_user

HTML = '<p>Hi Maria, <a href="https://nordlys.example/prices?a=1&amp;b=2">the prices</a>.</p>'


@pytest.fixture
def rita():
    return make_user("Rita Ek")


@pytest.fixture
def store(tmp_path) -> Store:
    return Store(tmp_path / "sink")


@pytest.fixture
def email(rita) -> Email:
    person = make_person(rita, "Märta", email="marta.ek@nordlys.example")
    return make_email(rita, Status.SCHEDULED, person=person, html=HTML, cc=["boss@nordlys.example"])


@pytest.fixture
def arrived(store, email) -> str:
    """The email as it came to the sink, which is also how it is settled."""
    prepared = prepare(
        Email.objects.select_related("content", "identity", "owner").get(pk=email.pk)
    )
    prepared.keep()
    attempt = make_attempt(email)
    email.refresh_from_db()
    _bring_to(email, attempt, Status.DELIVERED)
    envelope = Envelope(
        email.identity.address,
        [email.to_address, "boss@nordlys.example"],
        envid=tokens.make(tokens.Use.RETURN, email.pk, 1),
        orcpt={email.to_address: f"rfc822;{email.to_address}"},
    )
    return store.save(envelope, prepared.data)


@pytest.fixture
def card(store) -> str:
    """A message that is nobody's email."""
    raw = b"From: a@x.example\r\nTo: b@y.example\r\nSubject: Hi\r\n\r\nHi.\r\n"
    return store.save(Envelope("a@x.example", ["b@y.example"]), raw)


@pytest.fixture
def tracking_here(live_server, settings) -> str:
    """The tracking host is the test's own server, under its other name."""
    settings.TRACKING_URL = live_server.url.replace("127.0.0.1", "localhost")
    return settings.TRACKING_URL
