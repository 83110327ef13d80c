"""One client's talk with a sink."""

import base64
import contextlib
import re
import socket
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .scripts import Gone, Script

if TYPE_CHECKING:
    from . import Sink

MESSAGE_ID = re.compile(rb"^Message-ID:\s*(<[^>]*>)", re.IGNORECASE | re.MULTILINE)
USUAL = {
    "connect": "220 sink ESMTP",
    "mail": "250 2.1.0 Ok",
    "rcpt": "250 2.1.5 Ok",
    "data": "354 Go ahead",
}
USUAL |= {
    "rset": "250 2.0.0 Ok",
    "noop": "250 2.0.0 Ok",
    "quit": "221 2.0.0 Bye",
    "starttls": "220 Ready",
}


@dataclass(frozen=True)
class Received:
    """A message whose final dot came in."""

    sender: str
    recipients: tuple[str, ...]
    data: bytes
    mail_options: str = ""
    rcpt_options: tuple[str, ...] = ()
    secure: bool = False
    user: str = ""

    @property
    def message_id(self) -> str:
        found = MESSAGE_ID.search(self.data)
        return found[1].decode() if found else ""


class Connection:
    """One client's talk with a sink."""

    def __init__(self, sink: "Sink", client: socket.socket) -> None:
        self.sink = sink
        self.client = client
        self.client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.buffer = b""
        self.secure = False
        self.user = ""
        self._forget()

    def run(self) -> None:
        with contextlib.suppress(Gone, OSError), contextlib.closing(self):
            if self.sink.security == "tls":
                self._secure()
            self._answer("connect")
            while True:
                self._obey(self._line().decode("utf-8", "replace"))

    def close(self) -> None:
        self.client.close()

    def say(self, line: str) -> None:
        *first, last = line.split("\n")
        self.write("".join(f"{one}\r\n" for one in [*first, last]).encode())

    def write(self, data: bytes) -> None:
        self.client.sendall(data)

    def wait_until_gone(self) -> None:
        self.client.settimeout(0.05)
        while not self.sink.closed.is_set():
            try:
                if not self.client.recv(65536):
                    return
            except TimeoutError:
                continue

    def _obey(self, line: str) -> None:
        self.sink.commands.append(line)
        verb, _, rest = line.partition(" ")
        verb = verb.upper()
        if verb == "AUTH":
            self._sign_in(*rest.split())
        elif verb == "STARTTLS":
            self._start_tls()
        elif verb == "DATA":
            self._data()
        elif verb in {"MAIL", "RCPT"}:
            self._envelope(verb, rest)
        elif verb in {"EHLO", "HELO"}:
            self._answer("ehlo", usual=self._offers() if verb == "EHLO" else "250 sink")
        elif verb.lower() in USUAL:
            self._forget()
            self._answer(verb.lower())
            if verb == "QUIT":
                raise Gone
        else:
            self.say("500 5.5.1 What?")

    def _answer(self, stage: str, *, who: str = "", usual: str = "") -> bool:
        """Do what is scripted, else the usual; True if it was a success that the usual course follows."""
        script = self.sink.scripted(stage, who)
        if script is None:
            self.say(usual or USUAL[stage])
            return True
        self._follow(script)
        return script.says("2", "3")

    def _follow(self, script: Script) -> None:
        for action in script.actions:
            if isinstance(action, str):
                self.say(action)
            else:
                action(self)

    def _offers(self) -> str:
        offers = ["sink", *self.sink.extensions]
        if self.sink.security == "starttls" and not self.secure:
            offers.append("STARTTLS")
        if self.sink.users:
            offers.append(f"AUTH {self.sink.ways}")
        return "\n".join(f"250{'-' if one is not offers[-1] else ' '}{one}" for one in offers)

    def _start_tls(self) -> None:
        if self._answer("starttls"):
            self._secure()
            self.buffer = b""

    def _secure(self) -> None:
        assert self.sink.context
        self.client = self.sink.context.wrap_socket(self.client, server_side=True)
        self.secure = True

    def _sign_in(self, way: str, first: str = "") -> None:
        if script := self.sink.scripted("auth", ""):
            self._follow(script)
            return
        if way.upper() == "PLAIN":
            _, user, password = base64.b64decode(first).decode().split("\0")
        else:
            user, password = self._ask("VXNlcm5hbWU6"), self._ask("UGFzc3dvcmQ6")
        if self.sink.users.get(user) != password:
            self.say("535 5.7.8 Wrong user name or password")
            return
        self.user = user
        self.say("235 2.7.0 Welcome")

    def _ask(self, question: str) -> str:
        self.say(f"334 {question}")
        return base64.b64decode(self._line()).decode()

    def _envelope(self, verb: str, rest: str) -> None:
        path, _, options = rest.partition(":")[2].strip().partition(" ")
        address = path.strip("<>")
        if verb == "MAIL":
            self._forget()
            self.sender, self.mail_options = address, options
            self._answer("mail", who=address)
        elif self._answer("rcpt", who=address):
            self.recipients.append(address)
            self.rcpt_options.append(options)

    def _data(self) -> None:
        to = self.recipients[0] if self.recipients else ""
        if not self._answer("data", who=to):
            return
        message = Received(
            self.sender,
            tuple(self.recipients),
            self._body(to),
            self.mail_options,
            tuple(self.rcpt_options),
            self.secure,
            self.user,
        )
        self._forget()
        script = self.sink.scripted("dot", to)
        if script is None or not script.says("4", "5"):
            self.sink.on_message(message)
            self.sink.messages.append(message)
        if script is None:
            self.say(f"250 2.0.0 Ok: queued as S{len(self.sink.messages)}")
        else:
            self._follow(script)

    def _body(self, to: str) -> bytes:
        """What comes until the final dot, unstuffed."""
        script = self.sink.scripted("body", to)
        lines, size = [], 0
        while True:
            line = self._line(keep_end=True)
            size += len(line)
            if script and size > script.after:
                self._follow(script)
                script = None
            if line == b".\r\n":
                return b"".join(lines)
            lines.append(line[1:] if line.startswith(b".") else line)

    def _line(self, *, keep_end: bool = False) -> bytes:
        while b"\n" not in self.buffer:
            received = self.client.recv(65536)
            if not received:
                raise Gone
            self.buffer += received
        line, _, self.buffer = self.buffer.partition(b"\n")
        return line + b"\n" if keep_end else line.rstrip(b"\r")

    def _forget(self) -> None:
        self.sender = self.mail_options = ""
        self.recipients: list[str] = []
        self.rcpt_options: list[str] = []
