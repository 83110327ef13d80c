"""The project itself as an app: it brings the commands and, in every process, the Celery app."""

from django.apps import AppConfig


class CommandCenterConfig(AppConfig):
    name = "commandcenter"

    def ready(self) -> None:
        """Make the Celery app the one that jobs' `delay` finds."""
        from . import celery  # noqa: F401
