"""What happens in the demo: who is written to when, and what becomes of it."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import chain, islice
from random import Random

from emails.models import Identity, Status
from prospects.models import Person, Suppression

from .crew import Crew
from .letters import (
    CADENCE,
    CASE_STUDY,
    CHECK_IN,
    FOR_NOW,
    INTRO,
    REFUSED,
    REPLIES,
    REPORTED,
    UNKNOWN_USER,
    Letter,
    Said,
)
from .mailing import Mailing
from .names import KNOWN
from .readers import Reader
from .record import SECOND
from .rollout import Rollout
from .scenes import Scenes
from .story import Story

EMAILS = 2000
DRAFTS = 72
DELETED = 12
WAITING = 7
FURTHEST = timedelta(days=12)  # into the future
BLOCKED = "skogmark.example"
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
# Of a thousand emails that are handed over, how many end so; the rest is delivered.
FATES = {
    "nobody_there": 34,
    "reported": 22,
    "complained": 8,
    "refused": 12,
    "lost": 5,
    "lost_and_found": 4,
    "stopped": 7,
    "put_off": 30,
    "tried_again": 5,
    "unsubscribed": 6,
}


Tell = Callable[[Identity, Person, Letter], Story]


class Plot:
    """Tells all stories of the demo, the same ones for the same `chance` and `now`."""

    def __init__(self, chance: Random, crew: Crew, now: datetime) -> None:
        self.chance = chance
        self.crew = crew
        self.now = now
        self.gone: set[str] = set()  # addresses that must not be mailed any more
        self.mailing = Mailing(self)
        self.rollout = Rollout(self)
        self.replied_to = 0

    def stories(self) -> list[Story]:
        """Exactly EMAILS of them."""
        told = [
            *self._scenes(),
            *self._mailing(),
            *self.rollout.stories(),
            *self._aside(3, self._annoyed),
            *self._aside(DRAFTS, self._draft),
            *self._aside(DELETED, self._deleted),
        ]
        told += islice(chain(self._cadences(), self._check_ins()), EMAILS - len(told))
        return told

    def block(self) -> Suppression:
        """The domain that the admin has closed."""
        return Suppression(
            value=BLOCKED,
            reason=Suppression.Reason.BLOCKED,
            note="Asked us in writing to stop.",
            created_by=self.crew.admin,
            created_at=self.now - 90 * DAY,
        )

    # Where stories come from ---------------------------------------------------------------------

    def _scenes(self) -> Iterator[Story]:
        anna = self.crew.identities[0]
        known = self.crew.people[anna.owner.pk][: len(KNOWN)]
        scenes = Scenes(self.chance, anna, {one.first_name: one for one in known}, self.now)
        yield from scenes.stories()
        for person in known[:-1]:  # Lena's company must not be mailed
            yield from self._early_letters(anna, person)
        others = self.mailable(anna)[:WAITING]
        self.gone |= {person.email for person in others}
        yield from scenes.waiting(others)

    def _mailing(self) -> Iterator[Story]:
        """The bulk email of some days ago; Lena's company must not be mailed."""
        anna = self.crew.identities[0]
        at = self._working_hour(self.now - 6 * DAY, anna)
        yield from self.mailing.stories(at, self.crew.people[anna.owner.pk][len(KNOWN) - 1])
        self.gone |= {story.person.email for story in self.mailing.told}

    def _early_letters(self, identity: Identity, person: Person) -> Iterator[Story]:
        """What somebody of today got some weeks ago; all of it arrived."""
        reader, at = Reader.one_of_many(self.chance), self.now - 60 * DAY
        for letter in (INTRO, CASE_STUDY)[: self.chance.randint(0, 2)]:
            at = self._working_hour(at + self.chance.randint(6, 14) * DAY, identity)
            story = self.scheduled(identity, person, letter, at)
            self._deliver(story, at)
            self.engage(story, reader)
            yield story

    def _aside(self, count: int, tell: Tell) -> Iterator[Story]:
        for number in range(count):
            identity = self.crew.identities[number % 3]
            person = self.chance.choice(self.mailable(identity))
            letter = self.chance.choice(CADENCE)
            yield tell(identity, person, letter)

    def _annoyed(self, identity: Identity, person: Person, letter: Letter) -> Story:
        self.gone.add(person.email)
        at = self._working_hour(self.now - self.chance.uniform(5, 40) * DAY, identity)
        story = self.scheduled(identity, person, letter, at)
        self._complained(story, at)
        return story

    def _draft(self, identity: Identity, person: Person, letter: Letter) -> Story:
        at = self.now - self.chance.uniform(0.02, 20) * DAY
        return Story(self.chance, identity, person, letter, at)

    def _deleted(self, identity: Identity, person: Person, letter: Letter) -> Story:
        story = self._draft(identity, person, letter)
        story.remove(min(story.email.created_at + 2 * HOUR, self.now))
        return story

    def _cadences(self) -> Iterator[Story]:
        pairs = [
            (identity, person)
            for identity in self.crew.identities
            for person in self.mailable(identity)
        ]
        self.chance.shuffle(pairs)
        for identity, person in pairs:
            yield from self._cadence(identity, person)

    def _check_ins(self) -> Iterator[Story]:
        """As many more as it takes, to those who may be mailed."""
        while True:
            identity = self.chance.choice(self.crew.identities)
            person = self.chance.choice(self.mailable(identity))
            ago = self.chance.uniform(3, 85) * DAY
            at = self._working_hour(self.now - ago, identity)
            if at < self.now - DAY:
                story = self.scheduled(identity, person, CHECK_IN, at)
                self._deliver(story, at)
                self.engage(story, Reader.one_of_many(self.chance))
                yield story

    def mailable(self, identity: Identity) -> list[Person]:
        mine = self.crew.people[identity.owner.pk]
        known = len(KNOWN) if identity is self.crew.identities[0] else 0
        free = (one for one in mine[known:] if one.domain != BLOCKED)
        return [person for person in free if person.email not in self.gone]

    # One prospect --------------------------------------------------------------------------------

    def _cadence(self, identity: Identity, person: Person) -> Iterator[Story]:
        """One letter after the other, until something ends it."""
        reader = Reader.one_of_many(self.chance)
        at = self.now - self.chance.uniform(14, 86) * DAY
        for letter in CADENCE:
            at = self._working_hour(at, identity)
            if at > self.now - HOUR:
                if self.now + HOUR < at < self.now + FURTHEST:
                    yield self.scheduled(identity, person, letter, at)
                return
            story = self.scheduled(identity, person, letter, at)
            self._live(story, reader, at)
            yield story
            if story.suppressions:
                yield from self._once_more(identity, person, story)
                return
            if story.email.replies and self.chance.random() < 0.45:
                return
            at += self.chance.randint(4, 13) * DAY

    def _once_more(self, identity: Identity, person: Person, before: Story) -> Iterator[Story]:
        """An email that was scheduled before anybody knew: our own check stops it."""
        self.gone.add(person.email)
        since = before.suppressions[0]
        at = self._working_hour(since.created_at + 3 * DAY, identity)
        if at < self.now - HOUR and self.chance.random() < 0.4:
            story = self.scheduled(identity, person, CHECK_IN, at)
            story.stop(at + SECOND, "suppressed", address=person.email, because=since.reason)
            yield story

    def _working_hour(self, at: datetime, identity: Identity) -> datetime:
        """The next time on a working day of the rep's zone at which mail is usually sent."""
        local = at.astimezone(identity.owner.zone)
        while local.weekday() > 4:
            local += DAY
        quarter = self.chance.choice((0, 15, 30, 45))
        hour = self.chance.choice((8, 8, 8, 9, 9, 10, 11, 13, 14, 15, 16))
        return local.replace(hour=hour, minute=quarter, second=0, microsecond=0)

    # One email -----------------------------------------------------------------------------------

    def scheduled(self, identity: Identity, person: Person, letter: Letter, at: datetime) -> Story:
        """Written some time before `at`, and either sent by hand then or scheduled for it."""
        written = min(at, self.now) - self.chance.uniform(0.2, 40) * HOUR
        story = Story(self.chance, identity, person, letter, written)
        at_once = at < self.now and self.chance.random() < 0.4
        story.schedule(at - 10 * SECOND if at_once else written + 5 * MINUTE, at, at_once=at_once)
        return story

    def _live(self, story: Story, reader: Reader, at: datetime) -> None:
        delivered = 1000 - sum(FATES.values())
        fate = self.chance.choices(["delivered", *FATES], [delivered, *FATES.values()])[0]
        getattr(self, f"_{fate}")(story, at)
        if story.email.status == Status.DELIVERED:
            self.engage(story, reader)
            self._succeed(story)
            self._archive(story)

    def _deliver(self, story: Story, at: datetime) -> None:
        story.hand_over(at + SECOND)
        story.accept(at + 2 * SECOND)

    _delivered = _deliver

    def _nobody_there(self, story: Story, at: datetime) -> None:
        story.hand_over(at + SECOND)
        story.refuse_address(at + 2 * SECOND, self._one(UNKNOWN_USER))

    def _reported(self, story: Story, at: datetime) -> None:
        self._deliver(story, at)
        story.report_bounce(at + self.chance.randint(1, 50) * MINUTE, self._one(REPORTED))

    def _complained(self, story: Story, at: datetime) -> None:
        self._deliver(story, at)
        story.complain(at + self.chance.randint(5, 55) * MINUTE)

    def _refused(self, story: Story, at: datetime) -> None:
        story.hand_over(at + SECOND)
        story.refuse(at + 2 * SECOND, self._one(REFUSED))

    def _lost(self, story: Story, at: datetime) -> None:
        story.hand_over(at + SECOND)
        story.doubt(at + 40 * SECOND)

    def _lost_and_found(self, story: Story, at: datetime) -> None:
        self._lost(story, at)
        story.reply(at + 50 * MINUTE, self._one_of(REPLIES))

    def _stopped(self, story: Story, at: datetime) -> None:
        story.stop(at + 26 * HOUR if at < self.now - 2 * DAY else at + SECOND, "too_late")

    def _put_off(self, story: Story, at: datetime) -> None:
        story.hand_over(at + SECOND)
        story.defer(at + 2 * SECOND, self._one(FOR_NOW))
        assert story.email.send_at
        self._deliver(story, story.email.send_at)

    def _tried_again(self, story: Story, at: datetime) -> None:
        self._deliver(story, at)
        story.report_bounce(at + 9 * MINUTE, REPORTED[0])
        story.retry_bounce(at + 40 * MINUTE)
        self._deliver(story, at + 41 * MINUTE)

    def _unsubscribed(self, story: Story, at: datetime) -> None:
        self._deliver(story, at)
        story.unsubscribe(at + self.chance.randint(5, 55) * MINUTE)

    def engage(self, story: Story, reader: Reader) -> None:
        for at, act in reader.acts(story):
            if at < self.now:
                act(at)

    def _succeed(self, story: Story) -> None:
        """Every third that was replied to, in the hours after."""
        last = max(event.at for event in story.events)
        self.replied_to += bool(story.email.replies)
        at = last + HOUR
        if story.email.replies and self.replied_to % 3 == 1 and at < self.now:
            story.succeed(at)

    def _archive(self, story: Story) -> None:
        last = max(event.at for event in story.events)
        at = last + self.chance.uniform(1, 9) * DAY
        if at < self.now and self.chance.random() < 0.18:
            story.archive(at)

    def _one(self, choices: tuple[Said, ...]) -> Said:
        return self.chance.choice(choices)

    def _one_of(self, choices: tuple[str, ...]) -> str:
        return self.chance.choice(choices)
