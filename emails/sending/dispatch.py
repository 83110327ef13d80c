"""One worker's turn at one channel: claim, prepare, mark, hand over, settle, and again."""

import math
import os
import socket
import time
from collections import deque
from datetime import timedelta
from typing import NamedTuple
from uuid import uuid4

import structlog
from django.conf import settings
from django.db import Error, close_old_connections

from ..events import Observation, record
from ..models import Attempt, Channel, Email, Event, IllegalTransition, UnattendedPeriod
from .claim import claim, count_as_lost, give_back, slot
from .copies import envelope, send_copies
from .insisting import IN_DOUBT, insist
from .limits import Room, minute_is_full, room_today
from .mark import Mark, mark, marked_as
from .message import CannotBeBuilt, Prepared, prepare
from .observed import answered, at_fault, not_sendable
from .pages import Pages
from .settle import is_usual, settle
from .smtp import ChannelFault, Session
from .stopping import stopping
from .suppressing import suppressed

log = structlog.get_logger(__name__)

WORKER = f"{socket.gethostname()}/{os.getpid()}"
# So many emails refused, or left in doubt, one after the other and not for their addresses:
# something is wrong with the channel and not with them.
REFUSALS_IN_A_ROW = 5
# So much of what was claimed is made ready before the first of it is marked: while one is in hand
# nothing else is done that could take long, or kill this process.
READY_BYTES = 4_000_000
# A turn notes so often that it looks after its channel; a gap is one of many minutes.
ATTEND_SECONDS = 10


class InHand(NamedTuple):
    """A marked email with its message, which goes now."""

    prepared: Prepared
    attempt: Attempt
    deadline: float  # of time.monotonic()


class Dispatcher:
    """Sends what is due on one channel until nothing is, or its time is over."""

    def __init__(self, channel: Channel) -> None:
        self.channel = channel
        self.lease = uuid4()
        self.session = Session.to(channel)
        # Whose email came last comes last: a sender whom the server refuses stops nobody else.
        self.last_sender = channel.last_sender or 0
        # Senders whose day's limit is reached: theirs wait, without being prepared in vain.
        self.full: set[int] = set()
        self.room = Room({}, None)
        self.gaps: list[UnattendedPeriod] = []
        self.handed_over = 0
        self.attended_at = -math.inf
        # With the connection went the locks by which others know that this worker is alive: it
        # finishes the email in hand and ends.
        self.cut_off = False
        self.pages = Pages()

    def run(self) -> int:
        """Returns how many emails were handed over; 0 if all connections were taken."""
        until = time.monotonic() + settings.SENDING["DISPATCH_SECONDS"]
        with slot(self.channel, self.lease) as taken:
            if taken is None:
                return 0
            try:
                self._send_copies(until)
                while self.may_go_on(until):
                    if not self._send_all(self._claim(), until):
                        break  # nothing is due, or what is due may not go now
            finally:
                self.session.close()
                _give_back(self)
        return self.handed_over

    def may_go_on(self, until: float) -> bool:
        """Whether another one may be begun."""
        return time.monotonic() < until and not self.cut_off and not stopping()

    def _claim(self) -> deque[Email]:
        if time.monotonic() - self.attended_at > ATTEND_SECONDS:
            self.channel.attend()
            self.attended_at = time.monotonic()
        self.channel.refresh_from_db()
        if not self.channel.is_open:
            return deque()
        while not minute_is_full(self.channel):
            claimed = claim(
                self.channel,
                self.lease,
                size=settings.SENDING["CLAIM_SIZE"],
                after=self.last_sender,
                without=self.full,
            )
            self.last_sender = claimed.last_sender
            self.room = room_today(email.owner_id for email in claimed.emails)
            full = self.room.full
            emails = [email for email in claimed.emails if email.owner_id not in full]
            if full:
                give_back(self.lease, [e.pk for e in claimed.emails if e.owner_id in full])
            self.full |= full
            if emails or not full:
                self.gaps = self.channel.gaps_since(email.send_at for email in emails)
                return deque(emails)
        return deque()

    def _send_all(self, emails: deque[Email], until: float) -> int:
        """Send the claimed emails; what is left when the time is over is given back. Returns how
        many were handed over."""
        before = self.handed_over
        try:
            while emails and self.channel.is_open and self.may_go_on(until):
                self._send_ready(self._make_ready(emails), until)
        except ChannelFault as fault:
            self._hold(fault)
        give_back(self.lease)
        self.pages.tell()
        return self.handed_over - before

    def _send_copies(self, until: float) -> None:
        """Send the copies that are due: few ever are, so that a look for each turn is enough."""
        try:
            if self.channel.is_open:
                self.handed_over += send_copies(self, until)
        except ChannelFault as fault:
            self._hold(fault)
        self.pages.tell()

    def _make_ready(self, emails: deque[Email]) -> deque[Prepared]:
        """The next few with their messages, made while nothing is in hand."""
        ready: deque[Prepared] = deque()
        size = 0
        while emails and size < READY_BYTES:
            if prepared := self._prepare(emails.popleft()):
                ready.append(prepared)
                size += len(prepared.data)
        return ready

    def _prepare(self, email: Email) -> Prepared | None:
        """Its message; None if none can be made of it. What breaks may not hold up the others: it
        counts like a crash, so that the email is Failed when it has done so three times."""
        email.channel = self.channel
        try:
            if self._too_late(email):
                _stop(email, self, "too_late")
                return None
            return prepare(email)
        except CannotBeBuilt as error:
            _stop(email, self, error.reason, **error.values)
        except Error:
            raise
        except Exception:
            log.exception("not prepared", email=email.pk)
            count_as_lost(self.lease, email)
        return None

    def _too_late(self, email: Email) -> bool:
        """Whether it waited unattended for longer than an email may. Throttle, pause and retry do
        not count: then somebody was looking after the channel."""
        waited = sum((gap.overlap(email.send_at) for gap in self.gaps), timedelta())
        return waited > timedelta(hours=settings.SENDING["TOO_LATE_HOURS"])

    def _send_ready(self, ready: deque[Prepared], until: float) -> None:
        """Send one after the other. Raises ChannelFault once what was in hand is settled."""
        in_hand = None
        while in_hand or (ready and self.may_go_on(until)):
            in_hand = in_hand or self._mark(ready.popleft())
            if in_hand is None:
                continue
            observation, fault = self._hand_over(in_hand)
            self.handed_over += 1
            usual = is_usual(observation) and self.session.is_ready
            follows = usual and ready and self.may_go_on(until)
            self.pages.note(in_hand.prepared.email)
            in_hand = self._settle(observation, ready.popleft() if follows else None)
            if fault:
                raise fault
            self._learn(observation)

    def _mark(self, prepared: Prepared) -> InHand | None:
        """Mark; where it is not known whether that was committed, ask before going on."""
        email = prepared.email
        self.session.open()
        deadline = _deadline()
        try:
            attempt = mark(email, self.lease, worker=WORKER, prepared=prepared, room=self.room)
        except IN_DOUBT as error:
            log.warning("mark in doubt", email=email.pk, error=str(error))
            self.cut_off = True
            attempt = insist(lambda: marked_as(email, self.lease))
        except Exception:
            log.exception("not marked", email=email.pk)
            count_as_lost(self.lease, email)
            return None
        return self._taken(prepared, attempt, deadline)

    def _settle(self, observation: Observation, following: Prepared | None) -> InHand | None:
        """Record the answer, which is never discarded: while its commit is in doubt it is
        repeated, which changes nothing if it was committed, and nothing else is handed over.

        The email that follows is marked in the same commit, and is then in hand.
        """
        deadline = _deadline()
        try:
            attempt = settle(observation, self._marking(following) if following else None)
        except IN_DOUBT as error:
            log.warning("settling again", attempt=observation.attempt_id, error=str(error))
            self.cut_off = True
            insist(lambda: record([observation]))
            attempt = None
            if following:
                attempt = insist(lambda: marked_as(following.email, self.lease))
        except Exception:  # the one that follows must not cost this one its answer
            if following is None:
                raise
            log.exception("not marked", email=following.email.pk)
            count_as_lost(self.lease, following.email)
            return self._settle(observation, None)
        return self._taken(following, attempt, deadline) if following else None

    def _marking(self, prepared: Prepared) -> Mark:
        email, lease, room = prepared.email, self.lease, self.room
        return Mark(email=email, lease=lease, worker=WORKER, room=room, prepared=prepared)

    def _taken(self, prepared: Prepared, attempt: Attempt | None, deadline: float) -> InHand | None:
        """What was marked is in hand; what may not go is stopped if somebody must not be mailed,
        else left to wait."""
        email = prepared.email
        self.pages.note(email)
        if attempt:
            return InHand(prepared, attempt, deadline)
        if found := suppressed(email):
            _stop(email, self, "suppressed", address=found.address, because=found.because)
        return None

    def _hand_over(self, in_hand: InHand) -> tuple[Observation, ChannelFault | None]:
        """What was answered, and what turned out to be wrong with the channel."""
        prepared, attempt, deadline = in_hand
        email = prepared.email
        assert email.identity is not None  # a constraint of the table: it is scheduled
        try:
            answer = self.session.hand_over(
                email.identity.address,
                envelope(email),
                prepared.data,
                deadline=deadline,
                # The last half of the time belongs to the server's answer.
                dot_by=deadline - settings.SENDING["HAND_OVER_SECONDS"] / 2,
                envid=prepared.token,
            )
            return answered(email, attempt, answer), None
        except ChannelFault as fault:
            return at_fault(email, attempt, fault), fault
        except ValueError as error:
            return not_sendable(email, attempt, error), None

    def _learn(self, observation: Observation) -> None:
        """What this outcome says about the channel."""
        if observation.kind in {Event.Kind.REFUSED, Event.Kind.DOUBT}:
            if self.channel.has_failed(REFUSALS_IN_A_ROW):
                kind = "refusing" if observation.kind == Event.Kind.REFUSED else "leaving_doubt"
                raise ChannelFault(kind, str(observation.data.get("words", "")))
        elif observation.kind == Event.Kind.ACCEPTED and self.channel.faults:
            self.channel.works_again()

    def _hold(self, fault: ChannelFault) -> None:
        log.warning("channel held", channel=self.channel.pk, kind=fault.kind, words=fault.words)
        self.channel.hold(f"channel_{fault.kind}", fault.words)


def _deadline() -> float:
    """When what is marked now must have been handed over: by this process's own clock, so that it
    ends before the lease does."""
    return time.monotonic() + float(settings.SENDING["HAND_OVER_SECONDS"])


def _stop(email: Email, dispatcher: Dispatcher, reason: str, **values: object) -> None:
    try:
        email.stop(reason, lease=dispatcher.lease, **values)
    except IllegalTransition:
        log.info("stopped by somebody else meanwhile", email=email.pk)


def _give_back(dispatcher: Dispatcher) -> None:
    """Free what is claimed; if the database is away, the claims expire by themselves."""
    try:
        give_back(dispatcher.lease)
    except Error as error:
        log.warning("claims not given back", error=str(error))
        close_old_connections()
