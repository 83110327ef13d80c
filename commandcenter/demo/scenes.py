"""What the first rep finds when she signs in: today's emails, written out one by one."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from emails.models import Identity
from prospects.models import Person

from . import letters
from .letters import FOR_NOW, REFUSED, Letter
from .readers import APPLE, CHROME, OUTLOOK
from .story import Story


@dataclass(frozen=True)
class Row:
    """A delivered email: minutes are counted from now back, those of views from its delivery on."""

    first_name: str
    letter: Letter
    ago: int
    views: tuple[int, ...] = ()
    clicks: tuple[int, ...] = ()
    replied: int = 0
    reply: str = ""
    apple: bool = False


DELIVERED = (
    Row("Maria", letters.PRICING, 158, (65, 66, 140, 145), (65, 146), apple=True),
    Row("Jonas", letters.AFTER_DEMO, 190, (12, 40), (), 47, letters.REPLIES[1]),
    Row("Priya", letters.QUESTIONS, 205, (160,)),
    Row("Tom", letters.INTRO, 231, apple=True),
    Row("Sofía", letters.REDLINES, 1500, (5, 9, 30, 90, 200, 260), (91,), 280, letters.REPLIES[9]),
    Row("Erik", letters.PRICING, 1560),
    Row("Amina", letters.CASE_STUDY, 1620, (20, 300, 700), (21, 301, 702)),
    Row("Lukas", letters.AFTER_DEMO, 4300, (33,)),
    Row("Chloé", letters.INVOICING, 4400, (), (), 75, letters.REPLIES[0]),
    Row("Ben", letters.INTRO, 5700, (80,), (81,)),
    Row("Ida", letters.PRICING, 5800),
    Row("Marco", letters.CASE_STUDY, 5900, apple=True),
)


class Scenes:
    """Told for `identity`, with `people` by their first name."""

    def __init__(
        self, chance: Random, identity: Identity, people: Mapping[str, Person], now: datetime
    ) -> None:
        self.chance = chance
        self.identity = identity
        self.people = people
        self.now = now

    def stories(self) -> Iterator[Story]:
        yield from map(self._delivered, DELIVERED)
        yield from self._failed()

    def waiting(self, people: list[Person]) -> Iterator[Story]:
        """Soon to go: put off by the other server, or due in some minutes; each to one of
        `people`."""
        for person, said, minutes in zip(people, FOR_NOW, (1, 3, 4, 1), strict=False):
            story = self._sent(person, letters.CHECK_IN, minutes)
            story.defer(self._ago(minutes - 0.05), said)
            yield story
        for number, person in enumerate(people[len(FOR_NOW) :], 1):
            story = Story(self.chance, self.identity, person, letters.WORKSHOP, self._ago(30))
            story.schedule(self._ago(28), self._ago(-7 * number))
            yield story

    def _delivered(self, row: Row) -> Story:
        story = self._sent(self.people[row.first_name], row.letter, row.ago)
        story.accept(self._ago(row.ago) + timedelta(seconds=1))
        if row.apple:
            story.view(self._ago(row.ago - 0.5), APPLE)
        for minute in row.views:
            story.view(self._ago(row.ago - minute), OUTLOOK)
        for minute in row.clicks:
            story.click(self._ago(row.ago - minute) + timedelta(seconds=12), CHROME, 1)
        if row.reply:
            story.reply(self._ago(row.ago - row.replied), row.reply)
        return story

    def _failed(self) -> Iterator[Story]:
        for name in ("Karin", "Ola"):
            story = self._sent(self.people[name], letters.INTRO, 198)
            story.refuse(self._ago(198) + timedelta(seconds=2), REFUSED[0])
            yield story
        story = self._sent(self.people["Rosa"], letters.CASE_STUDY, 216)
        story.refuse(self._ago(216) + timedelta(seconds=3), REFUSED[1])
        yield story
        story = self._sent(self.people["Peter"], letters.PRICING, 305)
        story.doubt(self._ago(305) + timedelta(seconds=9))
        yield story
        address = self.people["Lena"].email
        told = {"address": address, "because": "blocked"}
        yield self._stopped("Lena", letters.AFTER_DEMO, 1700, "suppressed", **told)

    def _stopped(self, name: str, letter: Letter, ago: int, reason: str, **values: str) -> Story:
        story = Story(self.chance, self.identity, self.people[name], letter, self._ago(ago + 60))
        story.schedule(self._ago(ago + 55), self._ago(ago))
        story.stop(self._ago(ago) + timedelta(seconds=1), reason, **values)
        return story

    def _sent(self, person: Person, letter: Letter, ago: float) -> Story:
        """Handed over so many minutes ago."""
        story = Story(self.chance, self.identity, person, letter, self._ago(ago + 45))
        story.schedule(self._ago(ago + 40), self._ago(ago))
        story.hand_over(self._ago(ago) + timedelta(seconds=0.4))
        return story

    def _ago(self, minutes: float) -> datetime:
        return self.now - timedelta(minutes=minutes)
