"""The end of the demo's campaign: whoever clicked and did not answer gets a personal email, and some of
them a call; who answers is on the list no more."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

from campaigns.models import Campaign
from emails.models import Email, TemplateVersion
from tasks.models import Call, CallWord, Kind, Task

from .letters import PERSONAL, PERSONAL_TO_ANOTHER, PERSONAL_TO_ONE, REPLIES, Letter
from .mailing import stored_bulk
from .readers import CHROME
from .record import SECOND
from .story import Story

if TYPE_CHECKING:
    from .plot import Plot
    from .rollout import Way

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
TO_DO = "Ask which of the two prices suits them"
OWN = (PERSONAL_TO_ONE, PERSONAL_TO_ANOTHER)


@dataclass(frozen=True)
class Telephoned:
    """What came of one of the calls."""

    outcome: int  # its place among the organisation's words
    seconds: int
    notes: str


# Of the calls that were planned, the last is still to be made.
CALLS: tuple[Telephoned | None, ...] = (
    Telephoned(0, 412, "Two sites, but not before March. Wants the price for both in writing."),
    Telephoned(1, 35, "Left a message: which of the two prices, and when I can be reached."),
    None,
)


class Personal:
    """Its emails are told like all others, and belong to their bulk email from `store()` on."""

    def __init__(self, plot: "Plot") -> None:
        self.plot = plot
        self.identity = plot.crew.identities[0]
        self.ways: list[Way] = []

    @property
    def told(self) -> "list[Story]":
        return [way.personal for way in self.ways if way.personal]

    def stories(self, ways: "list[Way]") -> "Iterator[Story]":
        """To each of those whom the search finds yesterday at ten."""
        at = self._yesterday(10)
        self.ways = [way for way in ways if way.is_worth_a_word(at)]
        for number, way in enumerate(self.ways):
            letter = OWN[number] if number < len(OWN) else PERSONAL
            way.personal = self._email(way, letter, at)
            yield way.personal

    def _yesterday(self, hour: int) -> datetime:
        local = self.plot.now.astimezone(self.identity.owner.zone) - DAY
        return local.replace(hour=hour, minute=0, second=0, microsecond=0)

    def _email(self, way: "Way", letter: Letter, at: datetime) -> "Story":
        story = Story(self.plot.chance, self.identity, way.person, letter, at - 20 * MINUTE)
        story.schedule(at - 10 * SECOND, at, at_once=True)
        story.hand_over(at + SECOND)
        story.accept(at + 2 * SECOND)
        if way.stage.answers_personally:
            story.view(at + HOUR, CHROME)
            story.reply(at + HOUR + 7 * MINUTE, self.plot.chance.choice(REPLIES))
        elif self.plot.chance.random() < 0.5:
            story.view(at + 2 * HOUR, CHROME)
        return story

    def store(self, campaign: Campaign) -> None:
        """The bulk email and its recipients; the emails are stored after it."""
        version = TemplateVersion.objects.get(subject=PERSONAL.subject)
        told = {"template_version": version, "campaign": campaign, "continues": True}
        stored_bulk(self.told, PERSONAL, at_once=True, **told)
        for story in self.told:
            story.email.template_version = version

    def connect(self) -> None:
        """Each continues what its recipient had got of the campaign, now that the emails are there."""
        for way in self.ways:
            assert way.personal
            way.personal.email.continues = way.last_email
        Email.objects.bulk_update([story.email for story in self.told], ["continues"])

    def call(self) -> None:
        """Three of those who have not answered are called; one of them still has to be."""
        waiting = [way for way in self.ways if not way.stage.because]
        # Those first whose call of the campaign has been made.
        waiting.sort(key=lambda way: -way.stage.at)
        tasks, calls = [], []
        for number, (way, done) in enumerate(zip(waiting, CALLS, strict=False)):
            task = self._task(way, time(14 + number), self._yesterday(11), is_done=bool(done))
            tasks.append(task)
            if done:
                calls.append(self._made(task, done))
        Task.objects.bulk_create(tasks)
        Call.objects.bulk_create(calls)

    def _task(self, way: "Way", clock: time, made_at: datetime, *, is_done: bool) -> Task:
        anna = self.identity.owner
        task = Task(
            assignee=anna, creator=anna, kind=Kind.CALL, name=TO_DO, person=way.person,
            created_at=made_at,
        )  # fmt: skip
        day = made_at.date() if is_done else made_at.date() + DAY
        task.plan(day, clock, anna.time_zone)
        if is_done:
            task.status, task.closed_by = Task.Status.COMPLETE, anna
            task.closed_at = min(task.due_at + 9 * MINUTE, self.plot.now)
        return task

    def _made(self, task: Task, told: Telephoned) -> Call:
        assert task.closed_at and task.person
        words = CallWord.offered_on(CallWord.List.OUTCOME)
        return Call(
            person=task.person, user=task.assignee, task=task, seconds=told.seconds,
            began_at=task.closed_at - timedelta(seconds=told.seconds),
            outcome=words[told.outcome], notes=told.notes,
        )  # fmt: skip
