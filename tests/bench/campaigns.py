"""How fast a campaign goes on with those whose turn it is.

Of many open enrollments some are due: for their first email, for a follow-up that quotes what was
really sent, and for a call. Two engines at once make their emails and tasks. The floor is two
processes that claim the same rows in chunks as large, and write down that they did, and nothing else.
"""

import os
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from itertools import islice
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.db.models import Count
from django.db.models.functions import Now

if TYPE_CHECKING:
    from campaigns.models import Campaign

ENGINES = 2
CHUNK = 500  # as the engine takes them
TEXT = "<p>This paragraph says something about what we sell.</p>" * 26
HTML = f"<p>Hej {{{{first_name}}}},</p>{TEXT}<p>From {{{{my_name}}}} to {{{{company}}}}</p>"

CLAIM = f"""
UPDATE campaigns_enrollment SET advance_at = NULL
  FROM (SELECT id FROM campaigns_enrollment
         WHERE state = 'active' AND NOT on_hold AND advance_at <= statement_timestamp()
         ORDER BY advance_at, id LIMIT {CHUNK} FOR NO KEY UPDATE SKIP LOCKED) AS due
 WHERE campaigns_enrollment.id = due.id
"""


def options(parser: ArgumentParser) -> None:
    """What can be asked for besides the figures."""
    parser.add_argument("--enrollments", type=int, default=100_000, help="how many are open")
    parser.add_argument("--due", type=int, default=20_000, help="how many of them are due")


def measure(asked: Namespace) -> dict[str, Any]:
    """Seconds until two engines have advanced all that are due."""
    campaign = make_campaign(asked.enrollments, asked.due)
    turns, emails, tasks = count(campaign)
    rewind(campaign, asked.due)
    floor = timed(claim_plainly)
    rewind(campaign, asked.due)
    seconds = timed(advance_all)
    now = count(campaign)
    return {
        "unit": "s",
        "result": round(seconds, 2),
        "floor": round(floor, 2),
        "sizes": {
            "enrollments": asked.enrollments,
            "due": asked.due,
            "engines": ENGINES,
            "advanced_per_second": round(asked.due / seconds),
            "claimed_per_second": round(asked.due / floor),
            "emails": now[1] - emails,
            "tasks": now[2] - tasks,
        },
        "checks": check(campaign, asked.due, now[0] - turns),
    }


# What there is beforehand ------------------------------------------------------------------------


def make_campaign(enrollments: int, due: int) -> "Campaign":
    """A campaign with so many people in it: a fifth of those that are due have had an email, which
    the next one follows; two fifths are due for a call, which the rest wait for."""
    from tests.factories import make_campaign, make_channel, make_identity, make_step, make_user

    rita = make_user("Rita Ek")
    make_identity(rita, channel=make_channel(None))
    campaign = make_campaign(rita, zone="Europe/Stockholm", skip_weekends=True)
    make_step(campaign, subject="A quick question – about {{company}}", html=HTML)
    make_step(campaign, day=3, subject="", html=HTML, follows=True)
    make_step(campaign, "call", day=4, name="Call them")
    enroll(campaign, due // 5)
    deliver_first(campaign)
    enroll(campaign, enrollments - due // 5)
    wait_for_call(campaign, due)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    return campaign


def enroll(campaign: "Campaign", count: int) -> None:
    """So many people more, due for the first step."""
    from campaigns.models import Enrollment
    from prospects.models import Person
    from tests.bench.bulk import people_of

    owner, identity = campaign.owner, campaign.owner.identities.get()
    from django.utils import timezone

    now, before = timezone.now(), campaign.enrollments.count()
    for start in range(0, count, 5000):
        people = list(islice(people_of(owner, before + start), min(5000, count - start)))
        Person.objects.bulk_create(people)
        Enrollment.objects.bulk_create(
            Enrollment(
                campaign=campaign,
                person=person,
                owner=owner,
                identity=identity,
                starts_at=now,
                advance_at=now,
            )
            for person in people
        )


def deliver_first(campaign: "Campaign") -> None:
    """Let the first email of all have arrived."""
    from campaigns.models import Turn
    from emails.models import Email, Status

    while advance():
        pass
    arrived = {"status": Status.DELIVERED, "delivered_at": Now()}
    Email.objects.filter(campaign=campaign).update(**arrived)
    Turn.objects.filter(enrollment__campaign=campaign).update(done_at=Now())


def wait_for_call(campaign: "Campaign", due: int) -> None:
    """All but those for the first two steps have had these, in one way or another."""
    follow_up = campaign.steps.in_order()[1]
    rest = campaign.enrollments.filter(step=None).order_by("pk")
    after = rest[due * 2 // 5].pk
    campaign.enrollments.filter(step=None, pk__gte=after).update(step=follow_up)


def rewind(campaign: "Campaign", due: int) -> None:
    """Let the first so many be due, and nobody else."""
    campaign.enrollments.update(advance_at=None)
    first = campaign.enrollments.order_by("pk").values("pk")[:due]
    campaign.enrollments.filter(pk__in=list(first.values_list("pk", flat=True))).update(
        advance_at=Now()
    )
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE campaigns_enrollment")


# What is measured ----------------------------------------------------------------------------------


def timed(work: Callable[[], object]) -> float:
    """Seconds until ENGINES processes have found nothing more to do."""
    connection.close()
    began = time.perf_counter()
    children = []
    for _ in range(ENGINES):
        child = os.fork()
        if not child:
            work()
            os._exit(0)
        children.append(child)
    codes = [os.waitpid(child, 0)[1] for child in children]
    assert codes == [0] * ENGINES, codes
    return time.perf_counter() - began


def advance() -> int:
    from campaigns import engine

    return engine.advance(CHUNK)


def advance_all() -> None:
    while advance():
        pass


def claim_plainly() -> None:
    with connection.cursor() as cursor:
        cursor.execute(CLAIM)
        while cursor.rowcount:
            cursor.execute(CLAIM)


def count(campaign: "Campaign") -> tuple[int, int, int]:
    """Turns, emails and tasks of it."""
    from campaigns.models import Turn
    from emails.models import Email
    from tasks.models import Task

    turns = Turn.objects.filter(enrollment__campaign=campaign)
    emails, tasks = (kind.objects.filter(campaign=campaign) for kind in (Email, Task))
    return turns.count(), emails.count(), tasks.count()


def check(campaign: "Campaign", due: int, made: int) -> dict[str, int]:
    """What must be nothing: steps done twice; people whose turn was lost; emails not whole."""
    from campaigns.models import Turn
    from emails.models import Email
    from tasks.models import Task

    turns = Turn.objects.filter(enrollment__campaign=campaign)
    emails = Email.objects.filter(campaign=campaign)
    twice = [
        turns.values("enrollment", "step"),
        emails.values("person", "step"),
        Task.objects.filter(campaign=campaign).values("person", "turn__step"),
    ]
    waiting = emails.filter(turn__done_at=None)
    whole = waiting.filter(content__isnull=False, transitions__cause="schedule").distinct()
    return {
        "doubled": sum(
            rows.annotate(times=Count("pk")).filter(times__gt=1).count() for rows in twice
        ),
        "lost": due - made,
        "broken": waiting.count() - whole.count(),
        "orphans": turns.filter(email=None, task=None).count(),
    }
