"""An SMTP server that takes mail and misbehaves on command.

    with Sink() as sink:
        sink.at("rcpt", "550 5.1.1 Unknown", who="gone@example.com")
        sink.at("dot", drop())
        … hand over to 127.0.0.1:sink.port …
        assert sink.counts["<1@example.com>"] == 1

What was scripted first and fits is done first, and once only with `times=1`. A script is a reply ("450 4.2.0 Later"),
or one of drop(), stall(), dribble(), raw(), or several of them one after the other.

As a process of its own, for tests that kill workers: `python -m tests.sinks --port 0 --log FILE [--at dot=drop]`
prints `listening on PORT`, and appends a line of JSON, synced to the disk, for each message before it answers.
"""

import fnmatch
import socket
import ssl
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from .connection import Connection, Received
from .scripts import Action, Script, dribble, drop, ignore, raw, stall

__all__ = ["Received", "Sink", "dribble", "drop", "ignore", "raw", "stall"]
STAGES = "connect ehlo starttls auth mail rcpt data body dot rset noop quit".split()  # noqa: SIM905
STAGE_OF = {"EHLO": "ehlo", "HELO": "ehlo", "MAIL": "mail", "RCPT": "rcpt", "DATA": "data"}
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


@dataclass
class Sink:
    """A server on 127.0.0.1. `security` is none, starttls or tls; with `users` it offers AUTH."""

    port: int = 0
    security: str = "none"
    certificate: tuple[Path, Path] | None = None
    users: dict[str, str] = field(default_factory=dict)
    ways: str = "PLAIN LOGIN"
    extensions: Sequence[str] = ("8BITMIME", "SIZE 50000000", "DSN", "SMTPUTF8")
    on_message: Callable[[Received], object] = lambda message: None  # before it is answered

    def __post_init__(self) -> None:
        self.messages: list[Received] = []  # those that may have arrived: not refused at the dot
        self.commands: list[str] = []
        self.connections = 0
        self.open_connections = 0
        self.changed = threading.Condition()
        self.scripts: list[Script] = []
        self.closed = threading.Event()
        self.lock = threading.Lock()
        self.context: ssl.SSLContext | None = None
        if self.certificate:
            self.context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            self.context.load_cert_chain(*self.certificate)

    @property
    def counts(self) -> Counter[str]:
        """How often each Message-ID may have arrived."""
        return Counter(message.message_id for message in self.messages)

    def at(
        self,
        stage: str,
        *actions: Action | str,
        who: str = "*",
        times: int = -1,
        after: int = 0,
    ) -> Self:
        """Do this when a stage is reached; `who` is a pattern for the address at mail and rcpt, for To at the dot."""
        assert stage in STAGES, stage
        self.scripts.append(Script(stage, actions, who, times, after))
        return self

    def forget(self) -> None:
        """No more scripts, no messages."""
        self.scripts.clear()
        self.messages.clear()
        self.commands.clear()

    def scripted(self, stage: str, who: str) -> Script | None:
        with self.lock:
            for script in self.scripts:
                if script.stage == stage and script.times and fnmatch.fnmatch(who, script.who):
                    script.times -= 1
                    return script
        return None

    def __enter__(self) -> Self:
        self.listener = socket.create_server(("127.0.0.1", self.port), backlog=128)
        self.port = self.listener.getsockname()[1]
        self.accepting = threading.Thread(target=self._accept, daemon=True)
        self.accepting.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """Listen no more and let go of every client; twice is harmless."""
        if not self.closed.is_set():
            self.closed.set()
            self.listener.shutdown(socket.SHUT_RDWR)
            self.listener.close()
            self.accepting.join()

    def _accept(self) -> None:
        while not self.closed.is_set():
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            with self.changed:
                self.connections += 1
                self.open_connections += 1
            threading.Thread(target=self._serve, args=[client], daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        Connection(self, client).run()
        with self.changed:
            self.open_connections -= 1
            self.changed.notify_all()

    def wait_until_idle(self, seconds: float = 10) -> None:
        """Wait until no client is connected, so that all that they sent is in `messages`."""
        with self.changed:
            assert self.changed.wait_for(lambda: not self.open_connections, seconds)
