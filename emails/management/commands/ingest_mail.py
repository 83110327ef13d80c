"""Mail that came back, from a mail server's pipe, from files or from a Maildir."""

import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO

from django.core.management.base import BaseCommand, CommandError
from django.db import InterfaceError, OperationalError

from emails.inbound.ingest import MAX_BYTES, ingest

# sysexits.h, which mail servers go by: "try again later" keeps the mail in their queue.
EX_NOINPUT = 66
EX_TEMPFAIL = 75


class Command(BaseCommand):
    """`manage.py ingest_mail FILE|-|MAILDIR …`"""

    help = (
        "Reads delivery reports, complaints, replies and automatic answers, and records what they"
        " say about our emails. Safe to run twice. Exits with 75 while the database is away, so"
        " that a mail server tries again later."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "sources",
            nargs="+",
            metavar="FILE|-|MAILDIR",
            help="a message, standard input, or a Maildir whose new messages are taken",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        missing = [name for name in options["sources"] if name != "-" and not Path(name).exists()]
        try:
            for name in options["sources"]:
                if name not in missing:
                    self._take(name)
        except (OperationalError, InterfaceError) as error:
            raise CommandError(f"The database is away: {error}", returncode=EX_TEMPFAIL) from error
        if missing:
            raise CommandError(f"Not there: {', '.join(missing)}", returncode=EX_NOINPUT)

    def _take(self, name: str) -> None:
        if name == "-":
            self._ingest("standard input", sys.stdin.buffer)
        elif Path(name).is_dir():
            for path in _new_in(Path(name)):
                # Gone meanwhile: somebody else has taken it, and it is theirs to settle.
                with suppress(FileNotFoundError):
                    with path.open("rb") as file:
                        self._ingest(path.name, file)
                    _settle(path)
        else:
            with Path(name).open("rb") as file:
                self._ingest(name, file)

    def _ingest(self, name: str, source: BinaryIO) -> None:
        raw = source.read(MAX_BYTES)
        while source.read(2**20):
            pass  # to the end: a pipe that closes early looks like a failure to the mail server
        returned = ingest(raw)
        about = f"email {returned.email_id}" if returned.email_id else "no email of ours"
        note = f" ({returned.note})" if returned.note else ""
        self.stdout.write(f"{name}: {returned.kind}, {about}{note}")


def _new_in(folder: Path) -> Iterator[Path]:
    """The messages of a Maildir that nobody has taken yet, oldest first."""
    if not (folder / "new").is_dir():
        raise CommandError(f"{folder} is no Maildir.", returncode=EX_NOINPUT)
    yield from sorted(path for path in (folder / "new").iterdir() if path.is_file())


def _settle(path: Path) -> None:
    """Mark a message as seen, now that what it says is committed (the Maildir way)."""
    target = path.parent.parent / "cur"
    target.mkdir(exist_ok=True)
    path.replace(target / f"{path.name.partition(':')[0]}:2,S")
