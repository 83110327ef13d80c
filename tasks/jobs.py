"""Background work of this app. A job may run twice, late or never; the database knows."""

from celery import shared_task

from . import reminding
from .models import Reminder


@shared_task(ignore_result=True)
def remind() -> None:
    """Remind of what is due to be reminded of. Beat runs this every few seconds."""
    while Reminder.make_due():
        pass
    reminding.mail_due()


@shared_task(ignore_result=True)
def prune() -> None:
    """Forget reminders that are of use to nobody any more."""
    Reminder.objects.over().delete()
