import smtplib
import socket

import pytest

from commandcenter.sink.smtp import SinkController
from commandcenter.sink.store import Envelope, Store

RAW = b"From: a@x.example\r\nTo: b@y.example\r\nSubject: Hej =?utf-8?q?=C3=A5?=\r\n\r\n.dot\r\n"


@pytest.fixture
def client(store):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    controller = SinkController(store, port)
    controller.start()
    with smtplib.SMTP("127.0.0.1", port, timeout=10) as session:
        yield session
    controller.stop()


def only(store: Store):
    (stored,) = store.newest(10)
    return store.get(stored.name)


def test_whatever_comes_is_kept_byte_for_byte(client, store):
    client.sendmail("a@x.example", ["b@y.example", "c@y.example"], RAW)

    stored = only(store)
    assert stored.raw == RAW
    assert stored.envelope == Envelope("a@x.example", ["b@y.example", "c@y.example"])
    assert (stored.subject, stored.to) == ("Hej å", "b@y.example")


def test_what_names_the_message_comes_through_in_its_own_letters(client, store):
    client.ehlo()
    assert client.has_extn("dsn") and client.has_extn("size")
    client.mail("a@x.example", ["SIZE=100", "RET=HDRS", "ENVID=AbC-_x+3D"])
    client.rcpt("b@y.example", ["NOTIFY=FAILURE,DELAY", "ORCPT=rfc822;B@y.example"])
    client.data(RAW)

    envelope = only(store).envelope
    assert envelope.envid == "AbC-_x="
    assert envelope.orcpt == {"b@y.example": "rfc822;B@y.example"}


def test_one_messages_parameters_are_not_the_nexts(client, store):
    client.ehlo()
    client.mail("a@x.example", ["ENVID=first"])
    client.rset()
    client.sendmail("a@x.example", ["b@y.example"], RAW)

    assert only(store).envelope.envid == ""


def test_anybody_may_sign_in_and_nobody_must(client, store):
    client.login("anna", "whatever")
    client.sendmail("", ["b@y.example"], RAW)

    assert only(store).envelope.sender == ""


def test_only_the_newest_are_kept(tmp_path):
    store = Store(tmp_path, most=60)
    names = [store.save(Envelope("a@x.example", ["b@y.example"]), RAW) for _number in range(100)]

    assert store.names() == sorted(names[-60:], reverse=True)
    assert store.get(names[0]) is None


def test_the_list_is_paged_and_searched(tmp_path):
    store = Store(tmp_path)
    names = [
        store.save(Envelope("a@x.example", [f"b{number}@y.example"]), RAW) for number in range(5)
    ]

    assert [one.name for one in store.newest(2, before=names[3])] == [names[2], names[1]]
    assert [one.name for one in store.newest(9, words="B4@y hej")] == [names[4]]


@pytest.mark.parametrize("name", ["../settings", "0" * 16 + "-00000g", ""])
def test_a_name_that_we_never_gave_is_nothing(tmp_path, name):
    assert Store(tmp_path).get(name) is None
