"""bin/start: everything on this machine, with demo data, until Ctrl-C."""

import argparse
import contextlib
import hashlib
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from commandcenter import catalogues, embedded

from . import ROOT, Refusal, say
from .lock import hold
from .processes import Child, Stopped, Watch, end_marked
from .surroundings import Surroundings, choose_ports, prepare_environment

PATIENCE = 60
"""Seconds that a process has to become ready; a cold disk and a busy machine are included."""


def arguments(words: list[str]) -> argparse.Namespace:
    """What stands behind bin/start."""
    parser = argparse.ArgumentParser(
        prog="bin/start", description="Start Command Center on this machine with demo data."
    )
    parser.add_argument("--port", type=int, default=8000, help="of the web pages (default: 8000)")
    parser.add_argument(
        "--check",
        action="store_true",
        help="start on free ports with new data, send one email, stop, and say how it went",
    )
    return parser.parse_args(words)


def main() -> int:
    """Run until asked to stop; the exit code is 0 if it was asked to."""
    options = arguments(sys.argv[1:])
    try:
        with data_folder(options.check) as folder, hold(folder) as lock:
            return run(folder, options, lock)
    except Stopped:
        return 0
    except (Refusal, embedded.EmbeddedError, catalogues.BrokenCatalogue) as problem:
        say(f"\n{problem}")
        return 1
    except PermissionError as problem:
        say(f"\n{problem.filename} belongs to somebody else: start it as whoever started it first.")
        return 1


@contextlib.contextmanager
def data_folder(check: bool) -> Iterator[Path]:
    """DATA_DIR or .data; for a check an own one that goes away afterwards."""
    if not check:
        folder = Path(os.environ.get("DATA_DIR", ROOT / ".data")).absolute()
        folder.mkdir(parents=True, exist_ok=True)
        yield folder
        return
    folder = Path(tempfile.mkdtemp(prefix="cc-check-"))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        shutil.rmtree(embedded.socket_dir(folder), ignore_errors=True)


def run(folder: Path, options: argparse.Namespace, lock: Path) -> int:
    """Start all, wait for the end, stop all."""
    turn_over_logs(folder / "logs")
    started = time.monotonic()
    watch = Watch(str(folder))
    servers: list[embedded.Server] = []
    try:
        catalogues.compile_all()
        if end_marked(str(folder)):
            say("What a killed bin/start had left running is stopped.")
        around = prepare_environment(folder, choose_ports(options.port, free=options.check))
        lock.write_text(f"{around.base_url} (process {os.getpid()})")
        start_servers(servers, folder, watch)
        start_processes(watch, around)
        if options.check:
            check_sending(watch, around)
            return 0
        welcome(around, time.monotonic() - started)
        watch.wait(lambda: False, seconds=float("inf"), what="")
    except Stopped:
        say("\nStopping …")
        if options.check:
            return 1
    finally:
        watch.stop()
        for server in reversed(servers):
            server.stop()
        say("Stopped.")
    return 0


def turn_over_logs(folder: Path, most: int = 10_000_000) -> None:
    """The folder of the logs, with those put aside that have more than `most` bytes."""
    folder.mkdir(exist_ok=True)
    for log in folder.glob("*.log"):
        if log.stat().st_size > most:
            log.replace(log.with_suffix(".log.old"))


def start_servers(servers: list[embedded.Server], folder: Path, watch: Watch) -> None:
    """PostgreSQL and Valkey, unless others are named."""
    kinds = {"DATABASE_URL": embedded.Postgres, "REDIS_URL": embedded.Valkey}
    for variable, kind in kinds.items():
        watch.check()
        if os.environ.get(variable):
            say(f"  {kind.name}: the one of {variable}")
            continue
        with step(kind.name):
            servers.append(kind(folder))
            servers[-1].start()


def start_processes(watch: Watch, around: Surroundings) -> None:
    """The database's tables and demo data, then all that runs."""
    prepare(watch, around)
    with step("mail sink, web, worker and clock"):
        ports = around.ports
        ports.release()
        sink = ("--smtp-port", str(ports.smtp), "--web-port", str(ports.sink))
        watch.start(around.command("mail sink", "mail_sink", *sink), around.environment())
        watch.start(web(around), around.environment(PROCESS="web"))
        watch.start(worker(around), around.environment(PROCESS="worker", READY_FILE=around.ready))
        watch.start(clock(around), around.environment(PROCESS="beat"))
        for ready, what in around.signs_of_life():
            watch.wait(ready, seconds=PATIENCE, what=f"{what} did not answer: see {around.logs}.")


def prepare(watch: Watch, around: Surroundings) -> None:
    """Tables and, the first time, demo data; skipped when nothing has changed since."""
    mark = around.folder / "prepared"
    digest = state_of_the_code(around.ports.smtp)
    ours = not os.environ.get("DATABASE_URL")
    if ours and mark.exists() and mark.read_text() == digest:
        return
    with step("tables and demo data"):
        watch.run(around.command("prepare", "prepare"), around.environment())
    if ours:
        mark.write_text(digest)


def state_of_the_code(*more: object) -> str:
    """A digest of what decides about the tables: our migrations and the libraries'."""
    files = [*sorted(ROOT.glob("*/migrations/*.py")), ROOT / "requirements.txt"]
    contents = b"".join(path.name.encode() + path.read_bytes() for path in files)
    return hashlib.sha256(repr(more).encode() + contents).hexdigest()


def web(around: Surroundings) -> Child:
    options = "--interface wsgi --workers 2 --blocking-threads 4 --no-ws --log-level warning"
    address = f"--host 127.0.0.1 --port {around.ports.web} --workers-kill-timeout 10"
    return around.python(
        "web", "granian", *options.split(), *address.split(), "commandcenter.wsgi:application"
    )


def worker(around: Surroundings) -> Child:
    options = "--pool prefork --concurrency 2 --without-gossip --without-mingle --hostname dev@%h"
    child = around.python("worker", "celery", "-A", "commandcenter", "worker", *options.split())
    child.stop_words = "The worker finishes what it has in hand (Ctrl-C again to cut it short) …"
    return child


def clock(around: Surroundings) -> Child:
    options = "--scheduler celery.beat:Scheduler --pidfile="
    return around.python("clock", "celery", "-A", "commandcenter", "beat", *options.split())


def check_sending(watch: Watch, around: Surroundings) -> None:
    """One email from a demo rep, due now: until it is Delivered, or what is wrong."""
    with step("an email, Scheduled → Delivered through the mail sink"):
        watch.run(around.command("check", "check_sending"), around.environment())
    say("\nAll is well.")


@contextlib.contextmanager
def step(name: str) -> Iterator[None]:
    """Says what was done and how long it took."""
    started = time.monotonic()
    yield
    say(f"  {name}  {time.monotonic() - started:.1f} s")


def welcome(around: Surroundings, seconds: float) -> None:
    """Where to go, as whom, and how to end it."""
    say(f"\nReady in {seconds:.0f} s.\n")
    say(f"  Command Center   {around.base_url}")
    say(f"  Mail sink        {around.sink_url}   (what was sent, as recipients see it)")
    say(f"  Logs             {around.logs}\n")
    for line in around.sign_ins():
        say(f"  {line}")
    say("\nCtrl-C stops everything.")


if __name__ == "__main__":
    sys.exit(main())
