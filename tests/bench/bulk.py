"""How fast a bulk email becomes emails, and how fast those become messages.

Enqueued is from launching a bulk email to the last of its emails, by the job that makes them; behind
that their rows are brought to show fields filled in, while they may be on their way already.
Personalised and built are its emails, one after the other on one core, as a worker prepares them
before it hands them over; beside it the same messages put together by plain string formatting.
"""

import time
from argparse import ArgumentParser, Namespace
from itertools import islice
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import connection

if TYPE_CHECKING:
    from collections.abc import Iterator

    from accounts.models import User
    from emails.models import BulkSend, Email

BUILT = 2000  # messages in a round
ROUNDS = 3
TEXT = "<p>This paragraph says something about what we sell.</p>" * 26
HTML = (
    f"<p>Hej {{{{first_name}}}},</p>{TEXT}<p>From {{{{my_name}}}} to {{{{company}}}}:"
    ' <a href="https://nordlys.example/price">our prices</a></p>'
)


def options(parser: ArgumentParser) -> None:
    """What can be asked for besides the figures."""
    parser.add_argument("--recipients", type=int, default=5000, help="how many (default 5000)")
    parser.add_argument(
        "--continuing", action="store_true", help="it continues a campaign that they all got"
    )


def measure(asked: Namespace) -> dict[str, Any]:
    """Emails a second on one core from row to message; seconds until all rows are there."""
    from emails.bulk.making import make_all
    from emails.bulk.showing import show_all

    bulk = make_bulk(asked.recipients)
    if asked.continuing:
        continue_campaign(bulk)
    began = time.perf_counter()
    bulk.send(by=bulk.owner, window=60)
    make_all(bulk)
    enqueued = time.perf_counter() - began
    show_all(bulk)
    shown = time.perf_counter() - began - enqueued
    ours, floor = [], []
    for number in range(ROUNDS):
        ours.append(build(list(read(bulk, number))))
        floor.append(format_plainly())
    return {
        "unit": "emails/s",
        "result": round(max(ours), 1),
        "floor": round(max(floor), 1),
        "ratio": round(max(ours) / max(floor), 4),
        "sizes": {
            "recipients": asked.recipients,
            "enqueue_seconds": round(enqueued, 2),
            "enqueued_per_second": round(asked.recipients / enqueued),
            "rows_shown_seconds": round(shown, 2),
        },
        "checks": check(bulk, asked.recipients),
    }


def make_bulk(count: int) -> "BulkSend":
    """A draft to so many people, ready to be sent."""
    from emails.models import BulkRecipient, BulkSend
    from prospects.models import Person
    from tests.factories import make_channel, make_identity, make_user

    rita = make_user("Rita Ek")
    identity = make_identity(rita, channel=make_channel(None))
    bulk = BulkSend.objects.create(
        owner=rita, identity=identity, subject="A quick question – about {{company}}", html=HTML
    )
    for start in range(0, count, 5000):
        people = list(islice(people_of(rita, start), min(5000, count - start)))
        Person.objects.bulk_create(people)
        rows = [
            BulkRecipient(bulk=bulk, person=person, address=person.email, name=person.name)
            for person in people
        ]
        BulkRecipient.objects.bulk_create(rows)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return bulk


def continue_campaign(bulk: "BulkSend") -> None:
    """Let each recipient have got two emails of a campaign, which `bulk` continues."""
    from django.utils import timezone

    from emails.bulk.making import make_all
    from emails.models import BulkRecipient, BulkSend, Status
    from tests.factories import make_campaign

    bulk.campaign, bulk.continues = make_campaign(bulk.owner), True
    bulk.save(update_fields=["campaign", "continues"])
    same = {"owner": bulk.owner, "identity": bulk.identity, "subject": "Step", "html": bulk.html}
    for _number in range(2):
        step = BulkSend.objects.create(**same)
        on_list = bulk.recipients.values("person_id", "address", "name")
        rows = [BulkRecipient(bulk=step, **each) for each in on_list]
        BulkRecipient.objects.bulk_create(rows, batch_size=5000)
        step.send(by=bulk.owner, window=60)
        make_all(step)
        arrived = {"status": Status.DELIVERED, "delivered_at": timezone.now()}
        step.emails.update(campaign=bulk.campaign, **arrived)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def people_of(owner: "User", start: int) -> "Iterator[Any]":
    """Person after person, each with an own name and address."""
    from prospects.models import Person

    number = start
    while True:
        number += 1
        person = Person(
            owner=owner,
            first_name=f"Person{number}",
            last_name="Sandberg",
            email=f"person{number}@nordlys.example",
            company="Nordlys Energi",
        )
        person.prepare()
        yield person


def read(bulk: "BulkSend", number: int) -> "Iterator[Email]":
    """The emails of one round, as a claim reads them."""
    emails = bulk.emails.for_sending().order_by("pk")[number * BUILT : (number + 1) * BUILT]
    return emails.iterator(chunk_size=settings.SENDING["CLAIM_SIZE"])


def build(emails: "list[Email]") -> float:
    """Prepare each; how many a second."""
    from emails.sending.message import prepare

    began = time.perf_counter()
    for email in emails:
        assert prepare(email).data
    return len(emails) / (time.perf_counter() - began)


def format_plainly() -> float:
    """As many messages by plain string formatting; how many a second."""
    from tests.bench.mime import _plain

    began = time.perf_counter()
    for number in range(BUILT):
        assert _plain(number)
    return BUILT / (time.perf_counter() - began)


def check(bulk: "BulkSend", count: int) -> dict[str, int]:
    """What must be nothing: recipients without an email, or with two; emails that are not whole,
    or that continue nothing."""
    emails = bulk.emails.in_folder("scheduled")
    made = emails.count()
    once = emails.values("to_address").distinct().count()
    whole = emails.filter(content__isnull=False, transitions__cause="schedule").count()
    apart = emails.filter(continues=None).count() if bulk.continues else 0
    return {
        "lost": count - once,
        "doubled": made - once,
        "broken": made - whole,
        "apart": apart,
    }
