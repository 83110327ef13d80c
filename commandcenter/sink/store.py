"""The messages that the sink has taken: one file each, the newest of them kept."""

import json
import re
import secrets
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import Any

_WEB = re.compile(r"<(https?://[^<>\s]+)>")
_NAME = re.compile(r"[0-9a-f]{16}-[0-9a-f]{6}")
_LOOK_EVERY = 50  # messages between two looks whether there are too many


@dataclass(frozen=True)
class Envelope:
    """What was said before DATA. `envid` and `orcpt` are of RFC 3461, as they were given."""

    sender: str
    recipients: Sequence[str]
    envid: str = ""
    orcpt: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Stored:
    """One message, and what its list shows without reading it again."""

    name: str
    envelope: Envelope
    to: str
    sender: str
    subject: str
    raw: bytes = b""

    @property
    def at(self) -> datetime:
        """When it came in."""
        return datetime.fromtimestamp(int(self.name[:16], 16) / 1e9, tz=UTC)

    @property
    def path(self) -> str:
        """Of its page."""
        return f"/{self.name}"

    @cached_property
    def message(self) -> EmailMessage:
        return message_from_bytes(self.raw, policy=SMTP)

    def header(self, name: str) -> str:
        """The first value of a header on one line, "" if there is none or it cannot be read."""
        return _header(self.message, name)

    @property
    def one_click(self) -> str:
        """Where a mail program can unsubscribe by itself (RFC 8058), "" if the message offers none."""
        if self.header("List-Unsubscribe-Post") != "List-Unsubscribe=One-Click":
            return ""
        return next(iter(_WEB.findall(self.header("List-Unsubscribe"))), "")

    def matches(self, words: str) -> bool:
        """Whether all of `words` stand in its subject or addresses."""
        told = f"{self.to} {self.sender} {self.subject} {' '.join(self.envelope.recipients)}"
        return all(word in told.casefold() for word in words.casefold().split())


class Store:
    """A folder of messages; safe for several threads of one process."""

    def __init__(self, folder: Path, *, most: int = 1000) -> None:
        self.folder = folder
        self.most = most
        self._saved = 0
        folder.mkdir(parents=True, exist_ok=True)

    def save(self, envelope: Envelope, raw: bytes) -> str:
        """Keep a message; returns its name. Beyond `most` the oldest are dropped."""
        name = f"{time.time_ns():016x}-{secrets.token_hex(3)}"
        message = message_from_bytes(raw, policy=SMTP)
        shown = {
            "to": _header(message, "To"),
            "sender": _header(message, "From"),
            "subject": _header(message, "Subject"),
        }
        told = json.dumps({"envelope": asdict(envelope), **shown}).encode()
        unfinished = self.folder / f"{name}.part"
        unfinished.write_bytes(told + b"\n" + raw)
        unfinished.rename(self.folder / f"{name}.msg")
        self._saved += 1
        if self._saved % _LOOK_EVERY == 0:
            self._drop_oldest()
        return name

    def get(self, name: str) -> Stored | None:
        """One message, whole."""
        return self._read(name, whole=True) if _NAME.fullmatch(name) else None

    def newest(self, count: int, *, before: str = "", words: str = "") -> list[Stored]:
        """The newest messages, without their content, older than `before` and matching `words`."""
        return list(islice(self._found(before, words), count))

    def names(self) -> list[str]:
        """The names of all, newest first."""
        return sorted((path.stem for path in self.folder.glob("*.msg")), reverse=True)

    def _found(self, before: str, words: str) -> Iterator[Stored]:
        for name in self.names():
            stored = self._read(name, whole=False) if not before or name < before else None
            if stored and stored.matches(words):
                yield stored

    def _read(self, name: str, *, whole: bool) -> Stored | None:
        try:
            with (self.folder / f"{name}.msg").open("rb") as file:
                told: dict[str, Any] = json.loads(file.readline())
                raw = file.read() if whole else b""
        except FileNotFoundError:  # dropped meanwhile
            return None
        return Stored(name, Envelope(**told.pop("envelope")), raw=raw, **told)

    def _drop_oldest(self) -> None:
        for name in self.names()[self.most :]:
            (self.folder / f"{name}.msg").unlink(missing_ok=True)


def _header(message: EmailMessage, name: str) -> str:
    try:
        value = str(message.get(name, ""))
    except (ValueError, LookupError, AttributeError, TypeError):  # what `email` raises on odd mail
        return ""
    return " ".join(value.encode("utf-8", "replace").decode().split())
