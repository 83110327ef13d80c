"""Background work of this app. A job may run twice, late or never; the database knows."""

from celery import shared_task

from .models import PeopleImport


@shared_task(ignore_result=True)
def prune() -> None:
    """Forget files of people that were uploaded and then left alone."""
    PeopleImport.objects.abandoned().delete()
