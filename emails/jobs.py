"""Background work of this app. A job may run twice, late or never; the database knows."""

from functools import partial

import structlog
from celery import shared_task
from django.core.cache import cache

from . import events
from .models import BulkSend, Channel, Composition, Copy, Email, Event, ReturnedMail
from .reactions import react_again
from .sending.claim import free_slots
from .sending.dispatch import Dispatcher

log = structlog.get_logger(__name__)

# A wake that was lost with the broker is not missed for longer.
PENDING_SECONDS = 15


@shared_task(ignore_result=True, throws=(Channel.DoesNotExist,))
def dispatch(channel_id: int) -> None:
    """Send what is due on one channel; goes on in a new job while more is due."""
    cache.delete(f"wake:{channel_id}")
    if Dispatcher(Channel.objects.get(pk=channel_id)).run():
        wake(channel_id)


@shared_task(ignore_result=True)
def wake_channels() -> None:
    """Wake every channel with something due. Beat runs this each second."""
    for channel in Channel.objects.with_due():
        channel.attend()
        if channel.is_open and free_slots(channel):
            wake(channel.pk)


@shared_task(ignore_result=True)
def recover() -> None:
    """Give up on emails whose lease is over, and on copies: their worker is gone."""
    for email in Email.objects.given_up().in_order_of_id()[:200]:
        email.give_up()
    Copy.objects.give_up()


@shared_task(ignore_result=True)
def apply_events() -> None:
    """Let the evidence speak that was recorded and not applied yet."""
    cache.delete("wake:evidence")
    # What failed before gets one more try each time: its cause may take a while to pass.
    for tried in reversed(range(1, events.TRIES)):
        events.apply_events(tried=tried)
    while events.apply_events(tried=0):
        pass
    react_again()


@shared_task(ignore_result=True, throws=(BulkSend.DoesNotExist,))
def make_bulk_emails(pk: int) -> None:
    """Make what emails of a bulk email are missing; any number of runs make one for each."""
    cache.delete(f"bulk:{pk}")
    BulkSend.objects.get(pk=pk).make_emails()


@shared_task(ignore_result=True)
def finish_bulk_sends() -> None:
    """Go on with those whose job was lost. Beat runs this every few seconds."""
    for bulk in BulkSend.objects.unfinished():
        once(f"bulk:{bulk.pk}", partial(make_bulk_emails.delay, bulk.pk))


@shared_task(ignore_result=True)
def prune() -> None:
    """Forget what is kept for a time only. Beat runs this every night."""
    Email.objects.long_removed().purge()
    Event.objects.with_old_details().forget_details()
    ReturnedMail.objects.long_kept().forget_raw()
    Composition.objects.abandoned().delete()
    BulkSend.objects.abandoned().delete()


def wake(channel_id: int) -> None:
    """Let a worker look at this channel; at most one such job waits at a time.

    Never raises: a wake that fails is made good by the next beat.
    """
    once(f"wake:{channel_id}", lambda: dispatch.delay(channel_id))


def wake_evidence() -> None:
    """Let a worker apply what has just been recorded. Never raises."""
    once("wake:evidence", apply_events.delay)


def once(key: str, enqueue: object) -> None:
    """Enqueue a job unless one waits already under `key`, which the job deletes as it begins.
    Never raises."""
    try:
        if cache.add(key, 1, timeout=PENDING_SECONDS):
            enqueue()  # type: ignore[operator]
    except Exception as error:  # the broker's and the cache's families of errors are many
        log.warning("not woken", key=key, error=str(error))
