import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from commandcenter.celery import app
from emails.jobs import recover
from emails.models import Email, Status

# How long a worker may take to answer a question, in seconds.
ANSWERS_WITHIN = 3


class Command(BaseCommand):
    """`manage.py drain`, before migrating: nothing may be in the middle of anything."""

    help = (
        "Lets every worker finish what it has in hand and take nothing more, and waits for that."
        " Exits with 0 when no job runs and no email is In Progress, with 1 when that takes longer"
        " than --timeout. Workers that are started afterwards take jobs again."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--timeout", type=float, default=900, metavar="SECONDS", help="default: 900"
        )
        parser.add_argument(
            "--resume", action="store_true", help="let the workers take jobs again instead"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        queue = app.conf.task_default_queue
        if options["resume"]:
            told = app.control.add_consumer(queue, reply=True, timeout=ANSWERS_WITHIN)
            self.stdout.write(f"{len(told)} workers take jobs again.")
            return
        told = app.control.cancel_consumer(queue, reply=True, timeout=ANSWERS_WITHIN)
        self.stdout.write(f"{len(told)} workers take no more jobs.")
        until = time.monotonic() + options["timeout"]
        while busy := in_hand():
            if time.monotonic() > until:
                raise CommandError(f"Still in hand: {', '.join(busy)}.")
            time.sleep(0.5)
        self.stdout.write("Nothing is in hand.")


def in_hand() -> list[str]:
    """What is not finished, in words. Emails that a dead worker left are given up on the way."""
    recover()
    asked = app.control.inspect(timeout=ANSWERS_WITHIN)
    jobs = [
        f"{job['name']} at {worker}"
        for answers in (asked.active(), asked.reserved())
        for worker, running in (answers or {}).items()
        for job in running
    ]
    emails = Email.objects.with_status(Status.IN_PROGRESS).count()
    return jobs + ([f"{emails} emails In Progress"] if emails else [])
