"""Two connections at the same person at the same time: no step twice, none lost, and nothing is
sent after the end."""

import contextlib
import threading
from collections.abc import Callable
from functools import partial

import pytest
from django.db import connection, connections, transaction

from campaigns import engine, making
from campaigns.models import Because, Campaign, Enrollment, State, Turn
from emails.models import Email, Event, IllegalTransition, Status
from emails.sending.claim import claim_one
from emails.sending.mark import mark
from tasks.models import Task, TaskClosed
from tests.campaigns.happenings import answer, arrive, learn, let_it_be_due
from tests.campaigns.happenings import mark as take_in_hand
from tests.campaigns.ways import begun, go_on
from tests.emails.test_two_connections import at_once
from tests.factories import make_campaign, make_enrollment, make_step

pytestmark = pytest.mark.django_db(transaction=True)

ROUNDS = 8


@pytest.fixture
def campaign(rita):
    campaign = make_campaign(rita)
    make_step(campaign)
    make_step(campaign, day=2)
    return campaign


def nothing_waits(enrollment: Enrollment) -> bool:
    mine = Email.objects.filter(turn__enrollment=enrollment)
    return not mine.in_folder(Status.SCHEDULED).exists()


class Paused:
    """Something that is done in a transaction of another connection, which stays open until it is
    told to go on: so that either order can be had at will."""

    def __init__(self, work: Callable[[], object]) -> None:
        self.done, self.go = threading.Event(), threading.Event()
        self.problems: list[BaseException] = []
        self.thread = threading.Thread(target=self._run, args=[work])
        self.thread.start()
        assert self.done.wait(20)

    def _run(self, work: Callable[[], object]) -> None:
        try:
            with transaction.atomic():
                work()
                self.done.set()
                assert self.go.wait(20)
        except BaseException as error:
            self.problems.append(error)
        finally:
            self.done.set()
            connections.close_all()

    def finish(self) -> None:
        self.go.set()
        self.thread.join(20)
        assert not self.problems, self.problems


def waits_for_a_lock() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        return bool(cursor.fetchone()[0])


def behind(first: Paused, work: Callable[[], object]) -> None:
    """Do `work` in a connection of its own while `first` has not committed, let that commit once
    this waits for it or is done, and wait for both."""
    over = threading.Event()
    problems: list[BaseException] = []

    def run() -> None:
        try:
            work()
        except BaseException as error:
            problems.append(error)
        finally:
            over.set()
            connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    while not over.is_set() and not waits_for_a_lock():
        over.wait(0.01)
    first.finish()
    thread.join(20)
    assert not problems, problems


def end(enrollment: Enrollment) -> None:
    Enrollment.objects.get(pk=enrollment.pk).end(Because.REMOVED, by=None)


def try_to_mark(email: Email, lease) -> bool:
    return mark(Email.objects.get(pk=email.pk), lease, worker="test") is not None


# End against mark --------------------------------------------------------------------------------


def claimed(campaign: Campaign):
    from uuid import uuid4

    enrollment, email = begun(campaign)
    let_it_be_due(email)
    lease = uuid4()
    claim_one(email, lease)
    return enrollment, email, lease


def test_what_ends_first_is_never_marked(campaign):
    enrollment, email, lease = claimed(campaign)
    ending = Paused(partial(end, enrollment))
    won = []
    behind(ending, lambda: won.append(try_to_mark(email, lease)))
    assert won == [False]
    assert not try_to_mark(email, lease)
    assert nothing_waits(enrollment)
    assert not email.attempts.exists()


def test_what_is_marked_first_is_told_to_whoever_ends_it(campaign):
    enrollment, email, lease = claimed(campaign)
    marking = Paused(lambda: try_to_mark(email, lease))
    told = []
    behind(marking, lambda: told.append(enrollment.end(Because.REMOVED, by=None)))
    assert (told[0].in_hand, told[0].withdrawn) == (1, 0)
    email.refresh_from_db()
    assert email.status == Status.IN_PROGRESS
    answer(email.attempts.get(), Event.Kind.DEFERRED, reason="greylisted")
    assert nothing_waits(enrollment)


def test_ending_and_marking_at_once_never_lose_one_another(campaign):
    for _ in range(ROUNDS):
        enrollment, email, lease = claimed(campaign)
        told, won = [], []
        at_once(
            lambda told=told, enrollment=enrollment: told.append(
                enrollment.end(Because.REMOVED, by=None)
            ),
            lambda won=won, email=email, lease=lease: won.append(try_to_mark(email, lease)),
        )
        assert (told[0].in_hand == 1) == won[0]
        assert (told[0].withdrawn == 1) != won[0]
        assert nothing_waits(enrollment)


# End against advance -----------------------------------------------------------------------------


def due(campaign: Campaign) -> Enrollment:
    """Somebody whose second email is to be made."""
    enrollment, email = begun(campaign)
    arrive(email)
    return enrollment


def test_whoever_ends_behind_the_engine_withdraws_what_it_has_made(campaign):
    enrollment = due(campaign)
    making_ = Paused(engine.advance)
    behind(making_, partial(end, enrollment))
    enrollment.refresh_from_db()
    assert enrollment.state == State.ENDED
    assert enrollment.turns.count() == 2
    assert nothing_waits(enrollment)


def test_the_engine_passes_over_who_is_being_ended(campaign):
    enrollment = due(campaign)
    ending = Paused(partial(end, enrollment))
    made = []
    behind(ending, lambda: made.append(engine.advance()))
    assert made == [0]
    go_on()
    assert enrollment.turns.count() == 1
    assert nothing_waits(enrollment)


def test_ending_and_advancing_at_once_leaves_nothing_to_be_sent(campaign):
    for _ in range(ROUNDS):
        enrollment = due(campaign)
        at_once(partial(end, enrollment), go_on)
        go_on()
        enrollment.refresh_from_db()
        assert enrollment.state == State.ENDED
        assert nothing_waits(enrollment)


# Two engines ---------------------------------------------------------------------------------------


def test_two_engines_make_every_step_once(campaign):
    for _ in range(60):
        make_enrollment(campaign)

    def work() -> None:
        while engine.advance(7):
            pass

    at_once(work, work, work)
    go_on()
    assert Turn.objects.count() == Email.objects.count() == 60
    assert not Enrollment.objects.due().exists()


def test_an_engine_that_is_killed_leaves_nothing_half_done(monkeypatch, campaign):
    for _ in range(5):
        make_enrollment(campaign)
    make = making.make

    def dies(chunk, turns):
        make(chunk, turns)
        raise KeyboardInterrupt

    monkeypatch.setattr(making, "make", dies)
    with pytest.raises(KeyboardInterrupt):
        engine.advance()
    assert not Turn.objects.exists()
    assert not Email.objects.exists()

    monkeypatch.setattr(making, "make", make)
    go_on()
    assert Turn.objects.count() == Email.objects.count() == 5


# Tasks, replies, answers ----------------------------------------------------------------------------


def test_closing_a_task_and_ending_at_once(rita):
    campaign = make_campaign(rita)
    make_step(campaign, "call")
    make_step(campaign, day=1)
    for _ in range(ROUNDS):
        enrollment = make_enrollment(campaign)
        go_on()
        task = Task.objects.get(turn__enrollment=enrollment)

        def close(task=task) -> None:
            with contextlib.suppress(TaskClosed):
                Task.objects.get(pk=task.pk).complete(by=rita)

        at_once(close, partial(end, enrollment), go_on)
        go_on()
        enrollment.refresh_from_db()
        assert enrollment.state == State.ENDED
        assert nothing_waits(enrollment)
        assert not Task.objects.open().filter(turn__enrollment=enrollment).exists()


@pytest.mark.parametrize("ends_first", [True, False])
def test_closing_a_task_and_ending_in_either_order(rita, ends_first):
    campaign = make_campaign(rita)
    make_step(campaign, "call")
    make_step(campaign, day=1)
    enrollment = make_enrollment(campaign)
    go_on()
    task = Task.objects.get()

    def close() -> None:
        try:
            Task.objects.get(pk=task.pk).complete(by=rita)
        except TaskClosed:
            assert ends_first

    works = [partial(end, enrollment), close]
    first, second = works if ends_first else reversed(works)
    behind(Paused(first), second)
    go_on()
    enrollment.refresh_from_db()
    task.refresh_from_db()
    assert enrollment.state == State.ENDED
    assert (task.removed_at is not None) == ends_first
    assert nothing_waits(enrollment)


def test_closing_a_task_twice_at_once_takes_it_one_step_forward(rita):
    campaign = make_campaign(rita)
    make_step(campaign, "call")
    make_step(campaign, "custom", day=2)
    make_step(campaign, "custom", day=3)
    enrollment = make_enrollment(campaign)
    go_on()
    task = Task.objects.get()

    def close(verb: str) -> None:
        with contextlib.suppress(TaskClosed):
            getattr(Task.objects.get(pk=task.pk), verb)(by=rita)

    at_once(partial(close, "complete"), partial(close, "skip"), go_on)
    go_on()
    assert enrollment.turns.count() == 2


def test_a_reply_and_the_arrival_of_the_next_email_at_once(campaign):
    for _ in range(ROUNDS):
        enrollment, first = begun(campaign)
        arrive(first)
        go_on()
        second = enrollment.turns.get(done_at=None).email
        attempt = take_in_hand(second)
        at_once(
            partial(learn, first, Event.Kind.REPLY),
            partial(answer, attempt, Event.Kind.DEFERRED, reason="greylisted"),
            go_on,
        )
        retry_what_failed()
        enrollment.refresh_from_db()
        assert (enrollment.state, enrollment.because) == (State.ENDED, "replied")
        assert nothing_waits(enrollment)


def retry_what_failed() -> None:
    """A reaction that was the victim of a deadlock is tried again, as beat does."""
    from emails.jobs import apply_events

    apply_events()


def test_a_retry_and_the_end_at_once(campaign):
    for _ in range(ROUNDS):
        enrollment, email = begun(campaign)
        answer(take_in_hand(email), Event.Kind.REFUSED, reason="policy")

        def retry(email=email) -> None:
            with contextlib.suppress(IllegalTransition):
                Email.objects.get(pk=email.pk).retry(by=None)

        at_once(retry, partial(end, enrollment))
        retry_what_failed()
        assert nothing_waits(enrollment)


@pytest.mark.parametrize("pauses_first", [True, False])
def test_nothing_is_made_of_a_campaign_that_is_being_paused(rita, campaign, pauses_first):
    enrollment = due(campaign)
    works: list[Callable[[], object]] = [partial(campaign.pause, by=rita), go_on]
    first, second = works if pauses_first else reversed(works)
    behind(Paused(first), second)
    go_on()
    assert not Email.objects.in_folder(Status.SCHEDULED).filter(on_hold=False).exists()
    enrollment.refresh_from_db()
    assert enrollment.on_hold
    assert enrollment.turns.count() == (1 if pauses_first else 2)


def test_pausing_and_marking_at_once_never_both_succeed(rita, campaign):
    for _ in range(ROUNDS):
        enrollment, email, lease = claimed(campaign)
        won = []
        at_once(
            lambda enrollment=enrollment: Enrollment.objects.get(pk=enrollment.pk).pause(by=rita),
            lambda won=won, email=email, lease=lease: won.append(try_to_mark(email, lease)),
        )
        email.refresh_from_db()
        assert email.on_hold
        assert (email.status == Status.IN_PROGRESS) == won[0]


def test_of_two_ends_one_is_the_end(campaign):
    enrollment, _ = begun(campaign)
    told = []
    at_once(
        *(
            lambda because=because: told.append(
                Enrollment.objects.get(pk=enrollment.pk).end(because, by=None).count
            )
            for because in (Because.REMOVED, Because.STOPPED)
        )
    )
    assert sorted(told) == [0, 1]
