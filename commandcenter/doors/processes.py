"""Processes that belong together: started in order, watched, stopped in order.

Each runs in a session of its own, so Ctrl-C reaches this process alone, which then ends the others
one after another. If this process is killed, the kernel ends them (Linux), or its next run does.
"""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import psutil

from commandcenter.children import entrance

from . import ROOT, Refusal, say

MARK = "STARTED_BY_BIN_START"


class Stopped(Exception):
    """Somebody asked for the end (Ctrl-C, SIGTERM, a terminal that was closed)."""


class Child:
    """One process with its log file."""

    def __init__(self, name: str, command: list[str], *, log: Path, stop_words: str = "") -> None:
        self.name = name
        self.command = command
        self.log = log
        self.stop_words = stop_words
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, environment: Mapping[str, str]) -> None:
        """Run it; what it says goes to its log."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command,
                cwd=ROOT,
                env=dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=entrance(signal.SIGTERM),
            )

    @property
    def ended(self) -> bool:
        return self.process is not None and self.process.poll() is not None

    def stop(self, hurried: Callable[[], bool]) -> None:
        """Ask it to end and wait; the whole group is killed as soon as somebody is in a hurry."""
        if self.process is None or self.ended:
            return
        self.process.terminate()
        asked = time.monotonic()
        while not self.ended:
            if self.stop_words and time.monotonic() - asked > 5:
                say(self.stop_words)
                self.stop_words = ""
            if hurried():
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait()
            time.sleep(0.02)

    def last_words(self, lines: int = 15) -> str:
        """The end of its log."""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])


class Watch:
    """Keeps the asked-for end in mind, and which processes run."""

    def __init__(self, mark: str) -> None:
        """Every process gets `mark` into its environment, by which a successor knows it."""
        self.mark = mark
        self.children: list[Child] = []
        self.asked_to_stop = 0
        for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(name, self._note)

    def _note(self, *_: object) -> None:
        self.asked_to_stop += 1

    def start(self, child: Child, environment: Mapping[str, str]) -> Child:
        """Start one more."""
        child.start({**environment, MARK: self.mark})
        self.children.append(child)
        return child

    def run(self, child: Child, environment: Mapping[str, str]) -> None:
        """Start one that ends by itself and wait for it; refuses with its last words if it fails."""
        child.start({**environment, MARK: self.mark})
        try:
            self.wait(lambda: child.ended, seconds=600, what=f"{child.name} takes too long")
        finally:
            child.stop(lambda: True)
        if child.process and child.process.returncode:
            raise Refusal(f"{child.name} failed ({child.log}):\n{child.last_words()}")

    def wait(self, ready: Callable[[], bool], *, seconds: float, what: str) -> None:
        """Until `ready`; raises Stopped when asked to, Refusal when a child dies or time is over."""
        until = time.monotonic() + seconds
        while not ready():
            self.check()
            if time.monotonic() > until:
                raise Refusal(what)
            time.sleep(0.02)
        self.check()

    def check(self) -> None:
        """Raises Stopped if the end was asked for, Refusal if a child has died."""
        if self.asked_to_stop:
            raise Stopped
        for child in self.children:
            if child.ended:
                raise Refusal(f"{child.name} has stopped ({child.log}):\n{child.last_words()}")

    def stop(self) -> None:
        """End all in the opposite order; once more Ctrl-C ends them by force."""
        before = self.asked_to_stop
        while self.children:
            self.children.pop().stop(lambda: self.asked_to_stop > before)
        end_marked(self.mark)  # a child that was killed may have left children of its own


def end_marked(mark: str, seconds: float = 20) -> bool:
    """Stop every process that was started with `mark`; whether there was any."""
    left = [each for each in psutil.process_iter(["environ"]) if _has(each, mark)]
    for process in left:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.terminate()
    for process in psutil.wait_procs(left, timeout=seconds)[1]:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
            process.wait(5)
    return bool(left)


def _has(process: psutil.Process, mark: str) -> bool:
    # Ourselves left out: a bin/start within another's environment must not end itself.
    environment = process.info["environ"] or {}
    return environment.get(MARK) == mark and process.pid != os.getpid()
