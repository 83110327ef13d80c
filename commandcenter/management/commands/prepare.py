from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from accounts.models import User
from commandcenter import embedded
from commandcenter.demo import crew


class Command(BaseCommand):
    """The step of bin/start between the servers and the processes."""

    help = "Makes the tables and, the first time, loads the demo data."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--no-demo", action="store_true", help="make the tables only")

    def handle(self, *args: Any, **options: Any) -> None:
        if self._is_behind():
            call_command("migrate", verbosity=1, interactive=False, stdout=self.stdout)
        loaded = Path(settings.DATA_DIR) / "demo_data.loaded"
        if not options["no_demo"] and (crew.exists() or self._is_welcome(loaded)):
            call_command("demo_data", stdout=self.stdout)
            loaded.touch()

    def _is_welcome(self, loaded: Path) -> bool:
        """Never in production, never among somebody's own people, and not after it was removed."""
        if not settings.DEBUG or loaded.exists():
            return False
        return self._is_embedded() or not User.objects.exists()

    def _is_behind(self) -> bool:
        executor = MigrationExecutor(connection)
        return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))

    def _is_embedded(self) -> bool:
        folder = embedded.socket_dir(Path(settings.DATA_DIR))
        return settings.DATABASES["default"]["HOST"] == str(folder)
