"""Background work of this app. A job may run twice, late or never; the database knows."""

from celery import shared_task
from django.core.cache import cache

from . import editing, engine
from .models import Step


@shared_task(ignore_result=True)
def advance() -> None:
    """Make every turn that is due to be made. Beat runs this each second."""
    cache.delete("wake:campaigns")
    while engine.advance():
        pass


@shared_task(ignore_result=True, throws=(Step.DoesNotExist,))
def rewrite(step_id: int, retimed: bool) -> None:
    """Let what waits in a step say what the step says now."""
    cache.delete(f"step:{step_id}:{retimed}")
    editing.rewrite_all(Step.objects.get(pk=step_id), retimed=retimed)
