from typing import Any

from django.core.management.base import BaseCommand

from emails.reactions import REACTIONS, name_of


class Command(BaseCommand):
    help = "Lists what happens when something has happened to an email."

    def handle(self, *args: Any, **options: Any) -> None:
        for happening, reactions in sorted(REACTIONS.items()):
            for reaction in reactions:
                self.stdout.write(f"{happening:12} → {name_of(reaction)}")
