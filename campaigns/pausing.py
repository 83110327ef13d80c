"""Pausing somebody, or everybody, and going on: what waits to be sent is held meanwhile."""

from collections import defaultdict
from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.changes import announce
from emails.models import Email, Status
from emails.models.email import wall_columns

from . import engine
from .chunks import calendar_of, now
from .holding import Held, hold
from .models import Campaign, Enrollment, EnrollmentRefused, State, Step, Turn
from .models.enrollments import EnrollmentQuerySet, tell_owners
from .timing import anew

if TYPE_CHECKING:
    from accounts.models import User

NOT_ACTIVE = _("Only somebody who is active in the campaign can be paused.")
NOT_PAUSED = _("Only somebody who is paused can go on.")


@transaction.atomic
def pause_all(enrollments: EnrollmentQuerySet, *, by: "User | None") -> set[int]:
    """Hold those of `enrollments` that are active, thousands in a handful of statements; returns
    their ids."""
    held = hold(enrollments.in_state(State.ACTIVE))
    mine = [each for each in held.enrollments if each.state == State.ACTIVE]
    _keep_back([email for email, _one in _whose(held, mine)])
    return _set(mine, State.PAUSED)


@transaction.atomic
def resume_all(enrollments: EnrollmentQuerySet, *, by: "User | None") -> set[int]:
    """Let those of `enrollments` go on that are paused; returns their ids."""
    held = hold(enrollments.in_state(State.PAUSED))
    mine = [each for each in held.enrollments if each.state == State.PAUSED]
    free: dict[int, list[Email]] = defaultdict(list)
    for email, one in _whose(held, mine):
        if not one.on_hold:
            free[one.campaign_id].append(email)
    for campaign in Campaign.objects.filter(pk__in=free):
        _let_go(campaign, free[campaign.pk])
    engine.wake()
    return _set(mine, State.ACTIVE)


def pause(enrollment: Enrollment, *, by: "User | None") -> None:
    """Hold one person. Raises EnrollmentRefused."""
    if not pause_all(Enrollment.objects.filter(pk=enrollment.pk), by=by):
        raise EnrollmentRefused(NOT_ACTIVE)
    enrollment.refresh_from_db()


def resume(enrollment: Enrollment, *, by: "User | None") -> None:
    """Let one person go on. Raises EnrollmentRefused."""
    if not resume_all(Enrollment.objects.filter(pk=enrollment.pk), by=by):
        raise EnrollmentRefused(NOT_PAUSED)
    enrollment.refresh_from_db()


@transaction.atomic
def pause_campaign(campaign: Campaign, *, by: "User | None") -> None:
    """Hold everybody in it. With its row locked no engine makes anything for it any more."""
    _lock(campaign)
    Campaign.objects.filter(pk=campaign.pk, paused_at=None).update(paused_at=Now())
    held = hold(Enrollment.objects.of(campaign))
    _keep_back(held.emails)
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
    tell_owners(held.enrollments)
    announce(campaign.owner_id, emails=(), people=())


def _set(mine: list[Enrollment], state: State) -> set[int]:
    ids = {each.pk for each in mine}
    Enrollment.objects.filter(pk__in=ids).update(state=state)
    tell_owners(mine)
    return ids


def _whose(held: Held, mine: list[Enrollment]) -> list[tuple[Email, Enrollment]]:
    """The unsent emails of `mine`, each with whose it is."""
    emails, ways = {email.pk: email for email in held.emails}, {each.pk: each for each in mine}
    turns = Turn.objects.filter(enrollment__in=ways, email__in=emails)
    return [(emails[pk], ways[way]) for pk, way in turns.values_list("email", "enrollment") if pk]


def _keep_back(emails: Iterable[Email]) -> None:
    """What is in hand as well, should it have to wait again."""
    Email.objects.of_ids([email.pk for email in emails]).update(on_hold=True)


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
