"""An email on paper: the same judgement of evidence, without a database.

It weighs with the product's own code and knows of commands only what they do to statuses and
attempts, so that thousands of stories can be told in a second.
"""

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from emails.models import Attempt, Cause, Email, Event, Outcome, Status
from emails.models.vocabulary import FORGIVEN
from emails.models.weighing import Weighing


@dataclass
class PaperAttempt:
    number: int
    outcome: int = Outcome.NONE
    counts_above: int = Outcome.NONE
    ended_at: str | None = None
    reason: str = ""
    reason_values: dict = field(default_factory=dict)
    server_words: str = ""

    verdict = Attempt.verdict
    is_channel_fault = Attempt.is_channel_fault


class PaperEmail:
    TRANSITIONS = Email.TRANSITIONS
    weigh = Weighing.weigh
    is_unconfirmed = Email.is_unconfirmed

    def __init__(self) -> None:
        self.status: str = Status.DRAFT
        self.reason = ""
        self.deferrals = 0
        self.bounced_from = ""
        self.removed = False
        self.tried: list[PaperAttempt] = []
        self.attempts = SimpleNamespace(all=lambda: self.tried)

    def _change(self, cause: Cause, **changes: Any) -> None:
        origins, target = self.TRANSITIONS[cause]
        assert self.status in origins
        if cause == Cause.BOUNCE:
            self.bounced_from = self.status
        self.status = target
        self.reason = changes.get("reason", "")
        self.deferrals = changes.get("deferrals", self.deferrals)
        for attempt in self.tried:
            attempt.counts_above = max(attempt.counts_above, FORGIVEN.get(cause, 0))

    def _bounced_from_the_archive(self) -> bool:
        return self.status == Status.BOUNCED and self.bounced_from == Status.ARCHIVED

    def _withdraw_if_cancelled(self, attempt: PaperAttempt) -> None:
        """It belongs to no bulk email."""

    def command(self, name: str) -> bool:
        """Do what a rep or a worker does; False if it is refused."""
        word = name.replace(" ", "_")
        done = getattr(self, word, None) or self._by_table(Cause(word))
        return bool(done())

    def _by_table(self, cause: Cause) -> Any:
        def change() -> bool:
            if self.status not in self.TRANSITIONS[cause].origins:
                return False
            self._change(cause)
            return True

        return change

    def reopen(self) -> bool:
        return not self.is_unconfirmed and self._by_table(Cause.REOPEN)()

    def retry(self) -> bool:
        return not self.is_unconfirmed and self._by_table(Cause.RETRY)()

    def send_again(self) -> bool:
        return self.is_unconfirmed and self._by_table(Cause.SEND_AGAIN)()

    def mark(self) -> bool:
        if self.removed or not self._by_table(Cause.MARK)():
            return False
        self.tried.append(PaperAttempt(len(self.tried) + 1))
        return True

    def lease_over(self) -> bool:
        if self.status != Status.IN_PROGRESS or self.tried[-1].ended_at:
            return False
        self.tried[-1].ended_at = "now"
        self.weigh()
        return True

    def learn(self, number: int, kind: Event.Kind, *, smtp: bool) -> None:
        """One piece of evidence about an attempt."""
        attempt = self.tried[number - 1]
        if smtp and not attempt.ended_at:
            attempt.ended_at = "now"
        attempt.outcome = max(attempt.outcome, Event.PROVES.get(kind, Outcome.NONE))
        self.weigh()
