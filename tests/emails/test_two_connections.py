"""Two connections that step the same email at the same time: one wins each step, none is lost."""

import random
import threading
from collections.abc import Callable
from uuid import uuid4

import pytest
from django.db import connections, transaction
from django.utils import timezone

from emails import events
from emails.events import Observation
from emails.jobs import apply_events
from emails.models import BulkSend, Email, Event, FailedReaction, IllegalTransition, Status
from emails.reactions import REACTIONS
from emails.sending.claim import claim_one
from emails.sending.limits import room_today
from emails.sending.mark import mark
from tests.emails.test_order_of_evidence import assert_complete
from tests.factories import (
    make_attempt,
    make_channel,
    make_email,
    make_identity,
    make_launched,
    make_person,
    make_user,
)

pytestmark = pytest.mark.django_db(transaction=True)

STEPS: dict[str, Callable[[Email], object]] = {
    "schedule": lambda email: email.schedule(timezone.now(), by=email.owner),
    "pull back": lambda email: email.pull_back(by=email.owner),
    "stop": lambda email: email.stop("too_late"),
    "retry": lambda email: email.retry(by=email.owner),
    "mark": lambda email: _mark(email),
    "archive": lambda email: email.archive(by=email.owner),
    "unarchive": lambda email: email.unarchive(by=email.owner),
    "succeed": lambda email: email.succeed(by=email.owner),
    "unsucceed": lambda email: email.unsucceed(by=None),
    "remove": lambda email: email.remove(by=email.owner),
    "restore": lambda email: email.restore(by=email.owner),
    "learn": lambda email: _learn(email),
}


def _mark(email: Email) -> None:
    lease = uuid4()
    claim_one(email, lease)
    mark(email, lease, worker="test")


def _learn(email: Email) -> None:
    if email.attempts.exists():
        kind = random.choice([Event.Kind.OPEN, Event.Kind.BOUNCE, Event.Kind.COMPLAINT])
        at = timezone.now()
        events.record([Observation(email_id=email.pk, kind=kind, at=at, source="test")])
        events.apply_events()


def at_once(*works: Callable[[], None]) -> None:
    """Run each in a thread of its own, with its own connection, starting together."""
    together = threading.Barrier(len(works))
    problems: list[BaseException] = []

    def run(work: Callable[[], None]) -> None:
        try:
            together.wait(10)
            work()
        except BaseException as error:
            problems.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=[work]) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not problems, problems


@pytest.mark.parametrize("seed", range(6))
def test_whoever_steps_against_whom_the_history_is_one_chain(seed):
    email = make_email(make_user("Ada", role="admin"))

    def walk(chance: random.Random) -> None:
        for _ in range(25):
            mine = Email.objects.get(pk=email.pk)
            try:
                STEPS[chance.choice(sorted(STEPS))](mine)
            except IllegalTransition:
                continue

    at_once(*(lambda n=n: walk(random.Random(seed * 10 + n)) for n in range(2)))

    assert_complete(email)
    numbers = list(email.attempts.values_list("number", flat=True))
    assert numbers == list(range(1, len(numbers) + 1))
    marks = email.transitions.filter(cause="mark")
    assert marks.count() == len(numbers)
    assert not Event.objects.unapplied().exists()


def test_of_two_marks_one_wins():
    email = make_email(make_user("Rita"), Status.SCHEDULED)
    lease = uuid4()
    claim_one(email, lease)
    won = []

    def try_it() -> None:
        mine = Email.objects.get(pk=email.pk)
        if mark(mine, lease, worker="test"):
            won.append(mine.pk)

    at_once(try_it, try_it, try_it)

    assert len(won) == 1
    assert email.attempts.count() == 1


def test_pulling_back_and_marking_never_both_succeed():
    for _ in range(10):
        email = make_email(make_user("Rita"), Status.SCHEDULED)
        lease = uuid4()
        claim_one(email, lease)
        done = []

        def pull_back(email: Email = email, done: list = done) -> None:
            try:
                Email.objects.get(pk=email.pk).pull_back(by=email.owner)
                done.append("pulled back")
            except IllegalTransition:
                pass

        def send(email: Email = email, lease=lease, done: list = done) -> None:
            if mark(Email.objects.get(pk=email.pk), lease, worker="test"):
                done.append("marked")

        at_once(pull_back, send)
        assert len(done) == 1


def test_pausing_a_bulk_email_and_marking_never_both_succeed():
    for _ in range(10):
        email = make_email(make_user("Rita"), Status.SCHEDULED)
        lease = uuid4()
        claim_one(email, lease)
        done = []

        def pause(email: Email = email, done: list = done) -> None:
            waiting = Email.objects.with_status(Status.SCHEDULED).filter(pk=email.pk)
            if waiting.update(on_hold=True):
                done.append("paused")

        def send(email: Email = email, lease=lease, done: list = done) -> None:
            if mark(Email.objects.get(pk=email.pk), lease, worker="test"):
                done.append("marked")

        at_once(pause, send)
        assert len(done) == 1


def test_marks_at_once_do_not_pass_the_days_limit_of_their_sender(settings):
    settings.LIMITS = settings.LIMITS | {"EMAILS_PER_DAY": 3}
    rita = make_user("Rita")
    emails = []
    for number in range(6):  # each through a channel of its own
        address = f"rita{number}@team.example"
        identity = make_identity(rita, channel=make_channel(rita), address=address)
        emails.append(make_email(rita, Status.SCHEDULED, identity=identity))
    leases = {email.pk: uuid4() for email in emails}
    for email in emails:
        claim_one(email, leases[email.pk])
    room = room_today([rita.pk])
    won = []

    def try_it(email: Email) -> None:
        if mark(Email.objects.get(pk=email.pk), leases[email.pk], worker="test", room=room):
            won.append(email.pk)

    at_once(*(lambda email=email: try_it(email) for email in emails))

    assert len(won) == 3
    assert room_today([rita.pk]).full == {rita.pk}


def test_the_same_evidence_from_two_doors_is_recorded_once():
    email = make_email(make_user("Rita"), Status.DELIVERED)
    seen = Observation(
        email_id=email.pk,
        kind=Event.Kind.REPLY,
        at=timezone.now(),
        source="mail",
        source_id="<reply@nordlys.example>",
    )

    at_once(*(lambda: events.record([seen]) for _ in range(4)))
    at_once(*(lambda: events.apply_events() for _ in range(3)))

    email.refresh_from_db()
    assert email.events.count() == 1
    assert email.replies == 1


def test_a_reaction_that_raises_blocks_nothing_is_tried_again_and_parked(monkeypatch):
    email = make_email(make_user("Rita"), Status.DELIVERED)
    tries = []

    def breaks(event: Event) -> None:
        tries.append(event.pk)
        raise RuntimeError("a bug in a higher app")

    monkeypatch.setitem(REACTIONS, Event.Kind.OPEN, [breaks])
    at = timezone.now()
    events.record([Observation(email_id=email.pk, kind=Event.Kind.OPEN, at=at, source="test")])
    for _ in range(FailedReaction.TRIES + 2):
        apply_events()

    email.refresh_from_db()
    assert email.views == 1
    assert len(tries) == FailedReaction.TRIES
    parked = FailedReaction.objects.exclude(parked_at=None).get()
    assert "a bug in a higher app" in parked.problem


def test_a_reaction_that_works_the_second_time_is_done_once(monkeypatch):
    email = make_email(make_user("Rita"), Status.DELIVERED)
    done = []

    def works_later(event: Event) -> None:
        done.append(event.pk)
        if len(done) == 1:
            raise ConnectionError

    monkeypatch.setitem(REACTIONS, Event.Kind.CLICK, [works_later])
    at = timezone.now()
    events.record([Observation(email_id=email.pk, kind=Event.Kind.CLICK, at=at, source="test")])
    for _ in range(4):
        apply_events()

    assert len(done) == 2
    assert not FailedReaction.objects.exists()


def test_evidence_that_was_recorded_survives_whoever_dies_before_applying_it():
    email = make_email(make_user("Rita"), Status.DELIVERED)
    with pytest.raises(KeyboardInterrupt), transaction.atomic():
        events.record(
            [Observation(email_id=email.pk, kind=Event.Kind.OPEN, at=timezone.now(), source="a")]
        )
        raise KeyboardInterrupt
    assert not email.events.exists()

    events.record(
        [Observation(email_id=email.pk, kind=Event.Kind.OPEN, at=timezone.now(), source="a")]
    )
    assert email.events.count() == 1


@pytest.mark.parametrize("said", ["cancel", "pause"])
def test_what_is_refused_for_now_while_its_bulk_email_is_stopped_goes_no_more(said):
    rita = make_user("Rita")
    make_identity(rita)
    for _round in range(6):
        bulk = make_launched(rita, *(make_person(rita) for _ in range(3)))
        attempts = [make_attempt(email) for email in bulk.emails.order_by("-pk")[:2]]

        def refuse(attempts=attempts):
            for attempt in attempts:
                events.record(
                    [
                        Observation(
                            email_id=attempt.email_id,
                            attempt_id=attempt.pk,
                            kind=Event.Kind.DEFERRED,
                            at=timezone.now(),
                            source=events.SMTP,
                            source_id=f"attempt {attempt.pk}",
                            data={"reason": "greylisted"},
                        )
                    ]
                )

        def stop(bulk=bulk):
            getattr(BulkSend.objects.get(pk=bulk.pk), said)(by=rita)

        at_once(refuse, stop)
        assert not bulk.emails.in_folder(Status.SCHEDULED).filter(on_hold=False).exists()
        assert not bulk.emails.with_status(Status.IN_PROGRESS).exists()
