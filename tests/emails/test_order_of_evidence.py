"""For one sequence of accepted commands the same evidence ends in the same status.

A state machine makes up stories on a real email in PostgreSQL: commands by reps and workers, and
evidence from servers and recipients. Each story is then told again with its evidence in other
orders and repeated. Where the same commands were accepted, the end must be the same.
"""

import random
from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone
from emails import events
from emails.events import SMTP, Observation
from emails.models import Cause, Email, Event, IllegalTransition, Status
from emails.sending.claim import claim_one
from emails.sending.mark import mark
from hypothesis import HealthCheck, settings, strategies
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from tests.factories import make_draft, make_user

Kind = Event.Kind
ANSWERS = [Kind.ACCEPTED, Kind.DEFERRED, Kind.REFUSED, Kind.BOUNCE, Kind.DOUBT]
LATER = [Kind.OPEN, Kind.CLICK, Kind.REPLY, Kind.DELAY, Kind.DELIVERED, Kind.BOUNCE, Kind.COMPLAINT]


class Story:
    """One email, what was done with it, and what was learnt of it."""

    def __init__(self, owner, admin) -> None:
        self.email = make_draft(owner)
        self.owner, self.admin = owner, admin
        self.accepted: list[str] = []
        self.learnt: list[tuple[int, str, str]] = []

    def command(self, name: str) -> bool:
        self.email.refresh_from_db()
        try:
            with transaction.atomic():
                COMMANDS[name](self)
        except IllegalTransition:
            return False
        self.accepted.append(name)
        return True

    def evidence(self, number: int, kind: str, source: str) -> None:
        attempt = self.email.attempts.get(number=number)
        seen = Observation(
            email_id=self.email.pk,
            attempt_id=attempt.pk,
            kind=Kind(kind),
            at=timezone.now(),
            source=source,
            source_id=f"{kind} {attempt.pk}",
            data={"reason": "unknown"},
        )
        events.record([seen])
        events.apply_events()
        self.learnt.append((number, kind, source))

    def tell_again(self, steps: list[tuple]) -> "Story":
        again = Story(self.owner, self.admin)
        for step in steps:
            if isinstance(step, str):
                again.command(step)
            elif again.email.attempts.filter(number=step[0]).exists():
                again.evidence(*step)
        return again


def _mark(story: Story) -> None:
    lease = uuid4()
    claim_one(story.email, lease)
    if mark(story.email, lease, worker="test") is None:
        raise IllegalTransition(story.email, Cause.MARK)


def _lease_over(story: Story) -> None:
    past = Email.objects.with_status(Status.IN_PROGRESS).filter(pk=story.email.pk)
    if not past.update(lease_until=Now() - timedelta(seconds=1)):
        raise IllegalTransition(story.email, Cause.DOUBT)
    if story.email.attempts.last().ended_at:
        raise IllegalTransition(story.email, Cause.DOUBT)
    story.email.give_up()


COMMANDS: dict[str, Callable[[Story], None]] = {
    "schedule": lambda story: story.email.schedule(timezone.now(), by=story.owner),
    "pull back": lambda story: story.email.pull_back(by=story.owner),
    "mark": _mark,
    "lease over": _lease_over,
    "stop": lambda story: story.email.stop("too_late"),
    "retry": lambda story: story.email.retry(by=story.owner),
    "retry complaint": lambda story: story.email.retry_complaint(by=story.admin),
    "send again": lambda story: story.email.send_again(by=story.owner),
    "reopen": lambda story: story.email.reopen(by=story.owner),
    "archive": lambda story: story.email.archive(by=story.owner),
    "unarchive": lambda story: story.email.unarchive(by=story.owner),
    "remove": lambda story: story.email.remove(by=story.owner),
    "restore": lambda story: story.email.restore(by=story.owner),
}


class LifeOfAnEmail(RuleBasedStateMachine):
    orders = 4

    @initialize()
    def begin(self) -> None:
        self.around = transaction.atomic()
        self.around.__enter__()
        owner = make_user("Rita")
        self.story = Story(owner, make_user("Ada", role="admin"))
        self.steps: list = []

    @rule(name=strategies.sampled_from(sorted(COMMANDS)))
    def somebody_does(self, name: str) -> None:
        if self.story.command(name):
            self.steps.append(name)

    @rule()
    def it_is_sent(self) -> None:
        """The way that most emails go, so that stories get far."""
        for name in ("schedule", "mark"):
            self.somebody_does_this(name)

    def somebody_does_this(self, name: str) -> None:
        if self.story.command(name):
            self.steps.append(name)

    @precondition(lambda self: self.story.email.attempts.filter(ended_at=None).exists())
    @rule(kind=strategies.sampled_from(ANSWERS))
    def the_server_answers(self, kind: Event.Kind) -> None:
        number = self.story.email.attempts.filter(ended_at=None).first().number
        self.learn(number, kind, SMTP)

    @precondition(lambda self: self.story.email.attempts.exists())
    @rule(kind=strategies.sampled_from(LATER), which=strategies.integers(1, 9))
    def something_is_learnt(self, kind: Event.Kind, which: int) -> None:
        self.learn(1 + which % self.story.email.attempts.count(), kind, "later")

    def learn(self, number: int, kind: str, source: str) -> None:
        self.story.evidence(number, kind, source)
        self.steps.append((number, kind, source))

    @invariant()
    def its_history_is_complete(self) -> None:
        if hasattr(self, "story"):
            assert_complete(self.story.email)

    def teardown(self) -> None:
        if not hasattr(self, "story"):
            return
        try:
            self.tell_in_other_orders()
        finally:
            transaction.set_rollback(True)
            self.around.__exit__(None, None, None)

    def tell_in_other_orders(self) -> None:
        self.story.email.refresh_from_db()
        chance = random.Random(len(self.steps))
        for _ in range(self.orders):
            steps = in_another_order(self.steps, chance)
            again = self.story.tell_again(steps)
            again.email.refresh_from_db()
            assert_complete(again.email)
            same = again.accepted == self.story.accepted
            same = same and set(again.learnt) == set(self.story.learnt)
            assert not same or again.email.status == self.story.email.status, (
                f"{self.steps} ends {self.story.email.status}, "
                f"but {steps} ends {again.email.status}"
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


def assert_complete(email: Email) -> None:
    """Its transitions form one chain from nothing to where it stands."""
    email.refresh_from_db()
    here = ""
    for step in email.transitions.all():
        assert step.from_status == here, f"a gap before {step} ({step.cause})"
        if step.cause in Email.TRANSITIONS:
            origins, target = Email.TRANSITIONS[Cause(step.cause)]
            assert step.from_status in origins and step.to_status == target
        here = step.to_status
    assert here == email.status


def test_the_order_of_evidence_does_not_matter(db, pytestconfig):
    many = 600 if pytestconfig.getoption("long", default=False) else 120
    run_state_machine_as_test(
        LifeOfAnEmail,
        settings=settings(
            max_examples=many,
            stateful_step_count=16,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
