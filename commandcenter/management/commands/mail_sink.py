import logging
import signal
import threading
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

import structlog
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, connection

from commandcenter.demo.crew import point_channel_at
from commandcenter.sink.store import Store
from commandcenter.sink.web import Web

log = structlog.get_logger(__name__)


class Command(BaseCommand):
    """A mail server for trying things out: it takes everything and delivers nothing."""

    help = "Takes all mail on 127.0.0.1 and shows it on a page, on which one can answer it."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--smtp-port", type=int, default=2525)
        parser.add_argument("--web-port", type=int, default=8025)
        parser.add_argument(
            "--keep", type=int, default=1000, help="how many messages (default: 1000)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            from commandcenter.sink.smtp import SinkController
        except ImportError as error:
            raise CommandError("The sink needs aiosmtpd: it is for development only.") from error
        logging.getLogger("mail.log").setLevel(logging.WARNING)  # aiosmtpd tells every command
        store = Store(Path(settings.DATA_DIR) / "sink", most=options["keep"])
        try:
            web = Web(store, options["web_port"])
            smtp = SinkController(store, options["smtp_port"])
            smtp.start()
        except OSError as error:
            raise CommandError(f"A port is taken: {error}") from error
        _lead_the_demo_here(options["smtp_port"])
        threading.Thread(target=web.serve_forever, daemon=True).start()
        self.stdout.write(f"SMTP on 127.0.0.1:{options['smtp_port']}")
        self.stdout.write(f"Pages on http://127.0.0.1:{web.server_port}/")
        self.stdout.flush()
        try:
            _wait_for_the_end()
        finally:
            smtp.stop()
            web.shutdown()
            web.server_close()


def _lead_the_demo_here(port: int) -> None:
    """The demo's mail goes to the sink that runs, whichever port was free for it this time."""
    try:
        point_channel_at(port)
    except DatabaseError as error:
        log.warning("demo's channel not changed", error=str(error))
    finally:
        connection.close()


def _wait_for_the_end() -> None:
    """Until Ctrl-C or a polite request to stop."""
    over = threading.Event()
    for wanted in (signal.SIGINT, signal.SIGTERM):
        signal.signal(wanted, lambda *_: over.set())
    while not over.wait(3600):
        pass
