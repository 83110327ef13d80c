"""For one sequence of accepted commands the same evidence ends in the same status.

Stories are made up of commands by reps and workers, and of evidence from servers and recipients.
Each is told again with its evidence in other orders and repeated; where the same commands were
accepted, the end must be the same. Thousands are told on paper, which weighs evidence with the
product's own code; a state machine tells some on real rows and checks that paper agrees.
"""

import random
from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone
from hypothesis import HealthCheck, given, settings, strategies
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from emails import events
from emails.events import SMTP, Observation
from emails.models import Cause, Email, Event, IllegalTransition, Status
from emails.sending.claim import claim_one
from emails.sending.mark import mark
from tests.emails.paper import PaperEmail
from tests.factories import make_draft, make_user

Kind = Event.Kind
ANSWERS = [Kind.ACCEPTED, Kind.DEFERRED, Kind.REFUSED, Kind.BOUNCE, Kind.DOUBT]
LATER = [Kind.OPEN, Kind.DELAY, Kind.BOUNCE, Kind.COMPLAINT]
# What brings an email on from where it stands, so that stories get to second and third attempts.
WAYS_ON = {
    Status.DRAFT: ["schedule", "mark"],
    Status.SCHEDULED: ["mark", "mark", "mark", "pull back", "stop"],
    Status.IN_PROGRESS: ["lease over"],
    Status.FAILED: ["send again", "retry", "reopen"],
    Status.BOUNCED: ["retry bounce"],
    Status.SPAM: ["retry complaint"],
    Status.DELIVERED: ["archive"],
    Status.ARCHIVED: ["unarchive"],
}
COMMANDS = sorted({name for names in WAYS_ON.values() for name in names})


class PaperStory:
    def __init__(self, chance: random.Random) -> None:
        self.email = PaperEmail()
        self.chance = chance
        self.accepted: list[str] = []
        self.steps: list = []

    def make_up(self, length: int) -> "PaperStory":
        for _ in range(length):
            if self.email.tried and self.chance.random() < 0.55:
                smtp = self.chance.random() < 0.4
                kind = self.chance.choice(ANSWERS if smtp else LATER)
                # A server answers an attempt once; whatever comes later names any of them.
                number = self.chance.randint(1, len(self.email.tried))
                if not any(step[0] == number and step[2] for step in self.learnt) or not smtp:
                    self.tell((number, kind, smtp))
            else:
                self.tell(self.chance.choice(WAYS_ON[Status(self.email.status)]))
        return self

    @property
    def learnt(self) -> list[tuple]:
        return [step for step in self.steps if not isinstance(step, str)]

    def tell(self, step) -> None:
        if isinstance(step, str):
            if self.email.command(step):
                self.accepted.append(step)
                self.steps.append(step)
        elif step[0] <= len(self.email.tried):
            self.email.learn(step[0], step[1], smtp=step[2])
            self.steps.append(step)

    def in_another_order(self) -> "PaperStory":
        again = PaperStory(self.chance)
        for step in in_another_order(self.steps, self.chance):
            again.tell(step)
        return again


@settings(max_examples=500, deadline=None, suppress_health_check=list(HealthCheck))
@given(strategies.randoms(use_true_random=False), strategies.integers(4, 18))
def test_the_order_of_evidence_does_not_matter(chance, length):
    tell_in_other_orders(chance, length)


@pytest.mark.long
@settings(max_examples=20_000, deadline=None, suppress_health_check=list(HealthCheck))
@given(strategies.randoms(use_true_random=False), strategies.integers(4, 24))
def test_nor_does_it_in_many_more_stories(chance, length):
    tell_in_other_orders(chance, length)


def tell_in_other_orders(chance: random.Random, length: int) -> None:
    story = PaperStory(chance).make_up(length)

    for _ in range(12):
        again = story.in_another_order()
        if again.accepted == story.accepted and set(again.learnt) == set(story.learnt):
            assert again.email.status == story.email.status, (
                f"{story.steps} ends {story.email.status},\n"
                f"but {again.steps} ends {again.email.status}"
            )


def in_another_order(steps: list, chance: random.Random) -> list:
    """The commands as they were; each piece of evidence anywhere after its attempt was marked,
    some of it twice."""
    commands = [step for step in steps if isinstance(step, str)]
    marks = [place for place, name in enumerate(commands) if name == "mark"]
    placed: list[tuple[float, object]] = [(place, name) for place, name in enumerate(commands)]
    for step in steps:
        if not isinstance(step, str):
            first = marks[step[0] - 1]
            for _ in range(chance.choice([1, 1, 2])):
                placed.append((chance.uniform(first + 0.01, len(commands)), step))
    return [step for _place, step in sorted(placed, key=lambda pair: pair[0])]


# On real rows --------------------------------------------------------------------------------


def _mark(email: Email) -> None:
    lease = uuid4()
    claim_one(email, lease)
    if mark(email, lease, worker="test") is None:
        raise IllegalTransition(email, Cause.MARK)


def _retry(email: Email, seen: Status) -> None:
    if email.status != seen:
        raise IllegalTransition(email, Cause.RETRY)
    email.retry(by=email.owner)


def _lease_over(email: Email) -> None:
    attempt = email.attempts.last()
    if email.status != Status.IN_PROGRESS or attempt.ended_at:
        raise IllegalTransition(email, Cause.DOUBT)
    Email.objects.filter(pk=email.pk).update(lease_until=Now() - timedelta(seconds=1))
    email.give_up()


REALLY: dict[str, Callable[[Email], None]] = {
    "schedule": lambda email: email.schedule(timezone.now(), by=email.owner),
    "pull back": lambda email: email.pull_back(by=email.owner),
    "mark": _mark,
    "lease over": _lease_over,
    "stop": lambda email: email.stop("too_late"),
    "retry": lambda email: _retry(email, Status.FAILED),
    "retry bounce": lambda email: _retry(email, Status.BOUNCED),
    "retry complaint": lambda email: email.retry_complaint(by=email.owner),
    "send again": lambda email: email.send_again(by=email.owner),
    "reopen": lambda email: email.reopen(by=email.owner),
    "archive": lambda email: email.archive(by=email.owner),
    "unarchive": lambda email: email.unarchive(by=email.owner),
}


class LifeOfAnEmail(RuleBasedStateMachine):
    """Both on paper and on real rows; after every step they stand in the same place."""

    @initialize()
    def begin(self) -> None:
        self.around = transaction.atomic()
        self.around.__enter__()
        self.email = make_draft(make_user("Ada", role="admin"))
        self.paper = PaperEmail()

    @rule(data=strategies.data())
    def somebody_goes_on(self, data) -> None:
        self.somebody_tries(data.draw(strategies.sampled_from(WAYS_ON[self.email.status])))

    @rule(name=strategies.sampled_from(COMMANDS))
    def somebody_tries(self, name: str) -> None:
        try:
            with transaction.atomic():
                REALLY[name](self.email)
            accepted = True
        except IllegalTransition:
            accepted = False
        assert accepted == self.paper.command(name)

    @precondition(lambda self: self.paper.tried)
    @rule(kind=strategies.sampled_from(ANSWERS))
    def the_server_answers(self, kind: Event.Kind) -> None:
        self.learn(len(self.paper.tried), kind, SMTP)

    @precondition(lambda self: self.paper.tried)
    @rule(
        kind=strategies.sampled_from([*LATER, Kind.CLICK, Kind.REPLY]),
        which=strategies.integers(0, 5),
    )
    def something_is_learnt(self, kind: Event.Kind, which: int) -> None:
        self.learn(1 + which % len(self.paper.tried), kind, "later")

    def learn(self, number: int, kind: Event.Kind, source: str) -> None:
        attempt = self.email.attempts.get(number=number)
        name = f"{kind} {attempt.pk}" if source != SMTP else f"answer {attempt.pk}"
        known = Event.objects.filter(attempt=attempt, source=source)
        repeated = known.exists() if source == SMTP else known.filter(kind=kind).exists()
        seen = Observation(
            email_id=self.email.pk,
            attempt_id=attempt.pk,
            kind=kind,
            at=timezone.now(),
            source=source,
            source_id=name,
            data={"reason": "unknown"},
        )
        events.record([seen, seen])
        events.apply_events()
        if not repeated:
            self.paper.learn(number, kind, smtp=source == SMTP)

    @invariant()
    def paper_agrees_and_history_is_complete(self) -> None:
        if hasattr(self, "email"):
            assert_complete(self.email)
            assert self.email.status == self.paper.status

    def teardown(self) -> None:
        if hasattr(self, "around"):
            transaction.set_rollback(True)
            self.around.__exit__(None, None, None)


def assert_complete(email: Email) -> None:
    """Its transitions form one chain from nothing to where it stands, each after the table."""
    email.refresh_from_db()
    here = ""
    for step in email.transitions.all():
        assert step.from_status == here, f"a gap before {step} ({step.cause})"
        if step.cause in Email.TRANSITIONS:
            origins, target = Email.TRANSITIONS[Cause(step.cause)]
            assert step.from_status in origins and step.to_status == target
        here = step.to_status
    assert here == email.status


@pytest.mark.parametrize("bounce_comes", ["first", "last"])
def test_what_was_archived_when_it_bounced_is_archived_again_once_it_arrived(db, bounce_comes):
    life = LifeOfAnEmail()
    life.begin()
    answers = [(1, Kind.BOUNCE, "later"), (2, Kind.ACCEPTED, SMTP)]
    if bounce_comes == "last":
        answers.reverse()
    tried_twice = ["schedule", "mark", (1, Kind.DEFERRED, SMTP), "mark", "lease over"]
    for step in (*tried_twice, (1, Kind.OPEN, "later"), "archive", *answers):
        life.somebody_tries(step) if isinstance(step, str) else life.learn(*step)
        life.paper_agrees_and_history_is_complete()

    assert life.email.status == Status.ARCHIVED
    assert life.email.archived_at
    life.teardown()


def test_real_rows_live_as_they_do_on_paper(db):
    live_on_real_rows(many=40)


@pytest.mark.long
def test_many_real_rows_live_as_they_do_on_paper(db):
    live_on_real_rows(many=400)


def live_on_real_rows(many: int) -> None:
    run_state_machine_as_test(
        LifeOfAnEmail,
        settings=settings(
            max_examples=many,
            stateful_step_count=15,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
