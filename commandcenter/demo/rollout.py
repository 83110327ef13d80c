"""The campaign of the demo: five steps, and people at every stage of it."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

from campaigns.models import (
    Because,
    Campaign,
    Enrollment,
    Hitch,
    Kind,
    Launch,
    LaunchPerson,
    State,
    Step,
    Timing,
    Turn,
)
from emails.models import Email, Lane
from prospects.models import Person
from search.language import parse
from search.models import SavedSearch
from tasks.models import Task

from .letters import CASE_STUDY, REFUSED, REPLIES, ROLLOUT, UNKNOWN_USER, Letter
from .personal import Personal
from .readers import CHROME, Reader
from .record import SECOND

if TYPE_CHECKING:
    from .plot import Plot
    from .story import Story

NAME = "Q1 rollout"
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
FOLLOW_UP = "Clicked, no reply"
SEARCH = f'campaign:"{NAME}" viewed clicked -replied'
FIELDS = {"name": "{{first_name}}", "company": "{{company}}"}
LETTERS: dict[int, Letter] = {0: ROLLOUT, 2: CASE_STUDY}
# Kind, day, name, time of day, and what there is to know.
STEPS = (
    (Kind.EMAIL, 1, "", None, ""),
    (Kind.CALL, 3, "Call about the two-site price", time(10), "Ask how many sites they plan."),
    (Kind.EMAIL, 5, "", time(9, 30), ""),
    (Kind.INMAIL, 8, "Connect on LinkedIn", time(11), "Thank them for their time on the phone."),
    (Kind.EMAIL, 12, "Send the contract", time(13), "Say which of the prices holds for them."),
)


@dataclass(frozen=True)
class Stage:
    """So many people who began `age` days ago and stand at the step `at` (from 0)."""

    count: int
    age: int
    at: int
    state: State = State.ACTIVE
    because: str = ""
    is_keen: bool = False  # they have followed the link of the first email, and not answered that

    @property
    def answers_personally(self) -> bool:
        """Whether it was the personal email that they answered."""
        return self.is_keen and self.because == Because.REPLIED


STAGES = (
    Stage(4, -1, 0),
    Stage(2, 2, 1, is_keen=True),
    Stage(2, 1, 1),
    Stage(4, 3, 2, is_keen=True),
    Stage(2, 4, 1, State.ENDED, Because.REPLIED, is_keen=True),
    Stage(2, 7, 3),
    Stage(2, 11, 4),
    Stage(3, 20, 4, State.COMPLETED),
    Stage(3, 9, 2, State.ENDED, Because.REPLIED),
    Stage(1, 6, 0, State.ENDED, Because.BOUNCED),
    Stage(1, 8, 1, State.ENDED, Because.REMOVED),
    Stage(1, 2, 1, State.PAUSED),
    Stage(1, 1, 0, State.ATTENTION),
)


@dataclass
class Way:
    """One person's way, with their emails by step."""

    person: Person
    stage: Stage
    starts: datetime
    emails: "dict[int, Story]" = field(default_factory=dict)
    personal: "Story | None" = None

    def at(self, step: int) -> datetime:
        """When the turn of a step is due: `starts`, and as many days later as it is planned."""
        return self.starts + (STEPS[step][1] - 1) * DAY

    @property
    def is_over(self) -> bool:
        return self.stage.state in {State.COMPLETED, State.ENDED}

    @property
    def told(self) -> "list[Story]":
        """All that they got in this conversation."""
        return [*self.emails.values(), *([self.personal] if self.personal else [])]

    @property
    def answered_at(self) -> datetime | None:
        replies = [story.email.last_replied_at for story in self.told]
        return max(filter(None, replies), default=None)

    @property
    def last_email(self) -> Email:
        """The last one of the campaign that has arrived."""
        arrived = [story.email for story in self.emails.values() if story.email.delivered_at]
        return arrived[-1]

    def is_worth_a_word(self, at: datetime) -> bool:
        """Whether they had viewed and clicked by then, and not answered."""
        emails = [story.email for story in self.emails.values()]
        viewed = [email.first_viewed_at for email in emails if email.first_viewed_at]
        clicked = [email.first_clicked_at for email in emails if email.first_clicked_at]
        did = viewed and clicked and min(viewed) < at and min(clicked) < at
        return bool(did) and not self.answered_at


class Rollout:
    """Its emails are told like all others, and belong to it from `store()` on."""

    def __init__(self, plot: "Plot") -> None:
        self.plot = plot
        self.identity = plot.crew.identities[0]
        self.ways: list[Way] = []
        self.steps: list[Step] = []
        self.personal = Personal(plot)

    def stories(self) -> "Iterator[Story]":
        """What each was sent, or is to be."""
        stages = [stage for stage in STAGES for _number in range(stage.count)]
        people = self.plot.chance.sample(self.plot.mailable(self.identity), len(stages))
        for person, stage in zip(people, stages, strict=True):
            self.plot.gone.add(person.email)
            way = Way(person, stage, self._morning(stage))
            self.ways.append(way)
            for step in (0, 2):
                if step <= stage.at:
                    way.emails[step] = self._email(way, step)
                    yield way.emails[step]
        yield from self.personal.stories(self.ways)

    def _morning(self, stage: Stage) -> datetime:
        local = self.plot.now.astimezone(self.identity.owner.zone) - stage.age * DAY
        return local.replace(hour=8, minute=15, second=0, microsecond=0)

    def _email(self, way: Way, step: int) -> "Story":
        plot, stage, at = self.plot, way.stage, way.at(step)
        waits = step == stage.at and stage.state == State.ACTIVE
        at = max(at, plot.now + 2 * HOUR) if waits else min(at, plot.now - 3 * HOUR)
        story = plot.scheduled(self.identity, way.person, LETTERS[step], at)
        if waits:
            return story
        story.hand_over(at + SECOND)
        last = step == stage.at
        if last and stage.because == Because.BOUNCED:
            story.refuse_address(at + 2 * SECOND, UNKNOWN_USER[0])
        elif last and stage.state == State.ATTENTION:
            story.refuse(at + 2 * SECOND, REFUSED[0])
        else:
            story.accept(at + 2 * SECOND)
            if last and stage.because == Because.REPLIED:
                story.reply(at + HOUR, plot.chance.choice(REPLIES))
            elif stage.is_keen:
                story.view(at + HOUR, CHROME)
                story.click(at + HOUR + 40 * SECOND, CHROME, link=1)
            elif not stage.because:
                plot.engage(story, replace(Reader.one_of_many(plot.chance), answers=False))
        return story

    @property
    def campaign(self) -> Campaign:
        return self.steps[0].campaign

    def store(self) -> None:
        """The campaign and its steps; the emails are stored after it."""
        anna, begun = self.identity.owner, self.plot.now - 30 * DAY
        campaign = Campaign.objects.create(
            owner=anna, name=NAME, zone=anna.time_zone, skip_weekends=False, reply_is_success=True,
            created_at=begun, updated_at=begun,
        )  # fmt: skip
        for number, line in enumerate(STEPS):
            self.steps.append(self._step(campaign, number, *line))
        for way in self.ways:
            for step, story in way.emails.items():
                email = story.email
                email.campaign, email.step, email.lane = campaign, self.steps[step], Lane.BULK
            for story in way.told:
                story.email.answered_at = way.answered_at

    def _step(
        self, campaign: Campaign, number: int, kind: Kind, day: int, name: str,
        clock: time | None, details: str,
    ) -> Step:  # fmt: skip
        letter, timing = LETTERS.get(number), ""
        if kind == Kind.EMAIL:
            timing = (Timing.FIXED if number else Timing.LAUNCH) if letter else Timing.TASK
        return Step.objects.create(
            campaign=campaign, kind=kind, day=day, name=name, clock=clock, details=details,
            timing=timing, subject=letter.subject if letter else "",
            html=letter.html(sender=self.identity.name, **FIELDS) if letter else "",
            created_at=campaign.created_at,
        )  # fmt: skip

    def enroll(self) -> None:
        """Everybody's way, with the turns that they have had, now that the emails are there."""
        campaign, anna = self.campaign, self.identity.owner
        launch = Launch.objects.create(
            campaign=campaign, owner=anna, identity=self.identity, start_zone=anna.time_zone,
            started_at=self.plot.now - 20 * DAY, created_at=self.plot.now - 20 * DAY,
        )  # fmt: skip
        rows = [LaunchPerson(launch=launch, person=way.person) for way in self.ways]
        LaunchPerson.objects.bulk_create(rows)
        pairs = list(zip(self.ways, rows, strict=True))
        ways = Enrollment.objects.bulk_create([self._enrollment(*pair) for pair in pairs])
        turns = [
            self._turn(way, step, enrollment)
            for way, enrollment in zip(self.ways, ways, strict=True)
            for step in range(way.stage.at + 1)
        ]
        Task.objects.bulk_create([turn.task for turn in turns if turn.task])
        Turn.objects.bulk_create(turns)
        self._keep_the_search()

    def _keep_the_search(self) -> None:
        """Whom to follow up, in Anna's side bar."""
        saved = SavedSearch(owner=self.identity.owner, name=FOLLOW_UP)
        saved.put(parse(SEARCH), SavedSearch.Subject.PEOPLE)
        saved.stand_last()
        saved.save()

    def _enrollment(self, way: Way, row: LaunchPerson) -> Enrollment:
        stage, anna = way.stage, self.identity.owner
        due = min(way.at(stage.at) + 2 * HOUR, self.plot.now)
        ended = (way.answered_at or due) if way.is_over else None
        return Enrollment(
            campaign=self.campaign, person=way.person, owner=anna, identity=self.identity,
            launched=row, state=stage.state, because=stage.because, starts_at=way.starts,
            hitch=Hitch.FAILED if stage.state == State.ATTENTION else "",
            step=self.steps[stage.at], ended_at=ended, created_at=min(way.starts, self.plot.now),
            ended_by=anna if stage.because == Because.REMOVED else None,
            succeeded_at=ended if stage.because == Because.REPLIED else None,
        )  # fmt: skip

    def _turn(self, way: Way, step: int, enrollment: Enrollment) -> Turn:
        stage, story = way.stage, way.emails.get(step)
        is_done = step < stage.at or stage.state == State.COMPLETED
        turn = Turn(
            enrollment=enrollment, step=self.steps[step], due_at=way.at(step), created_at=way.starts
        )
        if story:
            turn.email, turn.done_at = story.email, story.email.delivered_at
            turn.due_at = story.email.send_at or turn.due_at
            return turn
        turn.task = self._task(way, step, is_done)
        turn.due_at, turn.done_at = turn.task.due_at, turn.task.closed_at
        return turn

    def _task(self, way: Way, step: int, is_done: bool) -> Task:
        anna, planned = self.identity.owner, self.steps[step]
        task = Task(
            assignee=anna, creator=anna, kind=planned.kind, name=planned.name, person=way.person,
            details=planned.details, campaign=planned.campaign,
        )  # fmt: skip
        task.plan(way.at(step).astimezone(anna.zone).date(), planned.clock, anna.time_zone)
        if is_done:
            task.status, task.closed_by = Task.Status.COMPLETE, anna
            task.closed_at = min(task.due_at + HOUR, self.plot.now)
        elif way.is_over:
            task.removed_at = self.plot.now
        return task
