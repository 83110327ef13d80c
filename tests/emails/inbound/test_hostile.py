"""Mail made to break its reader: read() returns, soon and with something small."""

import random
import time
import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emails.inbound import mime, reading, reply
from emails.inbound.reading import Reading, read

from .messages import REPLY_HEADERS, answer, complaint, failed, prose_report

SECONDS = 2.0  # of CPU, on a slow machine; each takes a few hundredths
MEGABYTES = 80

D = b"From: MAILER-DAEMON@mx.example.org\nReturn-Path: <>\nSubject: Undelivered\n"
R = b"From: ann@example.org\nSubject: Re: x\nIn-Reply-To: <a@b>\n"
HTML = R + b"Content-Type: text/html\n\n"
STATUS = D + b"Content-Type: message/delivery-status\n\n"
MIXED = D + b"Content-Type: multipart/mixed; boundary=b\n\n"

HOSTILE = {
    "empty": b"",
    "nothing but newlines": b"\n" * 5_000_000,
    "nothing but NULs": b"\0" * 3_000_000,
    "noise": random.Random(1).randbytes(1_000_000),
    "100,000 headers": b"".join(b"X-%d: y\n" % n for n in range(100_000)) + b"\nx",
    "100,000 recipients": b"".join(b"To: a%d@example.org\n" % n for n in range(100_000)) + b"\nx",
    "a header folded for ever": b"Subject: x\n" + b" y\n" * 1_000_000 + b"\nx",
    "references": R + b"References: " + b"<a@b> " * 200_000 + b"\n\nx",
    "encoded words": b"Subject: " + b"=?utf-8?q?x?= " * 50_000 + b"\n\nx",
    "an address of brackets": b"From: " + b"(<" * 50_000 + b"\n\nx",
    "a date of nonsense": b"Date: Mon, 01 Jan 0001 00:00:00 +2359\n\nx",
    "broken charset": b"Content-Type: text/plain; charset=\xff\xfe\n\n\x80\x81",
    "a charset that unpacks": b"Content-Type: text/plain; charset=zlib\n\n" + b"x" * 500_000,
    "a charset that is slow": b"Content-Type: text/plain; charset=punycode\n\n" + b"x" * 500_000,
    "parameters": b"Content-Type: text/plain; " + b"a*0*=;" * 50_000 + b"\n\nx",
    "base64 of nothing": R + b"Content-Transfer-Encoding: base64\n\n" + b"=" * 100_001,
    "deep multiparts": D
    + b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(9000)
    ),
    "deep messages": D + b"Content-Type: message/rfc822\n\n" * 50_000,
    "many parts": MIXED + b"--b\n\nann@example.org\n" * 100_000,
    "many failed recipients": STATUS
    + b"".join(
        b"Final-Recipient: rfc822;a%d@example.org\nStatus: 5.1.1\n\n" % n for n in range(50_000)
    ),
    "a field without end": STATUS + b"Diagnostic-Code: smtp;\n" + b" 550 x\n" * 100_000,
    "unitext": STATUS + b"Final-Recipient: utf-8;" + rb"\x{110000}\x{D800}" * 20_000,
    "an address without end": D + b"\n" + b"a@" * 300_000,
    "a domain without end": D + b"\na@" + b"a." * 300_000,
    "dashes": D + b"\n" + b"-=" * 300_000,
    "codes": D + b"\n" + b"550 " * 100_000,
    "for the second opinion": D + b"\nfailed addresses follow:\n" + b"<" * 50_000,
    "json": D + b"\n" + b'{"a":' * 20_000,
    "quotation marks": R + b"\n" + b"> " * 500_000,
    "attributions": R + b"\n" + (b"On " * 60 + b"wrote\n") * 2000,
    "long attributions": R + b"\n" + (b"On " * 95 + b"wrote:\n") * 2000,
    "headers in the text": R + b"\n" + b"From: x\nSent: y\n" * 20_000,
    "spaces": R + b"\n" + b" " * 1_000_000,
    "blank lines of spaces": R + b"\n" + b" \n" * 50_000,
    "open comments": HTML + b"<!--" * 100_000,
    "open scripts": HTML + b"<script>" * 50_000,
    "open tags": HTML + b"<" * 200_000,
    "tables in tables": HTML + b"<table><tr><td>" * 50_000,
    "lists in lists": HTML + b"<ul><li>" * 9000,
    "attributes": HTML + b"<div " + b"a=b " * 100_000 + b">",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_mail_is_read_in_bounded_time(name):
    before = time.process_time()
    found = read(HOSTILE[name])
    assert time.process_time() - before < SECONDS
    assert len(found.text) <= reply.MAX_TEXT
    assert len(found.reports) <= 500
    assert len(found.to) <= 100


@pytest.mark.parametrize("name", ["100,000 headers", "many parts", "nothing but newlines"])
def test_hostile_mail_is_read_in_bounded_memory(name):
    raw = HOSTILE[name]
    tracemalloc.start()
    read(raw)
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < MEGABYTES * 1_000_000


@given(raw=st.binary(max_size=2000))
@settings(max_examples=100, deadline=None)
def test_any_bytes_are_read(raw):
    assert isinstance(read(raw), Reading)


SEEDS = [
    answer(REPLY_HEADERS),
    failed("5.1.1", "550 5.1.1 User unknown"),
    prose_report("<ann@example.org>:\n550 5.1.1 no such user\n"),
    complaint("Feedback-Type: abuse\nOriginal-Rcpt-To: ann@example.org"),
]
PIECES = [
    b"\n\n",
    b"=?",
    b"\0",
    b"--=_b\n",
    b"<",
    b"Content-Type: multipart/x; boundary=a\n",
    b"\xff\xfe",
    b"=?utf-7?q?+A?=",
]


@given(seed=st.sampled_from(SEEDS), random=st.randoms(use_true_random=False))
@settings(max_examples=150, deadline=None)
def test_damaged_mail_is_read(seed, random):
    raw = bytearray(seed)
    for _ in range(random.randint(1, 20)):
        at = random.randrange(len(raw) + 1)
        if random.random() < 0.5:
            del raw[at : at + random.randint(1, 60)]
        else:
            raw[at:at] = random.choice(PIECES)
    # Without the net of read(): what it would catch is a bug.
    root = mime.parse(bytes(raw))
    assert reading._read(root, bytes(raw), reading._envelope(root.headers))
