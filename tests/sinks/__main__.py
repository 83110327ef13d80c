"""A sink as a process of its own: see the package."""

import argparse
import contextlib
import json
import os
import sys
import time
from pathlib import Path
from typing import BinaryIO

from . import Received, Sink, drop, stall


def main() -> None:
    """The sink as a process of its own."""
    parser = argparse.ArgumentParser(description="An SMTP server that logs what it takes.")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--log", type=Path, required=True)
    parser.add_argument("--at", action="append", default=[], metavar="STAGE[/WHO]=drop|stall|REPLY")
    arguments = parser.parse_args()
    with arguments.log.open("ab", buffering=0) as log, Sink(port=arguments.port) as sink:
        sink.on_message = lambda message: _note(log, message)
        for script in arguments.at:
            where, _, what = script.partition("=")
            stage, _, who = where.partition("/")
            sink.at(stage, {"drop": drop(), "stall": stall()}.get(what, what), who=who or "*")
        sys.stdout.write(f"listening on {sink.port}\n")
        sys.stdout.flush()
        with contextlib.suppress(KeyboardInterrupt):
            sink.accepting.join()


def _note(log: BinaryIO, message: Received) -> None:
    line = {
        "message_id": message.message_id,
        "sender": message.sender,
        "recipients": message.recipients,
        "size": len(message.data),
        "at": time.time(),
    }
    log.write(json.dumps(line).encode() + b"\n")  # unbuffered and appending: whole lines only
    os.fsync(log.fileno())


if __name__ == "__main__":
    main()
