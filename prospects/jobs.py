"""Background work of this app. A job may run twice, late or never; the database knows."""

from celery import shared_task

from .models import Group, PeopleImport


@shared_task(ignore_result=True)
def prune() -> None:
    """Forget files of people that were uploaded and left alone, and groups deleted long ago."""
    PeopleImport.objects.abandoned().delete()
    Group.objects.long_removed().delete()
