"""How many emails a second one dispatcher hands over, beside what no program can undercut.

Both go to a mail server in a process of its own that notes each message on its disk before it
answers. The floor is Python's smtplib with messages that are ready, and one row committed for each
on the same PostgreSQL. They take turns, and the best round of each counts.
"""

import json
import smtplib
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import connection
from django.utils import timezone

if TYPE_CHECKING:
    from collections.abc import Iterator

    from accounts.models import User
    from emails.models import Channel

ROOT = Path(__file__).resolve().parents[2]
EMAILS = 300  # in each round
ROUNDS = 3
TEXT = "<p>This paragraph says something about what we sell.</p>" * 26
HTML = f'<p>Hej Åsa,</p>{TEXT}<p><a href="https://nordlys.example/price">Our prices</a></p>'


def measure() -> dict[str, Any]:
    """Emails a second from claim to settled, by one worker over one connection."""
    settings.LIMITS["EMAILS_PER_DAY"] = settings.SENDING["DISPATCH_SECONDS"] = 1_000_000
    with tempfile.TemporaryDirectory() as folder, sink(log := Path(folder) / "sink.log") as port:
        sender, channel = make_sender(port)
        ours, floor = [], []
        for number in range(ROUNDS):
            make_emails(sender, f"round{number}")
            ours.append(dispatch(channel))
            floor.append(hand_over_plainly(port, number))
        size, queries = count_queries(sender, channel)
        return {
            "unit": "emails/s",
            "result": round(max(ours), 1),
            "floor": round(max(floor), 1),
            "ratio": round(max(ours) / max(floor), 3),
            "sizes": {
                "emails": EMAILS * ROUNDS,
                "bytes": size,
                "queries_an_email": queries,
            },
            "checks": check(log),
        }


@contextmanager
def sink(log: Path) -> "Iterator[int]":
    """A mail server in a process of its own; its port."""
    command = [sys.executable, "-m", "tests.sinks", "--log", str(log)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    assert process.stdout
    try:
        yield int(process.stdout.readline().split()[-1])
    finally:
        process.kill()
        process.wait()


def make_sender(port: int) -> "tuple[User, Channel]":
    """Somebody who writes, through a channel of the team: only such may lead to this machine."""
    from tests import factories

    sender, channel = factories.make_user("Rita Ek"), factories.make_channel(None, port=port)
    factories.make_identity(sender, channel=channel)
    return sender, channel


def make_emails(sender: "User", name: str, count: int = EMAILS) -> None:
    """So many due emails to different people."""
    from emails.models import Status
    from tests.factories import make_email

    for number in range(count):
        address = f"{name}.{number}@nordlys.example"
        make_email(sender, Status.SCHEDULED, to_address=address, html=HTML)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def dispatch(channel: "Channel") -> float:
    """Hand all of them over; how many a second."""
    from emails.sending.dispatch import Dispatcher

    began = time.perf_counter()
    sent = Dispatcher(channel).run()
    return sent / (time.perf_counter() - began)


def hand_over_plainly(port: int, number: int) -> float:
    """As many ready messages by smtplib, and a row committed for each; how many a second."""
    from tests.bench.mime import _plain

    ready = [
        _plain(each).replace(b"Message-ID: <", b"Message-ID: <plain%d." % number)
        for each in range(EMAILS)
    ]
    with connection.cursor() as cursor, smtplib.SMTP("127.0.0.1", port) as server:
        cursor.execute("CREATE TABLE IF NOT EXISTS handed_over (id serial, at timestamptz)")
        began = time.perf_counter()
        for each, message in enumerate(ready):
            server.sendmail("rita@example.com", [f"person{each}@example.net"], message)
            cursor.execute("INSERT INTO handed_over (at) VALUES (%s)", [timezone.now()])
        return len(ready) / (time.perf_counter() - began)


def count_queries(sender: "User", channel: "Channel") -> tuple[int, float]:
    """The size of a message, and how many queries each email of a batch costs."""
    from django.test.utils import CaptureQueriesContext

    from emails.models import Attempt

    batch = settings.SENDING["CLAIM_SIZE"]
    make_emails(sender, "counted", batch)
    with CaptureQueriesContext(connection) as queries:
        dispatch(channel)
    last = Attempt.objects.order_by("pk").last()
    return last.bytes_sent if last else 0, round(len(queries) / batch, 1)


def check(log: Path) -> dict[str, int]:
    """What must be nothing: emails that never came, that came twice, that nobody knows of."""
    from emails.models import Email, Status

    came = Counter(json.loads(line)["message_id"].strip("<>") for line in log.open())
    ours = dict(Email.objects.values_list("message_id", "status"))
    return {
        "lost": sum(not came[name] for name in ours),
        "undelivered": sum(status != Status.DELIVERED for status in ours.values()),
        "doubled": sum(came[name] > 1 for name in ours),
        "unconfirmed": Email.objects.unconfirmed().count(),
    }
