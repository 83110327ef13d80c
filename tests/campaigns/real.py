"""The same campaign in PostgreSQL: the product's own engine, a tiny worker, and people who do things.

The worker does what sending does at the due time, with the real claim, mark and settling; what the
server answers stands in the story.
"""

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from django.db import connection, transaction
from django.utils import timezone

from campaigns import engine
from campaigns.models import Because, Campaign, Enrollment, EnrollmentRefused, Step, Turn
from emails import events
from emails.events import SMTP, Observation
from emails.models import Attempt, Email, Event, IllegalTransition
from emails.sending.claim import claim
from emails.sending.limits import room_today
from emails.sending.mark import mark
from emails.sending.settle import settle
from emails.sending.suppressing import suppressed
from prospects import consent
from prospects.models import ConsentChange, Person
from tasks.models import Task, TaskClosed
from tests.campaigns.stories import Happening, Story

Kind = Event.Kind
ANSWERS: dict[str, tuple[Event.Kind, dict[str, Any]]] = {
    "accepted": (Kind.ACCEPTED, {}),
    "deferred": (Kind.DEFERRED, {"reason": "greylisted"}),
    "refused": (Kind.REFUSED, {"reason": "policy"}),
    "bounced": (Kind.BOUNCE, {"reason": "mailbox_full"}),
}
EVIDENCE = {
    "reply": Kind.REPLY,
    "answer automatically": Kind.AUTO_REPLY,
    "bounce": Kind.BOUNCE,
    "complain": Kind.COMPLAINT,
}

# What there is to do: enrollments for the engine, emails for the worker; when there is more; and
# which turns have come up.
_LOOK = """
SELECT (SELECT count(*) FROM campaigns_enrollment
         WHERE state = 'active' AND NOT on_hold AND advance_at <= now()),
       (SELECT count(*) FROM emails_email WHERE status = 'scheduled'
           AND removed_at IS NULL AND NOT on_hold AND send_at <= now()),
       least((SELECT min(advance_at) FROM campaigns_enrollment
               WHERE state = 'active' AND NOT on_hold AND advance_at > now()),
             (SELECT min(send_at) FROM emails_email WHERE status = 'scheduled'
                 AND removed_at IS NULL AND NOT on_hold AND send_at > now())),
       (SELECT array_agg(id) FROM campaigns_turn WHERE id > %s)
"""


class Killed(BaseException):
    """The process that did it is gone."""


@contextmanager
def killed_after(statements: int) -> Iterator[None]:
    """Let whatever runs die before so many statements more have reached the database, which then
    takes back all that had not been committed."""
    left = [statements]

    def count(execute: Callable, sql: str, params: object, many: bool, context: object) -> object:
        left[0] -= 1
        if left[0] < 0 and not sql.startswith("ROLLBACK"):
            raise Killed
        return execute(sql, params, many, context)

    try:
        with transaction.atomic(), connection.execute_wrapper(count):
            yield
    except Killed:
        pass


class Real:
    """The campaign of `story`, run by `owner`."""

    def __init__(self, story: Story, owner: Any, identity: Any) -> None:
        self.story, self.owner, self.identity = story, owner, identity
        self.campaign = _campaign(story, owner)
        self.steps = _steps(story, self.campaign)
        self.number_of = {step.pk: number for number, step in enumerate(self.steps)}
        self.people = _people(story, owner)
        self.name_of = {person.pk: name for name, person in self.people.items()}
        self.in_hand: list[Observation] = []
        self.made: dict[int, datetime] = {}  # when each turn came up
        self.is_working = True
        self.next_moment: datetime | None = None
        self.chance = random.Random(f"deaths {story.seed}")
        self.engine: Callable[[], object] = engine.advance

    # What goes on by itself ----------------------------------------------------------------------

    def work(self) -> None:
        for _ in range(30):
            self._hear()
            engines, emails = self._look()
            if not self.is_working or not (engines or emails):
                return
            if engines:
                self._perhaps_killed(self.engine)
                self.engine()
            if emails:
                self._send_what_is_due()
        raise AssertionError("It never comes to rest.")

    def _look(self) -> tuple[int, int]:
        with connection.cursor() as cursor:
            cursor.execute(_LOOK, [max(self.made, default=0)])
            engines, emails, self.next_moment, fresh = cursor.fetchone()
        self.made |= dict.fromkeys(fresh or (), timezone.now())
        return engines, emails

    def _perhaps_killed(self, work: Callable[[], object]) -> None:
        if self.chance.random() < 0.1:
            with killed_after(self.chance.randrange(30)):
                work()

    def _send_what_is_due(self) -> None:
        lease = uuid4()
        emails = claim(self.identity.channel, lease, size=500).emails
        room = room_today([self.owner.pk])
        for email in emails:
            if attempt := mark(email, lease, worker="simulated", room=room):
                self._await_answer(email, attempt)
            else:
                found = suppressed(email)
                assert found, f"email {email.pk} may not go"
                email.stop("suppressed", address=found.address, because=found.because)

    def _await_answer(self, email: Email, attempt: Attempt) -> None:
        assert email.step_id and email.person_id
        name, number = self.name_of[email.person_id], self.number_of[email.step_id]
        answer, minutes = self.story.server(name, number, attempt.number)
        kind, data = ANSWERS[answer]
        seen = Observation(
            email_id=email.pk,
            attempt_id=attempt.pk,
            kind=kind,
            at=timezone.now() + timedelta(minutes=minutes),
            source=SMTP,
            source_id=f"attempt {attempt.pk}",
            data=data,
        )
        self.in_hand.append(seen)

    def _hear(self) -> None:
        """What the server has answered by now."""
        for seen in [each for each in self.in_hand if each.at <= timezone.now()]:
            self.in_hand.remove(seen)
            self._perhaps_killed(lambda seen=seen: settle(seen))
            settle(seen)

    # What is done from outside -----------------------------------------------------------------

    def do(self, what: Happening) -> None:
        """Do it, if it is possible."""
        verb = getattr(self, what.verb.replace(" ", "_"), None)
        try:
            if what.verb in EVIDENCE:
                self._learn(what)
            elif verb:
                verb(what)
        except (IllegalTransition, TaskClosed, EnrollmentRefused, Enrollment.DoesNotExist):
            pass

    def add(self, what: Happening) -> None:
        now = timezone.now()
        Enrollment.objects.create(
            campaign=self.campaign,
            person=self.people[what.name],
            owner=self.owner,
            identity=self.identity,
            starts_at=now + timedelta(minutes=what.step or 0),
            advance_at=now,
            on_hold=Campaign.objects.get(pk=self.campaign.pk).paused_at is not None,
        )

    def _learn(self, what: Happening) -> None:
        """Evidence of what was sent last, which may come long after what it tells of."""
        turn = self._turn(what)
        attempt = turn.email.attempts.last() if turn and turn.email else None
        if attempt is None:  # it was never sent, which the lines will tell
            return
        late = timedelta(minutes=self.story.chance("late", what).choice([0, 0, 3, 90]))
        seen = Observation(
            email_id=attempt.email_id,
            attempt_id=attempt.pk,
            kind=EVIDENCE[what.verb],
            at=timezone.now() - late,
            source="mail",
            source_id=str(what),
            data={"address_is_bad": True} if self.story.rules.ends_on_bounce else {},
        )
        events.record([seen, seen])
        self._perhaps_killed(events.apply_events)
        events.apply_events()

    def unsubscribe(self, what: Happening, sender: Any = None) -> None:
        address = self.people[what.name].email
        consent.unsubscribe_address(address, source=ConsentChange.Source.LINK, sender=sender)

    def unsubscribe_from_one(self, what: Happening) -> None:
        self.unsubscribe(what, sender=self.owner)

    def complete(self, what: Happening) -> None:
        if task := self._task(what):
            task.complete(by=self.owner)

    def skip_task(self, what: Happening) -> None:
        if task := self._task(what):
            task.skip(by=self.owner)

    def retry(self, what: Happening) -> None:
        turn = self._turn(what)
        if turn and turn.email:
            turn.email.retry(by=self.owner)
        else:
            self._enrollment(what).retry(by=self.owner)

    def skip(self, what: Happening) -> None:
        self._enrollment(what).skip_step(by=self.owner)

    def move(self, what: Happening) -> None:
        assert what.step is not None
        self._enrollment(what).move_to(self.steps[what.step], by=self.owner)

    def remove(self, what: Happening) -> None:
        self._enrollment(what).end(Because.REMOVED, by=self.owner)

    def pause(self, what: Happening) -> None:
        self._enrollment(what).pause(by=self.owner)

    def resume(self, what: Happening) -> None:
        self._enrollment(what).resume(by=self.owner)

    def pause_all(self, what: Happening) -> None:
        Campaign.objects.get(pk=self.campaign.pk).pause(by=self.owner)

    def resume_all(self, what: Happening) -> None:
        Campaign.objects.get(pk=self.campaign.pk).resume(by=self.owner)

    def stop_worker(self, what: Happening) -> None:
        self.is_working = False

    def start_worker(self, what: Happening) -> None:
        self.is_working = True

    def _enrollment(self, what: Happening) -> Enrollment:
        return Enrollment.objects.get(campaign=self.campaign, person=self.people[what.name])

    def _turn(self, what: Happening) -> Turn | None:
        assert what.step is not None
        step, person = self.steps[what.step], self.people[what.name]
        turns = Turn.objects.filter(step=step, enrollment__person=person)
        return turns.select_related("email__owner", "email__identity").first()

    def _task(self, what: Happening) -> Task | None:
        assert what.step is not None
        step, person = self.steps[what.step], self.people[what.name]
        return Task.objects.filter(turn__step=step, person=person).first()


def _campaign(story: Story, owner: Any) -> Campaign:
    rules = story.rules
    return Campaign.objects.create(
        owner=owner,
        name=f"Story {story.seed}",
        zone=rules.zone,
        skip_weekends=rules.skip_weekends,
        ends_on_reply=rules.ends_on_reply,
        reply_is_success=rules.reply_is_success,
        ends_on_bounce=rules.ends_on_bounce,
        ends_on_unsubscribe=rules.ends_on_unsubscribe,
    )


def _steps(story: Story, campaign: Campaign) -> list[Step]:
    prompt = "<p>{{! What did they say? }}</p>"
    rows = [
        Step(
            campaign=campaign,
            kind=step.kind,
            day=step.day,
            position=step.number,
            name=f"Step {step.number}",
            timing=step.timing,
            clock=step.clock,
            minutes=step.minutes,
            subject=f"About step {step.number}" if step.subject else "",
            html=f"<p>Hi {{{{first_name}}}}</p>{prompt if step.prompt else ''}",
            follows=step.follows,
        )
        for step in story.steps
    ]
    return Step.objects.bulk_create(rows)


def _people(story: Story, owner: Any) -> dict[str, Person]:
    names = sorted({each.name for each in story.happenings if each.verb == "add"})
    people = [
        Person(
            owner=owner,
            first_name=name,
            last_name="Ek",
            email=f"{name.lower()}.{story.seed}@nordlys.example",
            company="Nordlys",
        )
        for name in names
    ]
    for person in people:
        person.prepare()
    return {person.first_name: person for person in Person.objects.bulk_create(people)}
