"""How everybody on a list begins, at once and once; and how that is taken back."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone

from accounts.changes import announce, announce_elsewhere
from emails.models import Email, Status
from prospects.models import Person
from tasks.models import Task

from ..engine import wake
from ..models import Campaign, Enrollment, Launch, LaunchStarted, LeftOut
from .first_email import sends_by_itself
from .judging import judge

if TYPE_CHECKING:
    from accounts.models import User

    from ..models import LaunchPerson, Turn

# So often is it tried to take back what the engine is at work on.
TRIES = 10


@transaction.atomic
def start(launch: Launch, at: datetime) -> int:
    """Make the enrollments of the draft `launch`, beginning at `at`; returns how many.

    Whoever cannot be added is left out with the reason; so is whoever somebody else adds at this
    instant. Raises LaunchStarted where it was done already, and ValueError where emails are to be
    sent and there is no ready sender.
    """
    launch.be_a_draft()
    ready = launch.identity is not None and launch.identity.is_ready
    if not ready and sends_by_itself(launch):
        raise ValueError("Emails are sent from a verified identity with a channel.")
    # Locked, so that a pause comes before all of these or meets them all.
    campaign = Campaign.objects.select_for_update(no_key=True).get(pk=launch.campaign_id)
    rows = list(launch.people.for_list().in_order())
    _lock_people(rows)
    kept = judge(launch, rows)
    _make(launch, campaign, [row for row in rows if row.pk not in kept], at)
    added = set(launch.enrollments.values_list("launched", flat=True))
    _note_left_out(launch, rows, added, {pk: each.code for pk, each in kept.items()})
    Launch.objects.filter(pk=launch.pk).update(started_at=Now())
    launch.refresh_from_db(fields=["started_at"])
    announce(launch.owner_id)
    announce_elsewhere()
    wake()
    return len(added)


def _lock_people(rows: "Iterable[LaunchPerson]") -> None:
    """Nobody is deleted from here on, so that nobody is in a campaign and in the trash."""
    ids = {row.person_id: row.person for row in rows}
    locked = Person.objects.of_ids(ids).order_by("pk").select_for_update(no_key=True)
    for pk, removed_at in locked.values_list("pk", "removed_at"):
        ids[pk].removed_at = removed_at


def _make(launch: Launch, campaign: Campaign, rows: "list[LaunchPerson]", at: datetime) -> None:
    common = {"campaign": campaign, "owner": launch.owner, "identity": launch.identity}
    on_hold, now = campaign.paused_at is not None, timezone.now()
    made = [
        Enrollment(
            **common,
            person_id=row.person_id,
            launched=row,
            starts_at=at,
            advance_at=now,
            on_hold=on_hold,
        )
        for row in rows
    ]
    Enrollment.objects.bulk_create(made, ignore_conflicts=True, batch_size=1000)


def _note_left_out(
    launch: Launch, rows: "Iterable[LaunchPerson]", added: set[int], codes: dict[int, LeftOut]
) -> None:
    reasons: dict[str, list[int]] = defaultdict(list)
    for row in rows:
        if row.pk not in added:
            # Who is not kept back and still not in it was added by somebody else meanwhile.
            reasons[codes.get(row.pk, LeftOut.IN_IT)].append(row.pk)
    launch.people.say_why(reasons.items())


class _MadeMeanwhile(Exception):
    """The engine has made another email while these were being locked."""


def take_back(launch: Launch, *, by: "User") -> tuple[int, int]:
    """Take those out again for whom nothing was done yet, without a trace; the list is a draft
    again. Returns how many are out, and how many stay because something was done or sent.

    Raises LaunchStarted (it says where it stands) if it was taken back already.
    """
    for _once_more in range(TRIES):
        try:
            return _take_back(launch)
        except _MadeMeanwhile:
            continue
    return 0, launch.enrollments.count()


@transaction.atomic
def _take_back(launch: Launch) -> tuple[int, int]:
    """Emails are locked before enrollments, as everywhere; the engine adds emails meanwhile, and
    who has one that is not locked here is looked at anew."""
    locked = _lock_emails(launch)
    launch.lock()
    if launch.is_draft:
        raise LaunchStarted(launch)
    ways = list(launch.enrollments.locked().prefetch_related("turns__email", "turns__task"))
    untouched = [way.pk for way in ways if _is_untouched(way, locked)]
    going = Enrollment.objects.filter(pk__in=untouched)
    emails = list(going.exclude(turns__email=None).values_list("turns__email", flat=True))
    Task.objects.filter(turn__enrollment__in=untouched).delete()
    going.delete()
    Email.objects.of_ids(emails).delete()
    _become_a_draft(launch)
    announce(launch.owner_id)
    announce_elsewhere()
    return len(untouched), len(ways) - len(untouched)


def _lock_emails(launch: Launch) -> set[int]:
    """All of its emails, by id; the ids."""
    mine = Email.objects.filter(turn__enrollment__launched__launch=launch)
    ids = list(mine.values_list("pk", flat=True))
    return set(Email.objects.of_ids(ids).locked().values_list("pk", flat=True))


def _is_untouched(way: Enrollment, locked: set[int]) -> bool:
    """Whether nothing was done for them but making what waits."""
    return way.ended_at is None and all(_waits(turn, locked) for turn in way.turns.all())


def _waits(turn: "Turn", locked: set[int]) -> bool:
    email, task = turn.email, turn.task
    if email and email.pk not in locked:
        raise _MadeMeanwhile
    waiting = email is None or (email.status == Status.SCHEDULED and email.version == 1)
    return turn.done_at is None and waiting and (task is None or task.is_open)


def _become_a_draft(launch: Launch) -> None:
    """With whoever was put on another list since."""
    newer = Launch.begun_by(launch.owner, launch.campaign)
    if newer:
        known = launch.people.values("person")
        newer.people.exclude(person__in=known).update(launch=launch)
        newer.delete()
    launch.people.left_out().update(left_out="")
    Launch.objects.filter(pk=launch.pk).update(started_at=None)
    launch.refresh_from_db(fields=["started_at"])
