"""What must be done to a database that was restored from a backup before anything runs on it.

It stands where it stood when the backup was taken, and knows nothing of what was sent since. So
nothing in it may go out by itself, and what may have gone is in doubt, as after a crash: Failed,
unconfirmed. A sign of life by its recipient moves it to Delivered; sending it again is somebody's
decision. Nobody is sent anything twice by itself.
"""

from collections import Counter
from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple
from uuid import uuid4

import structlog
from django.contrib.sessions.models import Session
from django.db import connection, transaction
from django.db.models import Max
from django.db.models.functions import Now
from django.utils import timezone

from .models import Attempt, BulkSend, Cause, Channel, Copy, Email, Status, Transition
from .models.querysets import EmailQuerySet
from .sending.message import CannotBeBuilt, prepare

log = structlog.get_logger(__name__)

RESTORED = "restored"
# Emails written since the backup are out in the world under ids that this database would give
# away again: their pixels, links and reports would be taken for another email's.
SKIPPED_IDS = 10_000_000


Pause = Callable[[], None]
_PAUSES: list[Pause] = []


def when_restored(pause: Pause) -> Pause:
    """Register how a higher app keeps itself from sending anything anew; it may run twice."""
    if pause not in _PAUSES:
        _PAUSES.append(pause)
    return pause


class Held(NamedTuple):
    """What became of the emails, counted by the address of their owner."""

    since: datetime | None  # the last moment that the database knows of
    in_doubt: Counter[str]
    pulled_back: Counter[str]
    paused: list[Channel]


def hold(*, keep_later: bool = False) -> Held:
    """Make sure that nothing goes out by itself which may have gone out already.

    What was In Progress, or Scheduled and due, becomes Failed, unconfirmed. What is due later is
    pulled back to Drafts, for somebody may have sent it early, rewritten or deleted it since; with
    `keep_later` it stays Scheduled. All channels are paused and everybody signs in anew.
    No worker may run meanwhile. Run again, it goes on where it was cut off.
    """
    held = foresee(keep_later=keep_later)
    Channel.objects.update(paused=True)
    # Of those whose emails were still being made, more may have been made and sent since.
    BulkSend.objects.unmade().pause_all()
    for pause in _PAUSES:
        pause()
    _give_up()
    for email in _scheduled().ripe():
        _presume_sent(email, held.since)
    for email in _scheduled() if not keep_later else []:
        email._change(Cause.PULL_BACK, reason=RESTORED)
    unsure = {"state": Copy.State.UNCONFIRMED, "reason": RESTORED, "ended_at": Now()}
    Copy.objects.unfinished().update(**unsure)
    Session.objects.all().delete()
    _skip_ids()
    return held


def foresee(*, keep_later: bool = False) -> Held:
    """What `hold` would do; changes nothing."""
    due = _scheduled().ripe()  # paused or not: a pause may have ended since the backup
    later = _scheduled().exclude(pk__in=due.values("pk"))
    return Held(
        since=Transition.objects.aggregate(last=Max("at"))["last"],
        in_doubt=_by_owner(Email.objects.with_status(Status.IN_PROGRESS)) + _by_owner(due),
        pulled_back=Counter() if keep_later else _by_owner(later),
        paused=list(Channel.objects.filter(paused=False)),
    )


def _scheduled() -> EmailQuerySet:
    found = Email.objects.in_folder(Status.SCHEDULED).in_order_of_id()
    related = found.select_related("content", "identity", "channel", "owner")
    return related.prefetch_related("attachments__file")


def _by_owner(emails: EmailQuerySet) -> Counter[str]:
    return Counter(emails.values_list("owner__email", flat=True))


def _give_up() -> None:
    in_hand = Email.objects.with_status(Status.IN_PROGRESS)
    begun = Attempt.objects.filter(email__in=in_hand, ended_at=None)
    begun.update(ended_at=Now(), reason=RESTORED)
    in_hand.update(lease_until=Now())
    for email in in_hand.in_order_of_id():
        email.give_up()


@transaction.atomic
def _presume_sent(email: Email, since: datetime | None) -> None:
    """Scheduled → In Progress → Failed, unconfirmed, with an attempt that evidence can speak to.

    What a worker would have stored is stored, so that the links in the recipient's copy lead on.
    """
    try:
        prepared = prepare(email)
    except CannotBeBuilt as error:
        log.warning("links not known", email=email.pk, error=str(error))
        prepared = None
    lease, moment = uuid4(), since or timezone.now()
    assert email.channel
    marked = email._change(Cause.MARK, lease=lease, lease_until=Now(), claims_lost=0)
    marked.attempt = Attempt.objects.create(
        email=email,
        number=email.attempts.count() + 1,
        lease=lease,
        channel=email.channel,
        owner_id=email.owner_id,
        message_id=email.message_id,
        started_at=moment,
        ended_at=moment,
        reason=RESTORED,
    )
    marked.save(update_fields=["attempt"])
    if prepared:
        prepared.keep()
    email.weigh_and_tell()


def _skip_ids() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_serial_sequence('emails_email', 'id')")
        [sequence] = cursor.fetchone()
        cursor.execute("SELECT setval(%s, nextval(%s) + %s)", [sequence, sequence, SKIPPED_IDS])
