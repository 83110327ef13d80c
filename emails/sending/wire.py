"""One SMTP connection on which nothing outlasts its deadline.

smtplib's timeout is per read, so a server that sends a byte a second holds it for ever, and its `data()` writes body
and final dot in one call. Here every read and write gets what is left until one deadline on the monotonic clock; when
that is over the socket is closed.
"""

import math
import re
import select
import smtplib
import socket
import ssl
import threading
import time
from collections.abc import Buffer
from queue import Empty, SimpleQueue

from .inside import Inside, is_inside

# RFC 5321, 4.2: a reply is lines of three digits and text; all but the last have a hyphen behind the digits.
REPLY_LINE = re.compile(rb"([2-5][0-9][0-9])(?:([ -])([^\r\n]*))?\r?\n")
LONGEST_LINE = 8_192  # the RFC says 512, servers say more
LONGEST_REPLY = 65_536

Lost = smtplib.SMTPServerDisconnected


class DeadlinePassed(TimeoutError):
    """The time for this connection or hand-over is over; the socket is closed."""


class Garbled(smtplib.SMTPException):
    """The server said what is no SMTP reply, or spoke unasked; the socket is closed."""


class Closing(smtplib.SMTPResponseException):
    """The server answered 421: it will close the connection (RFC 5321, 3.8); the socket is closed."""


class Wire(smtplib.SMTP):
    """A connection whose `deadline` (of time.monotonic()) holds for whatever is done next."""

    def __init__(self, deadline: float = math.inf) -> None:
        super().__init__(local_hostname="localhost")  # else smtplib asks the DNS for a name
        self.deadline = deadline
        self.unread = bytearray()
        self.sent = 0

    @property
    def is_open(self) -> bool:
        return self.sock is not None

    def reach(
        self,
        host: str,
        port: int,
        context: ssl.SSLContext | None = None,
        *,
        public_only: bool = False,
    ) -> None:
        """Connect, with TLS from the first byte if there is a context. The greeting is not yet read.

        With `public_only` to no address inside the network: looked at here, because a name can lead elsewhere than it
        did a moment ago. Raises Inside, socket.gaierror, ssl.SSLError, DeadlinePassed or another OSError.
        """
        addresses = self._resolve(host, port)
        if public_only:
            addresses = [each for each in addresses if not is_inside(each[4][0])]
            if not addresses:
                raise Inside(f"{host} is inside the network")
        for number, (family, kind, protocol, _, address) in enumerate(addresses):
            try:
                self.sock = socket.socket(family, kind, protocol)
                # An address that swallows everything must leave time for the others.
                self.sock.settimeout(self.left() / (len(addresses) - number))
                self.sock.connect(address)
                break
            except OSError:
                self.close()
                if number == len(addresses) - 1:
                    raise
        sock = self._socket()
        # Else the small dot would wait until the server's delayed acknowledgement of the body.
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        name = sock.getsockname()[0]
        self.local_hostname = f"[IPv6:{name}]" if ":" in name else f"[{name}]"
        if context:
            self.secure(context, host)

    def secure(self, context: ssl.SSLContext, host: str) -> None:
        """TLS from here on. What was said before it counts no more (RFC 3207, 4.2)."""
        if self.unread:
            self.close()
            raise Garbled("the server spoke between STARTTLS and TLS")
        plain = self._socket()
        plain.settimeout(self.left())
        try:
            self.sock = context.wrap_socket(plain, server_hostname=host)
        except TimeoutError:
            raise self._too_late() from None
        self.esmtp_features = {}

    def send(self, s: Buffer | str) -> None:
        """Write all of it before the deadline. Raises DeadlinePassed or Lost."""
        data = memoryview(s.encode(self.command_encoding) if isinstance(s, str) else s)
        while data:
            try:
                self._socket().settimeout(self.left())
                written = self._socket().send(data)
            except DeadlinePassed:
                raise
            except TimeoutError:
                raise self._too_late() from None
            except OSError as error:
                self.close()
                raise Lost(str(error)) from error
            self.sent += written
            data = data[written:]

    def getreply(self) -> tuple[int, bytes]:
        """The next reply: its code, and the text of its lines. Raises DeadlinePassed, Lost, Garbled or Closing."""
        code, lines, size = b"", [], 0
        while True:
            line = self._read_line()
            size += len(line)
            match = REPLY_LINE.fullmatch(line)
            if not match or code not in (b"", match[1]) or size > LONGEST_REPLY:
                self.close()
                raise Garbled(line[:200].decode("latin-1"))
            code = match[1]
            lines.append(match[3] or b"")
            if match[2] != b"-":
                break
        if code == b"421":
            self.close()
            raise Closing(421, b"\n".join(lines))
        return int(code), b"\n".join(lines)

    def listen(self) -> None:
        """Raise Lost, Closing or Garbled if the server has hung up or said something that nobody asked for."""
        if not self.unread and self._is_readable():
            self._take_what_came()
        if self.unread:
            code, words = self.getreply()
            self.close()
            raise Garbled(f"unasked: {code} {words.decode('latin-1')}")

    def left(self) -> float:
        """Seconds until the deadline. Raises DeadlinePassed, with the socket closed, when there are none."""
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise self._too_late()
        return min(left, 86_400.0)

    def _read_line(self) -> bytes:
        while (end := self.unread.find(b"\n")) < 0:
            if len(self.unread) > LONGEST_LINE:
                return bytes(self.unread)
            try:
                self._socket().settimeout(self.left())
                self._take(self._socket().recv(LONGEST_LINE))
            except (DeadlinePassed, Lost):
                raise
            except TimeoutError:
                raise self._too_late() from None
            except OSError as error:
                self.close()
                raise Lost(str(error)) from error
        line = bytes(self.unread[: end + 1])
        del self.unread[: end + 1]
        return line

    def _take_what_came(self) -> None:
        sock = self._socket()
        sock.settimeout(0)
        try:
            self._take(sock.recv(LONGEST_LINE))
        except (BlockingIOError, ssl.SSLWantReadError):
            return  # only TLS talking to itself
        except Lost:
            raise
        except OSError as error:
            self.close()
            raise Lost(str(error)) from error

    def _take(self, received: bytes) -> None:
        if not received:
            self.close()
            raise Lost("the server closed the connection")
        self.unread += received

    def _is_readable(self) -> bool:
        sock = self._socket()
        if isinstance(sock, ssl.SSLSocket) and sock.pending():
            return True
        poll = select.poll()
        poll.register(sock, select.POLLIN)
        return bool(poll.poll(0))

    def _socket(self) -> socket.socket:
        if self.sock is None:
            raise Lost("not connected")
        return self.sock

    def _too_late(self) -> DeadlinePassed:
        self.close()
        return DeadlinePassed("the time is over")

    def _resolve(self, host: str, port: int) -> list[tuple]:
        """getaddrinfo() knows no timeout, so it runs where it can be left behind."""
        answers: SimpleQueue = SimpleQueue()

        def look_up() -> None:
            try:
                answers.put(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
            except (OSError, UnicodeError) as error:
                answers.put(error)

        threading.Thread(target=look_up, daemon=True).start()
        try:
            found = answers.get(timeout=self.left())
        except Empty:
            raise self._too_late() from None
        if isinstance(found, UnicodeError):
            raise socket.gaierror(socket.EAI_NONAME, "not a host name")
        if isinstance(found, OSError):
            raise found
        return found
