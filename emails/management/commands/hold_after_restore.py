from argparse import ArgumentParser
from typing import Any

from celery import current_app
from django.core.management.base import BaseCommand, CommandError

from emails.models import Channel
from emails.restoring import Held, foresee, hold
from emails.sending.claim import free_slots


class Command(BaseCommand):
    """`manage.py hold_after_restore`, between restoring a backup and starting the workers."""

    help = (
        "Makes a restored database safe: what may have been sent since the backup becomes"
        " unconfirmed, what is due later goes back to Drafts, channels are paused, everybody signs"
        " in anew. No worker may run."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only say what would be done")
        parser.add_argument(
            "--keep-later", action="store_true", help="leave what is due later Scheduled"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["dry_run"]:
            self._tell(foresee(keep_later=options["keep_later"]))
            self.stdout.write("Nothing was changed (--dry-run).")
            return
        if busy := self._workers():
            raise CommandError(f"Stop the workers first: {', '.join(busy)}.")
        self._tell(hold(keep_later=options["keep_later"]))
        self.stdout.write("Held. Workers can be started; channels are resumed one by one.")

    def _workers(self) -> list[str]:
        """Who takes jobs, as far as can be seen: by the broker, and by connections in use."""
        try:
            answers = current_app.control.ping(timeout=2)
        except Exception as error:  # the broker's families of errors are many
            self.stderr.write(f"The broker cannot be asked for workers ({error}).")
            answers = []
        names = [name for answer in answers for name in answer]
        used = [each for each in Channel.objects.all() if free_slots(each) < each.sessions]
        return names + [f"somebody sends through “{channel}”" for channel in used]

    def _tell(self, held: Held) -> None:
        if held.since:
            moment = f"{held.since:%Y-%m-%d %H:%M:%S %Z}"
            self.stdout.write(f"This database knows nothing of what happened after {moment}.")
        for what, counted in (
            ("unconfirmed, for they may have been sent since", held.in_doubt),
            ("back to Drafts, for they were due later", held.pulled_back),
        ):
            self.stdout.write(f"{counted.total()} emails {what}")
            for owner, count in sorted(counted.items()):
                self.stdout.write(f"  {count:6} of {owner}")
        names = ", ".join(f"“{channel}”" for channel in held.paused) or "none"
        self.stdout.write(f"Channels paused: {names}")
