"""One worker's turn at one channel: claim, prepare, mark, hand over, settle, and again."""

import os
import socket
import time
from collections import deque
from collections.abc import Callable, Mapping
from datetime import timedelta
from uuid import uuid4

import structlog
from django.conf import settings
from django.db import Error, InterfaceError, OperationalError, close_old_connections, connection
from django.utils import timezone

from ..events import SMTP, Observation, record
from ..models import Attempt, Channel, Email, Event, IllegalTransition, UnattendedPeriod
from .claim import claim, count_as_lost, give_back, slot
from .mark import full_days, mark, marked_as, minute_is_full
from .message import CannotBeBuilt, Prepared, prepare
from .smtp import Answer, ChannelFault, Session
from .stopping import stopping
from .suppressing import suppressed

log = structlog.get_logger(__name__)

# After these it is not known whether what was asked for was committed.
IN_DOUBT = (OperationalError, InterfaceError)
WORKER = f"{socket.gethostname()}/{os.getpid()}"
# So many emails refused, or left in doubt, one after the other and not for their addresses:
# something is wrong with the channel and not with them.
REFUSALS_IN_A_ROW = 5
KINDS = {
    "accepted": Event.Kind.ACCEPTED,
    "deferred": Event.Kind.DEFERRED,
    "refused_address": Event.Kind.BOUNCE,
    "refused": Event.Kind.REFUSED,
    "doubt": Event.Kind.DOUBT,
}


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
        # With the connection went the locks by which others know that this worker is alive: it
        # finishes the email in hand and ends.
        self.cut_off = False

    def run(self) -> int:
        """Returns how many emails were handed over; 0 if all connections were taken."""
        until = time.monotonic() + settings.SENDING["DISPATCH_SECONDS"]
        handed_over = 0
        with slot(self.channel, self.lease) as taken:
            if taken is None:
                return 0
            try:
                while self._may_go_on(until):
                    sent = self._send_all(self._claim(), until)
                    if not sent:  # nothing is due, or what is due may not go now
                        break
                    handed_over += sent
            finally:
                self.session.close()
                _give_back(self)
        return handed_over

    def _may_go_on(self, until: float) -> bool:
        return time.monotonic() < until and not self.cut_off and not stopping()

    def _claim(self) -> deque[Email]:
        self.channel.attend()
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
            full = full_days({email.owner_id for email in claimed.emails})
            emails = [email for email in claimed.emails if email.owner_id not in full]
            give_back(self.lease, [email.pk for email in claimed.emails if email not in emails])
            self.full |= full
            if emails or not full:
                return deque(emails)
        return deque()

    def _send_all(self, emails: deque[Email], until: float) -> int:
        """Send the claimed emails one by one; what is left when the time is over is given back."""
        sent = 0
        while emails and self._may_go_on(until):
            email = emails.popleft()
            email.channel = self.channel
            try:
                sent += self._send(email)
            except ChannelFault as fault:
                self._hold(fault)
                break
            if not self.channel.is_open:
                break
        give_back(self.lease)
        return sent

    def _send(self, email: Email) -> bool:
        """Bring one email as far as it may go; whether it was handed over."""
        if _too_late(email):
            _stop(email, self, "too_late")
            return False
        prepared = self._prepare(email)
        if prepared is None:
            return False
        self.session.open()
        # From here on by this process's own clock, so that it ends before the lease does.
        deadline = time.monotonic() + settings.SENDING["HAND_OVER_SECONDS"]
        attempt = self._mark(email, prepared)
        if attempt is None:
            self._explain(email)
            return False
        self._hand_over(email, attempt, prepared, deadline)
        return True

    def _prepare(self, email: Email) -> Prepared | None:
        """Its message; None if none can be made of it. What breaks may not hold up the others: it
        counts like a crash, so that the email is Failed when it has done so three times."""
        try:
            return prepare(email)
        except CannotBeBuilt as error:
            _stop(email, self, error.reason, **error.values)
        except Error:
            raise
        except Exception:
            log.exception("not prepared", email=email.pk)
            count_as_lost(self.lease, email)
        return None

    def _mark(self, email: Email, prepared: Prepared) -> Attempt | None:
        """Mark; where it is not known whether that was committed, ask before going on."""
        try:
            return mark(email, self.lease, worker=WORKER, prepared=prepared)
        except IN_DOUBT as error:
            log.warning("mark in doubt", email=email.pk, error=str(error))
            self.cut_off = True
            return insist(lambda: marked_as(email, self.lease))
        except Error:
            log.exception("not marked", email=email.pk)
            count_as_lost(self.lease, email)
            return None

    def _explain(self, email: Email) -> None:
        """It may not go: stop it if somebody must not be mailed, else leave it to wait."""
        if found := suppressed(email):
            _stop(email, self, "suppressed", address=found.address, because=found.because)

    def _hand_over(
        self, email: Email, attempt: Attempt, prepared: Prepared, deadline: float
    ) -> None:
        """Hand over and settle. Raises ChannelFault once that is settled too."""
        assert email.identity is not None  # a constraint of the table: it is scheduled
        fault = None
        try:
            answer = self.session.hand_over(
                email.identity.address,
                [email.to_address, *email.content.recipients],
                prepared.data,
                deadline=deadline,
                # The last half of the time belongs to the server's answer.
                dot_by=deadline - settings.SENDING["HAND_OVER_SECONDS"] / 2,
                envid=prepared.token,
            )
            observation = _answer(email, attempt, answer)
        except ChannelFault as error:
            fault = error
            observation = _fault(email, attempt, error)
        except ValueError as error:  # an envelope that no server would understand; nothing was sent
            data = {"reason": "could_not_be_built", "words": str(error)[:300]}
            observation = _observation(email, attempt, Event.Kind.REFUSED, data)
        self._settle(observation)
        if fault:
            raise fault
        self._learn(observation)

    def _settle(self, observation: Observation) -> None:
        """Record the answer, which is never discarded: while its commit is in doubt it is
        repeated, which changes nothing if it was committed, and nothing else is handed over."""
        try:
            record([observation])
        except IN_DOUBT as error:
            log.warning("settling again", attempt=observation.attempt_id, error=str(error))
            self.cut_off = True
            insist(lambda: record([observation]))

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


def insist[Known](ask: Callable[[], Known]) -> Known:
    """Ask the database until it answers, however long it is away."""
    pause = 0.2
    while True:
        connection.close()
        try:
            return ask()
        except IN_DOUBT as error:
            log.warning("the database does not answer", error=str(error))
            time.sleep(pause)
            pause = min(pause * 2, 5)


def _answer(email: Email, attempt: Attempt, answer: Answer) -> Observation:
    data = {
        "words": answer.words,
        "code": answer.code,
        "status": answer.enhanced,
        "attempt": {
            "stage": answer.stage,
            "bytes_sent": answer.bytes_sent,
            "provider_id": answer.provider_id,
            "recipients": answer.recipients,
        },
    }
    if answer.outcome != "accepted":
        data |= {"reason": answer.reason, "address": email.to_address}
        data["address_is_bad"] = answer.address_is_bad
    return _observation(email, attempt, KINDS[answer.outcome], data)


def _fault(email: Email, attempt: Attempt, fault: ChannelFault) -> Observation:
    """Not this email's fault: it stays Scheduled, and its retry clock stands still."""
    data = {"reason": f"channel_{fault.kind}", "words": fault.words, "code": fault.code}
    return _observation(email, attempt, Event.Kind.DEFERRED, data)


def _observation(
    email: Email, attempt: Attempt, kind: Event.Kind, data: Mapping[str, object]
) -> Observation:
    return Observation(
        email_id=email.pk,
        attempt_id=attempt.pk,
        kind=kind,
        at=timezone.now(),
        source=SMTP,
        source_id=f"attempt {attempt.pk}",
        data=data,
    )


def _stop(email: Email, dispatcher: Dispatcher, reason: str, **values: object) -> None:
    try:
        email.stop(reason, lease=dispatcher.lease, **values)
    except IllegalTransition:
        log.info("stopped by somebody else meanwhile", email=email.pk)


def _too_late(email: Email) -> bool:
    """Whether it waited unattended for longer than an email may. Throttle, pause and retry do
    not count: then somebody was looking after the channel."""
    gaps = UnattendedPeriod.objects.filter(channel=email.channel, ended_at__gt=email.send_at)
    waited = sum((gap.overlap(email.send_at) for gap in gaps), timedelta())
    return waited > timedelta(hours=settings.SENDING["TOO_LATE_HOURS"])


def _give_back(dispatcher: Dispatcher) -> None:
    """Free what is claimed; if the database is away, the claims expire by themselves."""
    try:
        give_back(dispatcher.lease)
    except Error as error:
        log.warning("claims not given back", error=str(error))
        close_old_connections()
