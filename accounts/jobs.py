"""Background work of this app. A job may run twice, late or never; the database knows."""

from celery import shared_task
from django.core.management import call_command

from .models import Undo


@shared_task(ignore_result=True)
def prune() -> None:
    """Forget sessions that are over and actions that nobody can undo any more."""
    call_command("clearsessions")
    Undo.objects.over().delete()
