"""One person's way through a campaign on paper."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

from tests.campaigns.paper_calendar import PaperStep, on_the_wall, to_the_minute, when

if TYPE_CHECKING:
    from tests.campaigns.paper import Paper

# How long an email waits after the first, second … "not now".
WAITS = [timedelta(minutes=minutes) for minutes in (2, 5, 15, 30, 60, 120, 240)]


@dataclass
class PaperTurn:
    """A step's turn with one person. `status` is that of its email or task, in their own words."""

    step: PaperStep
    made_at: datetime
    due_at: datetime
    status: str
    by_hand: bool
    send_at: datetime | None = None
    continues: int | None = None  # the step whose email it answers
    answer: str = ""  # what the server will say at `answered_at`
    answered_at: datetime | None = None
    deferrals: int = 0
    sent: list[datetime] = field(default_factory=list)  # each time that it was handed over
    done_at: datetime | None = None
    skipped: bool = False

    @property
    def is_waiting(self) -> bool:
        return self.status == "scheduled"


@dataclass
class PaperPerson:
    """One person's way through the campaign."""

    paper: "Paper"
    name: str
    starts_at: datetime
    state: str = "active"
    hitch: str = ""
    because: str = ""
    ended_at: datetime | None = None
    succeeded: bool = False
    is_unsubscribed: bool = False
    ready: bool = True  # for the next step
    stuck_at: PaperStep | None = None  # of which no email could be made
    before: PaperStep | None = None  # the last whose turn is over
    basis: datetime | None = None  # and when that was
    turns: list[PaperTurn] = field(default_factory=list)

    @property
    def is_open(self) -> bool:
        return self.ended_at is None

    @property
    def is_held(self) -> bool:
        return self.paper.is_paused or self.state == "paused"

    @property
    def turn(self) -> PaperTurn | None:
        """The one that is not over."""
        return self.turns[-1] if self.turns and not self.turns[-1].done_at else None

    @property
    def reached(self) -> int:
        """The number of the last step that was made, or passed over."""
        last = [turn.step.number for turn in self.turns[-1:]]
        return max([*last, self.before.number if self.before else -1], default=-1)

    def turn_of(self, number: int) -> PaperTurn | None:
        return next((turn for turn in self.turns if turn.step.number == number), None)

    # What the engine and the worker do ----------------------------------------------------------

    def go_on(self) -> bool:
        """Do what is due now; whether there was anything."""
        if self.turn and self.turn.answered_at and self.turn.answered_at <= self.paper.now:
            return self.hear(self.turn)
        if not self.paper.is_working:
            return False
        if self.ready and self.state == "active" and not self.is_held:
            return self.make_the_next()
        turn = self.turn
        if turn and turn.is_waiting and not self.is_held and turn.send_at <= self.paper.now:
            return self.hand_over(turn)
        return False

    def moments(self) -> Iterator[datetime]:
        """When something is next to be done."""
        turn = self.turn
        if turn and turn.answered_at:
            yield turn.answered_at
        if turn and turn.is_waiting and not self.is_held:
            yield turn.send_at

    def make_the_next(self) -> bool:
        self.ready = False
        step = self.paper.step_after(self.before)
        if step is None:
            self.state, self.ended_at = "completed", self.paper.now
            return True
        due, by_hand = self.due(step), step.prompt or not step.is_automatic
        answers = self.last_that_arrived() if step.follows and not by_hand else None
        if not by_hand and not self.paper.has_subject(step):
            self.stuck_at, self.state, self.hitch = step, "attention", "not_made"
            return True
        turn = PaperTurn(
            step, self.paper.now, due, "open" if by_hand else "scheduled", by_hand=by_hand
        )
        if not by_hand:
            turn.send_at, turn.continues = max(due, self.paper.now), answers
        self.turns.append(turn)
        return True

    def due(self, step: PaperStep) -> datetime:
        gap = max(0, step.day - (self.before.day if self.before else 1))
        basis = self.basis or self.starts_at
        return when(self.paper.rules, step, gap, basis, self.clock())

    def clock(self) -> time | None:
        """The time of day at which the last email was meant to go."""
        for turn in reversed(self.turns):
            if turn.step.kind == "email" and turn.done_at and not turn.skipped:
                meant = turn.done_at if turn.by_hand else turn.due_at
                return to_the_minute(on_the_wall(meant, self.paper.rules.zone).time())
        return None

    def last_that_arrived(self) -> int | None:
        arrived = [turn for turn in self.turns if turn.status == "delivered"]
        return arrived[-1].step.number if arrived else None

    def hand_over(self, turn: PaperTurn) -> bool:
        if self.is_unsubscribed:
            self.fail(turn, "failed")
            return True
        turn.status = "in_progress"
        turn.sent.append(self.paper.now)
        turn.answer, minutes = self.paper.server(self.name, turn.step.number, len(turn.sent))
        turn.answered_at = self.paper.now + timedelta(minutes=minutes)
        return True

    def hear(self, turn: PaperTurn) -> bool:
        """What the server answers."""
        turn.answered_at = None
        if turn.answer == "accepted":
            self.arrive(turn)
        elif turn.answer == "deferred":
            self.wait(turn)
        elif turn.answer == "refused":
            self.fail(turn, "failed")
        else:
            self.bounce(turn)
        return True

    def arrive(self, turn: PaperTurn) -> None:
        turn.status = "delivered"
        self.paper.arrived(self, turn)
        self.finish(turn)

    def wait(self, turn: PaperTurn) -> None:
        """Not now: it goes later, unless it is over for the person."""
        turn.status = "scheduled" if self.is_open else "withdrawn"
        wait = WAITS[min(turn.deferrals, len(WAITS) - 1)]
        turn.deferrals += 1
        turn.send_at = self.paper.now + wait

    def fail(self, turn: PaperTurn, how: str) -> None:
        turn.status = how
        if self.is_open and not turn.done_at:
            self.state, self.hitch = "attention", how

    def finish(self, turn: PaperTurn, *, skipped: bool = False) -> None:
        """Its turn is over; the next one's begins."""
        if turn.done_at:
            return
        turn.done_at, turn.skipped = self.paper.now, skipped
        self.before, self.basis = turn.step, self.paper.now
        if self.is_open:
            self.ready = True
            if self.state == "attention":
                self.state, self.hitch = "active", ""

    def end(self, because: str) -> None:
        """Nothing more is sent, and nothing more to be done."""
        if not self.is_open:
            return
        self.state, self.hitch = "ended", ""
        self.because, self.ended_at, self.ready = because, self.paper.now, False
        self.stuck_at = None
        turn = self.turn
        if turn and turn.is_waiting:
            turn.status = "withdrawn"
        elif turn and turn.status == "open":
            turn.status = "removed"

    # What the recipient does -----------------------------------------------------------------------

    def reply(self) -> None:
        self.succeeded = self.succeeded or self.paper.rules.reply_is_success
        if self.paper.rules.ends_on_reply:
            self.end("replied")

    def answer_automatically(self) -> None:
        """An out-of-office message ends nothing."""

    def bounce(self, turn: PaperTurn) -> None:
        if turn.status in {"bounced", "spam"}:
            return
        self.fail(turn, "bounced")
        if self.paper.rules.ends_on_bounce:
            self.end("bounced")

    def complain(self, turn: PaperTurn) -> None:
        turn.status = "spam"
        self.end("complained")

    def unsubscribe(self) -> None:
        self.is_unsubscribed = True
        if self.paper.rules.ends_on_unsubscribe:
            self.end("unsubscribed")
        elif self.turn and self.turn.is_waiting:
            self.fail(self.turn, "failed")

    # What the rep does; False where it is refused ------------------------------------------------

    def complete(self, number: int) -> bool:
        return self.close(number, "complete")

    def skip_task(self, number: int) -> bool:
        return self.close(number, "skipped")

    def close(self, number: int, status: str) -> bool:
        turn = self.turn_of(number)
        if not turn or turn.status != "open":
            return False
        turn.status = status
        self.finish(turn, skipped=status == "skipped")
        return True

    def retry(self, number: int) -> bool:
        """Try again what failed, came back or could not be made."""
        if self.stuck_at:
            self.stuck_at, self.ready = None, True
            self.state, self.hitch = "active", ""
            return True
        turn = self.turn_of(number)
        if not turn or turn.status not in {"failed", "bounced"} or not self.is_open:
            return False
        turn.status, turn.send_at, turn.deferrals = "scheduled", self.paper.now, 0
        if self.state == "attention":
            self.state, self.hitch = "active", ""
        return True

    def skip(self) -> bool:
        """Pass over what it waits for."""
        if self.stuck_at and self.is_open:
            self.pass_over(self.stuck_at)
            return True
        turn = self.turn
        if not self.is_open or not turn or turn.status == "in_progress":
            return False
        turn.status = {"scheduled": "withdrawn", "open": "skipped"}.get(turn.status, turn.status)
        self.finish(turn, skipped=True)
        return True

    def pass_over(self, step: PaperStep) -> None:
        """Go on as if `step` had been done now, though it never came up."""
        self.before, self.basis, self.ready, self.stuck_at = step, self.paper.now, True, None
        if self.state == "attention":
            self.state, self.hitch = "active", ""

    def move(self, number: int) -> bool:
        """Let step `number` be the next; what lies before it is passed over."""
        reached = self.reached
        turn = self.turn
        if not self.is_open or number <= reached or (turn and turn.status == "in_progress"):
            return False
        if turn:
            self.skip()
        if number > reached + 1:
            self.pass_over(self.paper.steps[number - 1])
        return True

    def remove(self) -> bool:
        was_open = self.is_open
        self.end("removed")
        return was_open

    def pause(self) -> bool:
        if self.state != "active":
            return False
        self.state = "paused"
        return True

    def resume(self) -> bool:
        if self.state != "paused":
            return False
        self.state = "active"
        self.plan_anew()
        return True

    def plan_anew(self) -> None:
        """What should have gone while it was paused goes now, or at the next time of its kind."""
        turn = self.turn
        if self.is_held or not turn or not turn.is_waiting or turn.send_at >= self.paper.now:
            return
        step = turn.step
        if step.timing != "fixed":
            step = PaperStep(step.number, timing="launch")
        turn.due_at = turn.send_at = when(self.paper.rules, step, 0, self.paper.now)
