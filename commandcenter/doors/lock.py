"""One bin/start a data folder."""

import contextlib
import fcntl
from collections.abc import Iterator
from pathlib import Path

from . import Refusal


@contextlib.contextmanager
def hold(folder: Path) -> Iterator[Path]:
    """The folder is ours until the end; yields the file whose text others are told.

    The kernel drops the lock with its process, so a killed one leaves nothing to clean up.
    """
    path = folder / "start.lock"
    with path.open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Refusal(
                f"Command Center is already running with {folder}: {path.read_text()}"
            ) from None
        yield path
