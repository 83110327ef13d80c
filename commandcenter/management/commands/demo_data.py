from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from commandcenter import environment
from commandcenter.demo import crew
from commandcenter.demo.load import load


class Command(BaseCommand):
    """The first thing that bin/start shows."""

    help = (
        "Loads an invented organisation with 400 people and 2,000 emails. Run again, it adds"
        " nothing and changes nothing but the port of the demo's mail channel."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--smtp-port", type=int, help="of the mail sink (default: MAIL_SINK_PORT, else 2525)"
        )
        parser.add_argument("--force", action="store_true", help="in production too")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEBUG and not options["force"]:
            raise CommandError("This is no development installation (DEBUG): use --force.")
        port = options["smtp_port"] or environment.number("MAIL_SINK_PORT", 2525, least=1)
        if crew.exists():
            crew.point_channel_at(port)
            self.stdout.write("The demo data is there already.")
        else:
            self.stdout.write(f"Demo data: {load(port)} emails.")
        Path(settings.DATA_DIR, "sign-ins.txt").write_text("\n".join(crew.sign_ins()) + "\n")
        for line in crew.sign_ins():
            self.stdout.write(line)
