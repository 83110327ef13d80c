"""Pausing somebody, or everybody, and going on: what waits to be sent is held meanwhile."""

from collections import defaultdict
from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from accounts.changes import announce
from emails.models import Email, Status
from emails.models.email import wall_columns

from . import engine
from .chunks import calendar_of, now
from .holding import Held, hold, hold_one
from .models import Campaign, Enrollment, EnrollmentRefused, State, Step, Turn
from .timing import anew

if TYPE_CHECKING:
    from accounts.models import User


@transaction.atomic
def pause(enrollment: Enrollment, *, by: "User | None") -> None:
    """Hold one person. Raises EnrollmentRefused."""
    mine, held = hold_one(enrollment.pk)
    if mine is None or mine.state != State.ACTIVE:
        raise EnrollmentRefused(_("Only somebody who is active in the campaign can be paused."))
    _keep_back(held)
    _set(mine, enrollment, state=State.PAUSED)


@transaction.atomic
def resume(enrollment: Enrollment, *, by: "User | None") -> None:
    """Let one person go on. Raises EnrollmentRefused."""
    mine, held = hold_one(enrollment.pk)
    if mine is None or mine.state != State.PAUSED:
        raise EnrollmentRefused(_("Only somebody who is paused can go on."))
    _set(mine, enrollment, state=State.ACTIVE)
    if not mine.on_hold:
        _let_go(mine.campaign, held.emails)
    engine.wake()


@transaction.atomic
def pause_campaign(campaign: Campaign, *, by: "User | None") -> None:
    """Hold everybody in it. With its row locked no engine makes anything for it any more."""
    _lock(campaign)
    Campaign.objects.filter(pk=campaign.pk, paused_at=None).update(paused_at=Now())
    held = hold(Enrollment.objects.of(campaign))
    _keep_back(held)
    Enrollment.objects.filter(pk__in=held.ids).update(on_hold=True)
    _tell(campaign, held)


@transaction.atomic
def resume_campaign(campaign: Campaign, *, by: "User | None") -> None:
    """Let everybody in it go on, but those who are paused themselves."""
    _lock(campaign)
    Campaign.objects.filter(pk=campaign.pk).update(paused_at=None)
    held = hold(Enrollment.objects.of(campaign))
    Enrollment.objects.filter(pk__in=held.ids).update(on_hold=False)
    paused = [each.pk for each in held.enrollments if each.state == State.PAUSED]
    theirs = Turn.objects.filter(enrollment__in=paused, email__isnull=False)
    stay = set(theirs.values_list("email", flat=True))
    _let_go(campaign, [email for email in held.emails if email.pk not in stay])
    engine.wake()
    _tell(campaign, held)


def _lock(campaign: Campaign) -> None:
    campaign.refresh_from_db(from_queryset=Campaign.objects.select_for_update(no_key=True))


def _tell(campaign: Campaign, held: Held) -> None:
    campaign.refresh_from_db()
    announce(campaign.owner_id, *{each.owner_id for each in held.enrollments})


def _set(mine: Enrollment, told: Enrollment, **changes: object) -> None:
    Enrollment.objects.filter(pk=mine.pk).update(**changes)
    told.refresh_from_db()
    announce(mine.owner_id)


def _keep_back(held: Held) -> None:
    """What is in hand as well, should it have to wait again."""
    Email.objects.of_ids([email.pk for email in held.emails]).update(on_hold=True)


def _let_go(campaign: Campaign, emails: Iterable[Email]) -> None:
    """Hold `emails` no longer; what should have gone meanwhile gets a new time, all of a step the
    same one."""
    moment, ids = now(), []
    late: dict[int, list[int]] = defaultdict(list)
    for email in emails:
        ids.append(email.pk)
        waits = email.status == Status.SCHEDULED and email.step_id
        if waits and email.send_at and email.send_at < moment:
            late[waits].append(email.pk)
    Email.objects.of_ids(ids).update(on_hold=False)
    for step in Step.objects.filter(pk__in=late):
        at = anew(step, calendar_of(campaign), moment)
        Email.objects.of_ids(late[step.pk]).update(
            **wall_columns(at, campaign.zone), updated_at=Now()
        )
        Turn.objects.filter(email__in=late[step.pk]).update(due_at=at)
