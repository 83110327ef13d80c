"""Handing over by SMTP: one session of one channel, used for many messages.

A session belongs to one thread. `open()` before the mark and `hand_over()` after it: what is wrong
with the channel then mostly shows before an email is In Progress.
"""

import smtplib
import socket
import ssl
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Literal, Self, cast

from .answers import Answer, ChannelFault, Fault, Outcome, Reply, Stage
from .handover import Handover, Letter, Observer, Stale
from .inside import Inside
from .sign_in import sign_in
from .wire import Closing, DeadlinePassed, Garbled, Lost, Wire

if TYPE_CHECKING:
    from ..models import Channel

Security = Literal["none", "starttls", "tls"]
CONNECT_SECONDS = 30.0
PROBE_AFTER = 10.0  # seconds of rest after which a connection is tried before it is trusted
PROBE_SECONDS = 5.0
GOODBYE_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Server:
    """Where and how to connect. `ca_pem` are certificates to trust besides the system's, `local_name` our own name in
    EHLO (default: our address as a literal). `public_only` refuses addresses inside the network."""

    host: str
    port: int
    security: Security = "starttls"
    username: str = ""
    password: str = field(default="", repr=False)
    verify: bool = True
    ca_pem: str = ""
    local_name: str = ""
    public_only: bool = False

    @classmethod
    def of(cls, channel: "Channel") -> Self:
        """That of a stored channel."""
        return cls(
            channel.host,
            channel.port,
            cast(Security, channel.security),
            channel.username,
            channel.password,
            public_only=not channel.may_be_inside,
        )


def connect_test(server: Server, *, seconds: float = 20.0) -> None:
    """Connect, encrypt, sign in and say goodbye. Raises ChannelFault, whose `kind` names what is wrong."""
    session = Session(server)
    session.open(time.monotonic() + seconds)
    session.close()


class Session:
    """A connection to one server, opened when it is needed and kept until it breaks or is closed.

    `observer` is called with each Stage as it begins; it exists so that a test can stop the process
    exactly there: `dot` is right before the final dot is written, `answer` right after.
    """

    observer: Observer = staticmethod(lambda stage: None)

    def __init__(self, server: Server, observer: Observer | None = None) -> None:
        self.server = server
        if observer:
            self.observer = observer
        self.stage = Stage.CONNECT
        self._wire = Wire()
        self._used = False
        self._in_transaction = False
        self._in_message = False
        self._last_used = 0.0

    @classmethod
    def to(cls, channel: "Channel") -> Self:
        """A session for a stored channel."""
        return cls(Server.of(channel))

    @property
    def is_open(self) -> bool:
        return self._wire.is_open

    @property
    def is_ready(self) -> bool:
        """Whether `open()` would find nothing to do."""
        return self.is_open and not self._in_transaction and self.idle_seconds <= PROBE_AFTER

    @property
    def idle_seconds(self) -> float:
        """How long ago the server last answered."""
        return time.monotonic() - self._last_used

    def open(self, deadline: float | None = None) -> None:
        """Make sure of a connection with nothing begun: the one there is if it still answers, else a new one.

        `deadline` is of time.monotonic(), by default 30 s from now. Raises ChannelFault.
        """
        if deadline is None:
            deadline = time.monotonic() + CONNECT_SECONDS
        if self.is_open and not self.is_ready:
            self._reset(deadline)
        if not self.is_open:
            self._reopen(deadline)

    def hand_over(
        self,
        sender: str,
        recipients: Sequence[str],
        data: bytes,
        *,
        deadline: float,
        dot_by: float | None = None,
        envid: str = "",
        ret: str = "HDRS",
    ) -> Answer:
        """Hand one message over: `recipients` are To first, then the copies; `data` is what build() made.

        `deadline` bounds all of it, connecting included, on time.monotonic(). After `dot_by` (default: the deadline)
        the final dot is no longer written, which leaves the server time to answer. `envid` and `ret` are used where
        the server offers DSN (RFC 3461). Raises ChannelFault (then nobody was sent anything), and ValueError, before
        the first byte, for a sender, ENVID or list of recipients that cannot be in an envelope.
        """
        letter = Letter.sealed(sender, recipients, data, envid, ret)
        dot_by = deadline if dot_by is None else dot_by
        self.open(deadline)
        try:
            return self._run(letter, deadline, dot_by)
        except Stale:
            # Servers end sessions after some time or number of messages; nothing had begun.
            self._reopen(deadline)
            return self._run(letter, deadline, dot_by)

    def close(self) -> None:
        """Say goodbye, waiting a second at most; not if that would become part of a message. Never raises."""
        self._wire.deadline = time.monotonic() + GOODBYE_SECONDS
        try:
            if self.is_open and not self._in_message:
                self._wire.docmd("QUIT")
        except OSError:
            pass
        self._wire.close()

    def _reopen(self, deadline: float) -> None:
        self._wire.close()
        self._wire = Wire(deadline)
        self._used = self._in_transaction = self._in_message = False
        try:
            self._connect()
            self._say_hello()
            if self.server.security == "starttls":
                self._start_tls()
            if self.server.username:
                self._enter(Stage.SIGN_IN)
                sign_in(self._wire, self.server.username, self.server.password)
        except ChannelFault:
            self._wire.close()
            raise
        except (OSError, UnicodeError) as error:  # of ssl and smtplib too: theirs are OSErrors
            self._wire.close()
            raise _fault_of(error, self.stage) from error
        self._last_used = time.monotonic()

    def _run(self, letter: Letter, deadline: float, dot_by: float) -> Answer:
        self._wire.deadline = deadline
        handover = Handover(
            self._wire, letter, dot_by=dot_by, reused=self._used, observer=self.observer
        )
        self._used = self._in_transaction = self._in_message = True
        try:
            answer = handover.run()
        except (ChannelFault, Stale):
            self._in_message = False
            raise
        self._in_message = False
        self._in_transaction = answer.outcome is not Outcome.ACCEPTED
        self._last_used = time.monotonic()
        return answer

    def _reset(self, deadline: float) -> None:
        self._wire.deadline = min(deadline, time.monotonic() + PROBE_SECONDS)
        try:
            code, _ = self._wire.docmd("RSET")
        except OSError:
            code = 0
        if code != 250:
            self._wire.close()
        self._in_transaction = False
        self._last_used = time.monotonic()

    def _connect(self) -> None:
        self._enter(Stage.CONNECT)
        server = self.server
        self._wire.reach(server.host, server.port, public_only=server.public_only)
        if self.server.security == "tls":
            self._enter(Stage.TLS)
            self._wire.secure(_context(self.server.verify, self.server.ca_pem), self.server.host)
        self._enter(Stage.GREETING)
        self._expect(220, Fault.UNWELCOME, *self._wire.getreply())
        self._wire.local_hostname = self.server.local_name or self._wire.local_hostname

    def _say_hello(self) -> None:
        code, _ = self._wire.ehlo()
        if code != 250:
            self._expect(250, Fault.NOT_SMTP, *self._wire.helo())

    def _start_tls(self) -> None:
        self._enter(Stage.TLS)
        if not self._wire.has_extn("starttls"):
            raise ChannelFault(Fault.NO_STARTTLS, stage=Stage.TLS)
        self._expect(220, Fault.TLS, *self._wire.docmd("STARTTLS"))
        self._wire.secure(_context(self.server.verify, self.server.ca_pem), self.server.host)
        self._say_hello()

    def _expect(self, wanted: int, otherwise: Fault, code: int, text: bytes) -> None:
        if code != wanted:
            raise ChannelFault.said(otherwise, self.stage, Reply.read(code, text))

    def _enter(self, stage: Stage) -> None:
        self.stage = stage
        self.observer(stage)


@lru_cache(maxsize=64)
def _context(verify: bool, ca_pem: str) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if ca_pem:
        context.load_verify_locations(cadata=ca_pem)
    if not verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _fault_of(error: Exception, stage: Stage) -> ChannelFault:
    """The fault behind an error on the way to a usable connection."""
    match error:
        case Inside():
            return ChannelFault(Fault.INSIDE, stage=stage)
        case socket.gaierror() | UnicodeError():
            kind = Fault.RESOLVE
        case ConnectionRefusedError():
            kind = Fault.REFUSED
        case DeadlinePassed() | TimeoutError():
            kind = Fault.NO_GREETING if stage is Stage.GREETING else Fault.TIMEOUT
        case Closing():
            return ChannelFault.said(Fault.CLOSING, stage, Reply.read(421, error.smtp_error))
        case Garbled():
            kind = Fault.NOT_SMTP
        case ssl.SSLCertVerificationError():
            return ChannelFault.said(Fault.CERTIFICATE, stage, Reply.read(0, error.verify_message))
        case ssl.SSLError():
            kind = Fault.TLS
        case Lost() | smtplib.SMTPException() | ConnectionError():
            kind = Fault.TLS if stage is Stage.TLS else Fault.LOST
        case _:
            kind = Fault.UNREACHABLE
    return ChannelFault.said(kind, stage, Reply.read(0, str(error)))
