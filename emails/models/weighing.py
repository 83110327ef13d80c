"""How evidence moves an email: a verdict over its attempts, and the transition it calls for."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models.functions import Coalesce, Now

from .changing import Changing, react_all
from .querysets import UNCONFIRMED
from .vocabulary import TRANSITIONS, Cause, Outcome, Status

if TYPE_CHECKING:
    from .history import Attempt, Event

# How long to wait after the first, second, … "not now" of the server; the last repeats. Waiting
# is what counts, so that the clock stands still while a channel is held.
DELAYS = [timedelta(minutes=minutes) for minutes in (2, 5, 15, 30, 60, 120, 240)]
TRIED_FOR = timedelta(days=3)


def delay_after(deferrals: int) -> timedelta | None:
    """How long to wait after so many deferrals (at least one); None once TRIED_FOR is over."""
    waits = [DELAYS[min(number, len(DELAYS) - 1)] for number in range(deferrals)]
    return waits[-1] if sum(waits, timedelta()) <= TRIED_FOR else None


class Weighing(Changing):
    """The part of an email that evidence speaks to."""

    class Meta:
        abstract = True

    def weigh(self, event: "Event | None" = None) -> None:
        """Move to where the evidence says, if it says anything new.

        The caller holds the email's row lock. The verdict is a function of what the attempts
        came to, so that the order in which evidence arrived does not matter:

        - of older attempts counts what rose to arrived or above, but not while the latest one is
          in hand and nothing is known of it;
        - that one attempt failed does not count if another one arrived, and what was archived
          when it bounced is archived again by that;
        - a complaint counts whichever attempt it names;
        - what somebody forgave when they decided to go on does not count (see FORGIVEN).
        """
        attempts = list(self.attempts.all())
        if not attempts:
            return
        speaking = _speaking(self, attempts)
        if speaking is None:
            return
        cause = _CAUSES[Outcome(speaking.verdict)]
        if cause == Cause.DEFER and _tried_long_enough(self, speaking):
            cause = Cause.REFUSE
        if _calls_for_a_move(self, cause):
            archived = cause == Cause.ARRIVE and self._bounced_from_the_archive()
            self._change(cause, **_changes(self, cause, speaking), attempt=speaking, event=event)
            if archived:
                self._change(Cause.ARCHIVE, archived_at=Now(), event=event)
            if cause == Cause.DEFER:
                self._withdraw_if_cancelled(speaking)

    def weigh_and_tell(self) -> None:
        """`weigh` outside the application of events, which tells the higher apps itself."""
        known = self.transitions.order_by("-pk").values_list("pk", flat=True).first()
        self.weigh()
        react_all(self.transitions.filter(pk__gt=known or 0))

    def _withdraw_if_cancelled(self, attempt: "Attempt") -> None:
        """What was in hand when its bulk email was cancelled, and was not taken, goes no more; what
        somebody has tried again after that does."""
        from .bulk import CANCELLED, BulkSend

        cancelled = BulkSend.objects.cancelled(since=attempt.started_at)
        if not self.removed_at and cancelled.filter(pk=self.bulk_id or 0).exists():
            self._change(Cause.WITHDRAW, removed_at=Now(), removed_because=CANCELLED)

    def _bounced_from_the_archive(self) -> bool:
        if self.status != Status.BOUNCED or self.removed_at:
            return False
        bounced = self.transitions.filter(cause=Cause.BOUNCE).last()
        return bounced is not None and bounced.from_status == Status.ARCHIVED

    @transaction.atomic
    def give_up(self) -> None:
        """In Progress beyond its lease → Failed, unconfirmed, unless evidence says otherwise.

        Does nothing if somebody was faster.
        """
        for email in type(self).objects.given_up().filter(pk=self.pk).locked():
            email.attempts.filter(ended_at=None).update(ended_at=Now(), reason="lease_over")
            email.weigh_and_tell()


def _speaking(email: Weighing, attempts: "list[Attempt]") -> "Attempt | None":
    """The attempt whose verdict decides; None while there is nothing to say."""
    *older, latest = attempts
    in_hand = email.status == Status.IN_PROGRESS and latest.ended_at is None
    if in_hand and not latest.verdict:
        return None
    counting = [latest, *(attempt for attempt in older if attempt.verdict >= Outcome.ARRIVED)]
    if any(attempt.verdict == Outcome.ARRIVED for attempt in counting):
        counting = [attempt for attempt in counting if attempt.verdict != Outcome.FAILED]
    return max(counting, key=lambda attempt: (attempt.verdict, attempt.number))


def _tried_long_enough(email: Weighing, attempt: "Attempt") -> bool:
    return not attempt.is_channel_fault and delay_after(email.deferrals + 1) is None


_CAUSES = {
    Outcome.NONE: Cause.DOUBT,
    Outcome.DEFERRED: Cause.DEFER,
    Outcome.REFUSED: Cause.REFUSE,
    Outcome.ARRIVED: Cause.ARRIVE,
    Outcome.FAILED: Cause.BOUNCE,
    Outcome.COMPLAINED: Cause.COMPLAIN,
}


def _calls_for_a_move(email: Weighing, cause: Cause) -> bool:
    origins, _target = TRANSITIONS[cause]
    late_answer = cause in {Cause.DEFER, Cause.REFUSE} and email.status == Status.FAILED
    return email.status in origins and (not late_answer or email.is_unconfirmed)


def _changes(email: Weighing, cause: Cause, attempt: "Attempt") -> dict[str, Any]:
    """The columns that change with the status."""
    told: dict[str, Any] = {
        "reason": attempt.reason,
        "reason_values": attempt.reason_values,
        "server_words": attempt.server_words,
    }
    if cause == Cause.ARRIVE:
        return {"delivered_at": Coalesce("delivered_at", Now()), "failed_at": None}
    if cause == Cause.DEFER and attempt.is_channel_fault:
        return told
    if cause == Cause.DEFER:
        wait = delay_after(email.deferrals + 1)
        return told | {"deferrals": email.deferrals + 1, "send_at": Now() + wait}
    if cause == Cause.DOUBT:
        because = {"because": attempt.reason}
        return told | {"reason": UNCONFIRMED, "reason_values": because, "failed_at": Now()}
    if cause == Cause.REFUSE and attempt.verdict == Outcome.DEFERRED:
        told["reason_values"] = {"reason": told["reason"]}
        told["reason"] = "tried_long_enough"
    return told | {"failed_at": Now(), "archived_at": None}
