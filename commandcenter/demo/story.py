"""The life of one email, told verb by verb with its times; the rows come out as if it had lived.

What is told here goes by the same table of transitions as everything else: tests weigh every
email of the demo again and find nothing to move.
"""

from datetime import datetime

from django.conf import settings

from emails.models import Attempt, Cause, Event, Outcome, Status
from emails.models.weighing import delay_after
from prospects.models import Suppression

from .letters import Said
from .record import Kind, Record

ACCEPTED = Said(250, "2.0.0", "Ok: queued as {id}")


class Story(Record):
    """One email and all that becomes of it. The verbs are called in the order of their times."""

    # What the rep does ---------------------------------------------------------------------------

    def schedule(self, at: datetime, send_at: datetime, *, at_once: bool = False) -> None:
        """At `at`, for `send_at`."""
        assert self.email.identity
        self.email.channel = self.email.identity.channel
        self.email.message_id = f"{self._uuid().hex}@{settings.MAIL_DOMAIN}"
        self.email.at_once = at_once
        self._due(send_at)
        self._move(Cause.SCHEDULE, at, by=self.owner)

    def archive(self, at: datetime) -> None:
        self.email.archived_at = at
        self._move(Cause.ARCHIVE, at, by=self.owner)

    def succeed(self, at: datetime) -> None:
        """It brought what it was written for."""
        self.email.succeeded_at, self.email.succeeded_by = at, self.owner
        self.email.updated_at = at
        self._note(Cause.SUCCEED, at, self.email.status, by=self.owner)

    def retry_bounce(self, at: datetime) -> None:
        """Bounced, and sent once more all the same."""
        self._due(at)
        self._move(Cause.RETRY_BOUNCE, at, by=self.owner)
        for attempt in self.attempts:
            attempt.counts_above = Outcome.FAILED

    def remove(self, at: datetime) -> None:
        """Into the trash."""
        self.email.removed_at, self.email.removed_by = at, self.owner
        self.email.removed_because = "deleted"
        self._note(Cause.REMOVE, at, self.email.status, by=self.owner, reason="deleted")

    # What the worker does and the server answers -------------------------------------------------

    def stop(self, at: datetime, reason: str, **values: str) -> None:
        """By our own checks, before anything was sent."""
        self.email.failed_at = at
        self._move(Cause.STOP, at, reason=reason, reason_values=values)

    def hand_over(self, at: datetime) -> None:
        """The mark: a new attempt is in hand until one of the answers below."""
        attempt = Attempt(
            email=self.email,
            number=len(self.attempts) + 1,
            lease=self._uuid(),
            channel=self.email.channel,
            owner=self.owner,
            message_id=self.email.message_id,
            worker="demo",
            started_at=at,
        )
        self.attempts.append(attempt)
        self._move(Cause.MARK, at, attempt=attempt)

    def accept(self, at: datetime) -> None:
        queue_id = f"4{self.chance.getrandbits(44):011X}"
        self._answer(Kind.ACCEPTED, at, ACCEPTED, id=queue_id)
        self.attempts[-1].provider_id = queue_id
        self._arrive(at)

    def refuse(self, at: datetime, said: Said) -> None:
        """For good, and not because of the address."""
        self._answer(Kind.REFUSED, at, said)
        self.email.failed_at = at
        self._move_as_told(Cause.REFUSE, at)

    def defer(self, at: datetime, said: Said) -> None:
        """For now; `email.send_at` is then when it is tried again."""
        self._answer(Kind.DEFERRED, at, said)
        self.email.deferrals += 1
        wait = delay_after(self.email.deferrals)
        assert wait is not None
        self.email.send_at = at + wait
        self._move_as_told(Cause.DEFER, at)

    def doubt(self, at: datetime) -> None:
        """The connection was lost after the final dot."""
        self._answer(Kind.DOUBT, at, Said(0, "", ""), reason="connection_lost")
        self.email.failed_at = at
        because = {"because": "connection_lost"}
        self._move(Cause.DOUBT, at, reason="unconfirmed", reason_values=because, **self._latest())

    def refuse_address(self, at: datetime, said: Said) -> None:
        """For good, because of the address."""
        self._answer(Kind.BOUNCE, at, said)
        self._bounce(at)

    # What comes back later -----------------------------------------------------------------------

    def report_bounce(self, at: datetime, said: Said) -> None:
        """A delivery report, after the first server had accepted it."""
        told = self._told(said) | {"server": f"mx.{self.person.domain}", "reported_for": self._to}
        self._see(Kind.BOUNCE, at, "mail", told)
        self._bounce(at)

    def complain(self, at: datetime) -> None:
        told = {"address": self._to, "feedback_type": "abuse"}
        self._see(Kind.COMPLAINT, at, "mail", told)
        self.email.failed_at, self.email.archived_at = at, None
        self._move_as_told(Cause.COMPLAIN, at)
        self._suppress(Suppression.Reason.COMPLAINED, at)

    def unsubscribe(self, at: datetime) -> None:
        told = {"address": self._to, "suppressed": True}
        self._see(Kind.UNSUBSCRIBE, at, "unsubscribe", told)
        self._suppress(Suppression.Reason.UNSUBSCRIBED, at)

    def reply(self, at: datetime, text: str) -> None:
        self._see(Kind.REPLY, at, "mail", self._written(f"Re: {self.email.subject}", text))
        if self.email.status == Status.FAILED:  # it was unconfirmed, and has arrived after all
            self._arrive(at)

    def auto_reply(self, at: datetime, text: str) -> None:
        told = self._written(f"Automatic reply: {self.email.subject}", text)
        self._see(Kind.AUTO_REPLY, at, "mail", told, who=Event.Who.MACHINE)

    def view(self, at: datetime, agent: str, *, own: bool = False) -> None:
        self._track(Kind.OPEN, at, agent, own)

    def click(self, at: datetime, agent: str, link: int, *, own: bool = False) -> None:
        """Of the link with this number, from 1."""
        self.clicked[len(self.events)] = link
        self._track(Kind.CLICK, at, agent, own)
