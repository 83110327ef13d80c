import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from emails.models import Email, Identity, Status
from emails.writing import Writing, draft

ON_ITS_WAY = {Status.SCHEDULED, Status.IN_PROGRESS}


class Command(BaseCommand):
    """For bin/start --check: does everything between a rep and the mail server work?"""

    help = "Sends one email from a verified identity to itself and waits until it is Delivered."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--address", help="of the identity (default: the first that is ready)")
        parser.add_argument("--seconds", type=float, default=40, help="how long to wait")

    def handle(self, *args: Any, **options: Any) -> None:
        email = self._schedule(self._identity(options["address"]))
        until = time.monotonic() + options["seconds"]
        while email.status in ON_ITS_WAY and time.monotonic() < until:
            time.sleep(0.1)
            email.refresh_from_db()
        if email.status != Status.DELIVERED:
            raise CommandError(self._why(email))
        self.stdout.write(f"Email {email.pk} went Scheduled → Delivered.")

    def _identity(self, address: str | None) -> Identity:
        ready = Identity.objects.verified().exclude(channel=None).select_related("owner", "channel")
        if address:
            ready = ready.filter(address__iexact=address)
        if identity := ready.filter(owner__is_active=True).first():
            return identity
        raise CommandError("No verified identity has a channel: there is nobody to send as.")

    def _schedule(self, identity: Identity) -> Email:
        writing = Writing(
            identity=identity,
            to_address=identity.address,
            subject="Does sending work?",
            html="<p>It does.</p>",
        )
        email = draft(identity.owner, writing)
        email.schedule(timezone.now(), by=None)
        return email

    def _why(self, email: Email) -> str:
        said = [email.reason, email.server_words]
        if channel := email.channel:
            channel.refresh_from_db()
            said += [f"Channel {channel}: {channel.reason}", channel.server_words]
        words = " ".join(word for word in said if word)
        return f"Email {email.pk} is {email.status} and not delivered. {words}"
