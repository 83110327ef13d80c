"""Background work of this app. A job may run twice, late or never; the database knows."""

import time
from functools import partial

from celery import shared_task
from django.core.cache import cache

from emails.jobs import once

from .alerts import Alert
from .models import Run

# For so many seconds of each run of its job new matches are looked for.
TURN = 5


@shared_task(ignore_result=True, throws=(Run.DoesNotExist,))
def go_on(pk: int) -> None:
    """Do some more of an action with many; the rest in a job of its own."""
    cache.delete(f"run:{pk}")
    if Run.objects.get(pk=pk).go_on():
        go_on.delay(pk)


@shared_task(ignore_result=True)
def go_on_with_all() -> None:
    """Go on with those whose worker is gone. Beat runs this every few seconds."""
    for pk in Run.objects.to_go_on().values_list("pk", flat=True):
        once(f"run:{pk}", partial(go_on.delay, pk))


@shared_task(ignore_result=True)
def tell_of_new() -> None:
    """Tell of what saved searches have come to find. Beat runs this every few seconds; what one run
    has no time for is the next one's."""
    until = time.monotonic() + TURN
    while time.monotonic() < until and (alert := Alert.take()):
        alert.look()


@shared_task(ignore_result=True)
def prune() -> None:
    """Forget what became of many long ago. Beat runs this every night."""
    Run.objects.over().delete()
