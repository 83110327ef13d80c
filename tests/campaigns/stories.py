"""Campaigns made up by chance, and what happens to the people in them.

All is drawn from one seed. What somebody does because of an email or a task is drawn from the seed
and from whose it is, so that paper and reality are told the same, in whatever order they ask.
"""

import random
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from tests.campaigns.paper import PaperStep, Rules

# A zone, and a day near which its clocks change (or none does).
SEASONS = [
    ("Europe/Stockholm", date(2027, 3, 28)),
    ("Europe/Stockholm", date(2027, 10, 31)),
    ("Europe/Stockholm", date(2027, 1, 13)),
    ("America/New_York", date(2027, 3, 14)),
    ("America/New_York", date(2027, 11, 7)),
    ("Australia/Lord_Howe", date(2027, 4, 4)),
    ("Africa/Cairo", date(2027, 4, 30)),  # at midnight
    ("Asia/Kolkata", date(2027, 6, 1)),
    ("Pacific/Auckland", date(2027, 9, 26)),
    ("UTC", date(2027, 3, 28)),
]
CLOCKS = [time(0), time(0, 30), time(2, 30), time(8, 15), time(9), time(14), time(23, 59)]
NAMES = ["Ann", "Bo", "Cy", "Di", "Ed", "Fay", "Gus", "Hal", "Ida", "Jo"]


@dataclass(frozen=True, order=True)
class Happening:
    """Something that is done from outside: `verb` with a person's step, or with all."""

    at: datetime
    verb: str
    name: str = ""
    step: int | None = None

    def __str__(self) -> str:
        whose = "" if self.step is None else f" {self.step}"
        return f"{self.at:%a %m-%d %H:%M:%S} {self.name or 'all'}: {self.verb}{whose}"


@dataclass
class Story:
    """A campaign, its people, and all that happens by itself."""

    seed: int | str
    rules: Rules
    steps: list[PaperStep]
    begins: datetime
    ends: datetime
    happenings: list[Happening] = field(default_factory=list)
    eventful: float = 1.0  # how much happens, against what usually does

    def chance(self, *about: object) -> random.Random:
        return random.Random(f"{self.seed} {about}")

    def server(self, name: str, step: int, attempt: int) -> tuple[str, int]:
        """What the server says, and how many minutes later."""
        chance = self.chance("server", name, step, attempt)
        answers = {"accepted": 84 / self.eventful, "deferred": 7, "refused": 4, "bounced": 4}
        answer = chance.choices(list(answers), list(answers.values()))[0]
        return answer, chance.choice([0, 0, 0, 0, 0, 0, 1, 45])

    def after(self, what: str, name: str, step: int, time_of: int) -> list[tuple[timedelta, str]]:
        """What somebody does, and how long after: because of an email that was "delivered", of a
        task that is "open", or of "trouble"."""
        chance = self.chance(what, name, step, time_of)
        choices: dict[str, dict[str, float]] = {
            "delivered": {
                "": 80 / self.eventful,
                "reply": 7,
                "answer automatically": 6,
                "bounce": 3,
                "complain": 1,
                "unsubscribe": 2,
                "unsubscribe from one": 2,
            },
            "open": {"": 6, "complete": 70, "skip task": 14, "skip": 4},
            "trouble": {"": 10, "retry": 60, "skip": 15, "remove": 5},
        }
        weights = choices[what]
        verb = chance.choices(list(weights), list(weights.values()))[0]
        wait = chance.choice([0, 1, 20, 60 * 5, 60 * 24, 60 * 50]) + chance.randrange(90)
        seconds = chance.choice([0, 0, 17])
        return [(timedelta(minutes=wait, seconds=seconds), verb)] if verb else []


def make_up(
    seed: int | str, *, people: int = 0, days: int = 0, steps: int = 0, eventful: float = 1.0
) -> Story:
    """The story of `seed`."""
    chance = random.Random(f"story {seed}")
    zone, day = chance.choice(SEASONS)
    days = days or chance.choice([6, 10, 14, 21])
    start = day - timedelta(days=chance.randrange(1, days))
    begins = datetime.combine(start, time(chance.randrange(24)), ZoneInfo(zone)).astimezone(UTC)
    rules = Rules(
        zone,
        skip_weekends=chance.random() < 0.5,
        ends_on_reply=chance.random() < 0.7,
        reply_is_success=chance.random() < 0.5,
        ends_on_bounce=chance.random() < 0.7,
        ends_on_unsubscribe=chance.random() < 0.7,
    )
    story = Story(
        seed,
        rules,
        _steps(chance, steps or chance.choice([1, 1, 2, 2, 3, 3, 6]), days),
        begins,
        begins + timedelta(days=days * 2),
        eventful=eventful,
    )
    _fill(story, chance, people or 5, days)
    return story


def _steps(chance: random.Random, count: int, days: int) -> list[PaperStep]:
    on = sorted(chance.randint(1, max(1, days * 2 // 3)) for _ in range(count))
    if chance.random() < 0.8:
        on[0] = 1
    made: list[PaperStep] = []
    for number, day in enumerate(on):
        made.append(_step(chance, number, day, made))
    return made


def _step(chance: random.Random, number: int, day: int, before: list[PaperStep]) -> PaperStep:
    first = not before
    kind = chance.choices(["email", "call", "inmail", "custom"], [7, 2, 1, 1])[0]
    if kind != "email":
        clock = chance.choice([None, None, *CLOCKS])
        return PaperStep(number, kind, day, clock=clock)
    timing = chance.choices(["launch" if first else "previous", "fixed", "task"], [5, 3, 1])[0]
    follows = chance.random() < (0.7 if any(step.is_automatic for step in before) else 0.02)
    return PaperStep(
        number,
        "email",
        day,
        timing=timing,
        clock=chance.choice(CLOCKS) if timing == "fixed" else None,
        minutes=chance.choice([0, 5, 45, 300]) if timing == "previous" else 0,
        follows=follows,
        subject=not follows or chance.random() < 0.3,
        prompt=chance.random() < 0.08,
    )


def _fill(story: Story, chance: random.Random, people: int, days: int) -> None:
    """Who is added when, and what is done whatever has come of them."""
    until = days * 24 * 60

    def some_time(most: int = until) -> datetime:
        return story.begins + timedelta(minutes=chance.randrange(most))

    def tell(at: datetime, verb: str, name: str = "", step: int | None = None) -> None:
        story.happenings.append(Happening(at, verb, name, step))

    for number in range(people):
        name = f"{NAMES[number % len(NAMES)]}{number // len(NAMES) or ''}"
        added = story.begins if chance.random() < 0.6 else some_time(until // 2)
        # A later start is noted as minutes in `step`.
        tell(added, "add", name, chance.choice([0, 0, 0, 0, 30, 60 * 20, 60 * 70]))
        if chance.random() < 0.15 * story.eventful:
            pause = some_time()
            tell(pause, "pause", name)
            tell(pause + timedelta(minutes=chance.randrange(60 * 90)), "resume", name)
        if chance.random() < 0.06 * story.eventful:
            tell(some_time(), "remove", name)
        if chance.random() < 0.08 * story.eventful:
            tell(some_time(), "skip", name)
        if chance.random() < 0.08 * story.eventful:
            tell(some_time(), "move", name, chance.randrange(len(story.steps)))
    if chance.random() < 0.3:
        pause = some_time()
        tell(pause, "pause all")
        tell(pause + timedelta(minutes=chance.randrange(60 * 90)), "resume all")
    if chance.random() < 0.3:
        stop = some_time()
        tell(stop, "stop worker")
        tell(stop + timedelta(minutes=chance.randrange(60 * 23)), "start worker")


def great_story(*, ends: bool) -> Story:
    """Six steps, 300 people, 40 days around the change of the clocks, and all that can happen;
    evidence `ends` somebody's way, or does not."""
    chance = random.Random(f"great story {ends}")
    steps = [
        PaperStep(0, "email", 1, timing="launch"),
        PaperStep(1, "email", 3, timing="previous", follows=True, subject=False),
        PaperStep(2, "call", 5, clock=time(14)),
        PaperStep(3, "email", 8, timing="fixed", clock=time(2, 30)),
        PaperStep(4, "email", 8, timing="previous", minutes=45, follows=True),
        PaperStep(5, "inmail", 12),
    ]
    rules = Rules(
        "Europe/Stockholm",
        skip_weekends=ends,
        ends_on_reply=ends,
        reply_is_success=True,
        ends_on_bounce=ends,
        ends_on_unsubscribe=ends,
    )
    begins = datetime.combine(date(2027, 3, 8), time(9), ZoneInfo(rules.zone)).astimezone(UTC)
    story = Story(f"great {ends}", rules, steps, begins, begins + timedelta(days=40))
    _fill(story, chance, 300, 30)
    for verb, begin, hours in (("pause all", 9, 50), ("pause all", 21, 3)):
        at = begins + timedelta(days=begin)
        story.happenings.append(Happening(at, verb))
        story.happenings.append(Happening(at + timedelta(hours=hours), f"resume {verb[6:]}"))
    stop = begins + timedelta(days=4, hours=1)
    story.happenings.append(Happening(stop, "stop worker"))
    story.happenings.append(Happening(stop + timedelta(hours=23), "start worker"))
    return story
