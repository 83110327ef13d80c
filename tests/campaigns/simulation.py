"""A story told to paper and to the real thing at once, moment by moment, and what differs."""

import heapq
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from campaigns.models import Enrollment
from emails.models import Email
from tests.campaigns.paper import Paper, PaperPerson
from tests.campaigns.real import Real
from tests.campaigns.simulated_clock import Clock
from tests.campaigns.stories import Happening, Story


@dataclass(frozen=True, order=True)
class Line:
    """One thing that came to pass."""

    at: datetime
    name: str
    what: str

    def __str__(self) -> str:
        return f"{self.at:%a %m-%d %H:%M:%S} {self.name}: {self.what}"


class Simulation:
    """`story` from its beginning to its end."""

    def __init__(self, story: Story, clock: Clock, owner: Any, identity: Any) -> None:
        self.story, self.clock = story, clock
        self.paper = Paper(story.rules, story.steps, story.begins, story.server)
        self.real = Real(story, owner, identity)
        self.waiting = sorted(story.happenings)
        self.told: list[Happening] = []
        self.seen: set[tuple[str, str, int, int]] = set()

    def run(self) -> "Simulation":
        while (moment := self._next_moment()) and moment <= self.story.ends:
            self.paper.now = moment
            self.clock.show(moment)
            while self.waiting and self.waiting[0].at <= moment:
                self._do(heapq.heappop(self.waiting))
            self.paper.work()
            self.real.work()
            self._await_what_follows()
        return self

    def _next_moment(self) -> datetime | None:
        moments = [self.paper.next_moment(), self.real.next_moment]
        moments += [each.at for each in self.waiting[:1]]
        return min((moment for moment in moments if moment), default=None)

    def _do(self, what: Happening) -> None:
        person = self.paper.people.get(what.name)
        if what.verb.startswith("unsubscribe") and person and person.is_unsubscribed:
            return
        self.told.append(what)
        do_on_paper(self.paper, what)
        self.real.do(what)

    def _await_what_follows(self) -> None:
        """What people will do because of what is new."""
        for key in self._news():
            if key not in self.seen:
                self.seen.add(key)
                for wait, verb in self.story.after(*key):
                    what = Happening(self.paper.now + wait, verb, key[1], key[2])
                    heapq.heappush(self.waiting, what)

    def _news(self) -> Iterator[tuple[str, str, int, int]]:
        """What somebody may do something about: what it is, with whom, at which step and try."""
        for person in self.paper.people.values():
            for turn in person.turns:
                if turn.status in {"delivered", "open"}:
                    yield turn.status, person.name, turn.step.number, 0
            if person.stuck_at:
                yield "trouble", person.name, person.stuck_at.number, -1
            elif person.state == "attention":
                yield "trouble", person.name, turn.step.number, len(turn.sent)

    # What differs --------------------------------------------------------------------------------

    def difference(self) -> str:
        """The first thing that came to pass in one of them only, with what went before; "" if
        there is none."""
        on_paper = Counter(lines_of_paper(self.paper))
        really = Counter(lines_of_real(self.real))
        if on_paper == really:
            return ""
        first = min([*(on_paper - really), *(really - on_paper)])
        return "\n".join(self._tell(first, on_paper, really))

    def _tell(self, first: Line, on_paper: Counter, really: Counter) -> Iterator[str]:
        yield f"Seed {self.story.seed!r}: {self.story.rules}"
        yield from (f"  {step}" for step in self.story.steps)
        yield f"What was done with {first.name}:"
        yield from (f"  {each}" for each in self.told if each.name in {"", first.name})
        for title, lines, others in (
            ("On paper", on_paper, really),
            ("Really", really, on_paper),
        ):
            yield f"{title}:"
            for line in sorted(line for line in lines if line.name == first.name):
                yield f"  {line}{'' if line in others else '   <---'}"
        yield f"The first difference: {first} ({'paper' if first in on_paper else 'real'} only)"


def do_on_paper(paper: Paper, what: Happening) -> None:
    match what.verb:
        case "add":
            paper.add(what.name, paper.now + timedelta(minutes=what.step or 0))
        case "pause all":
            paper.pause()
        case "resume all":
            paper.resume()
        case "stop worker" | "start worker":
            paper.is_working = what.verb == "start worker"
        case _ if what.name in paper.people:
            _do_with_one(paper.people[what.name], what)


def _do_with_one(person: PaperPerson, what: Happening) -> None:
    turn = person.turn_of(what.step) if what.step is not None else None
    match what.verb:
        case "reply":
            person.reply()
        case "answer automatically":
            person.answer_automatically()
        case "bounce" | "complain":
            assert turn
            getattr(person, what.verb)(turn)
        case "unsubscribe" | "unsubscribe from one":
            person.unsubscribe()
        case "skip" | "remove" | "pause" | "resume":
            getattr(person, what.verb)()
        case _:
            getattr(person, what.verb.replace(" ", "_"))(what.step)


# As lines ----------------------------------------------------------------------------------------


def _turn(number: int, due: datetime, made_as: str, thread: int | None) -> str:
    answers = f", answers {thread}" if thread is not None else ""
    return f"step {number} as {made_as}, due {due:%a %m-%d %H:%M:%S}{answers}"


def lines_of_paper(paper: Paper) -> Iterator[Line]:
    for person in paper.people.values():
        for turn in person.turns:
            number = turn.step.number
            made_as = "task" if turn.by_hand else "email"
            yield Line(
                turn.made_at,
                person.name,
                _turn(number, turn.due_at, made_as, turn.continues),
            )
            yield from (Line(at, person.name, f"step {number} sent") for at in turn.sent)
            if turn.done_at:
                how = "skipped" if turn.skipped else "done"
                yield Line(turn.done_at, person.name, f"step {number} {how}")
            yield Line(paper.now, person.name, f"step {number} is {turn.status}")
        yield from _end_of(
            person.name,
            person.ended_at or paper.now,
            person.state,
            person.because or person.hitch,
            person.succeeded,
        )


def _end_of(name: str, at: datetime, state: str, because: str, succeeded: bool) -> Iterator[Line]:
    yield Line(at, name, f"{state} {because}{' success' if succeeded else ''}")


def lines_of_real(real: Real) -> Iterator[Line]:
    now = timezone.now()
    enrollments = Enrollment.objects.filter(campaign=real.campaign)
    for enrollment in enrollments.prefetch_related("turns__email__attempts", "turns__task"):
        name = real.name_of[enrollment.person_id]
        for turn in enrollment.turns.all():
            if turn.skipped and not (turn.email or turn.task):  # passed over by a move
                continue
            number = real.number_of[turn.step_id]
            made = real.made[turn.pk]
            made_as, thread = "task" if turn.task else "email", _thread(real, turn.email)
            yield Line(made, name, _turn(number, turn.due_at, made_as, thread))
            if turn.email:
                for attempt in turn.email.attempts.all():
                    yield Line(attempt.started_at, name, f"step {number} sent")
            if turn.done_at:
                how = "skipped" if turn.skipped else "done"
                yield Line(turn.done_at, name, f"step {number} {how}")
            yield Line(now, name, f"step {number} is {_status(turn)}")
        yield from _end_of(
            name,
            enrollment.ended_at or now,
            enrollment.state,
            enrollment.because or enrollment.hitch,
            bool(enrollment.succeeded_at),
        )


def _thread(real: Real, email: Email | None) -> int | None:
    return real.number_of[email.continues.step_id] if email and email.continues else None


def _status(turn: Any) -> str:
    if turn.task:
        return "removed" if turn.task.removed_at else turn.task.status
    if turn.email:
        return "withdrawn" if turn.email.removed_at else turn.email.status
    return "nothing"
