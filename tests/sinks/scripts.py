"""What a sink can be told to do."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .connection import Connection

Action = Callable[["Connection"], None]


class Gone(Exception):
    """This connection is over."""


@dataclass
class Script:
    stage: str
    actions: Sequence[Action | str]
    who: str = "*"
    times: int = -1
    after: int = 0  # bytes of the body, at stage "body"

    def says(self, *digits: str) -> bool:
        """Whether one of its replies is of these kinds."""
        return any(isinstance(one, str) and one.startswith(digits) for one in self.actions)


def drop() -> Action:
    """Close the connection without a word."""

    def act(connection: "Connection") -> None:
        raise Gone

    return act


def ignore() -> Action:
    """Read nothing more until the sink is closed."""

    def act(connection: "Connection") -> None:
        connection.sink.closed.wait()
        raise Gone

    return act


def stall() -> Action:
    """Say nothing more until the sink is closed or the client is gone."""

    def act(connection: "Connection") -> None:
        connection.wait_until_gone()
        raise Gone

    return act


def dribble(line: str, every: float = 0.02) -> Action:
    """Say it byte by byte; with a hyphen behind the code and `\\n` never coming it has no end."""

    def act(connection: "Connection") -> None:
        for byte in line.encode():
            connection.write(bytes([byte]))
            connection.sink.closed.wait(every)

    return act


def raw(data: bytes) -> Action:
    """Write exactly this."""
    return lambda connection: connection.write(data)
