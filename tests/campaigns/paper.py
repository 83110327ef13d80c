"""A campaign on paper: from the rules alone, which emails go when and which tasks arise.

It shares no code with the product, not even the counting of days, so that it can say who is wrong.
Its clock stands still unless it is told the time; what servers, recipients and reps do is told to
it too. Times are aware and in UTC.
"""

from collections.abc import Callable
from datetime import datetime

from tests.campaigns.paper_calendar import PaperStep, Rules, when
from tests.campaigns.paper_person import PaperPerson, PaperTurn

__all__ = ["Paper", "PaperPerson", "PaperStep", "Rules", "when"]

Server = Callable[[str, int, int], tuple[str, int]]


def takes_all(name: str, step: int, attempt: int) -> tuple[str, int]:
    """A server that takes every email at once."""
    return "accepted", 0


class Paper:
    """The campaign, its people, and the time. `server` says what is answered to a person's step
    at an attempt, and after how many minutes."""

    def __init__(
        self, rules: Rules, steps: list[PaperStep], now: datetime, server: Server = takes_all
    ) -> None:
        self.rules, self.steps, self.now, self.server = rules, steps, now, server
        self.people: dict[str, PaperPerson] = {}
        self.is_paused = False
        self.is_working = True  # neither the engine nor the worker are stopped
        self.arrivals: list[tuple[str, int]] = []

    def add(self, name: str, starts_at: datetime | None = None) -> PaperPerson:
        person = self.people[name] = PaperPerson(self, name, starts_at or self.now)
        return person

    def step_after(self, step: PaperStep | None) -> PaperStep | None:
        number = step.number + 1 if step else 0
        return self.steps[number] if number < len(self.steps) else None

    def has_subject(self, step: PaperStep) -> bool:
        """Whether there is one to write over it: its own, or one of an email before it."""
        before = self.steps[: step.number] if step.follows else []
        return step.subject or any(each.subject for each in before if each.kind == "email")

    def arrived(self, person: PaperPerson, turn: PaperTurn) -> None:
        self.arrivals.append((person.name, turn.step.number))

    def work(self) -> None:
        """Do all that is due at this moment."""
        for person in self.people.values():
            while person.go_on():
                pass

    def pause(self) -> bool:
        self.is_paused, was = True, self.is_paused
        return not was

    def resume(self) -> bool:
        self.is_paused, was = False, self.is_paused
        for person in self.people.values() if was else ():
            person.plan_anew()
        return was

    def next_moment(self) -> datetime | None:
        moments = [moment for person in self.people.values() for moment in person.moments()]
        return min((moment for moment in moments if moment > self.now), default=None)

    def run_until(self, end: datetime) -> None:
        """Let the time pass, without anybody doing anything."""
        self.work()
        while (moment := self.next_moment()) and moment <= end:
            self.now = moment
            self.work()
        self.now = end
        self.work()
