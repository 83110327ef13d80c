"""Taking people out of campaigns by hand, and having that back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Undo, UndoRefused
from emails.models import Cause, Email, Status
from emails.models.changing import change_all
from prospects import consent
from tasks.models import Task
from ui.templatetags.ui import grouped

from ..ending import Ended, end_all, reason_for
from ..engine import wake
from ..holding import hold
from ..models import Because, Campaign, Enrollment, State, Turn
from ..models.enrollments import tell_owners

if TYPE_CHECKING:
    from accounts.models import User

    from ..models.enrollments import EnrollmentQuerySet

UNDO = "campaigns.leave"


@dataclass(frozen=True)
class Removed:
    """What became of it, in words, and how it is taken back; without an undo nobody was in one."""

    ended: Ended
    names: Sequence[str]
    people: list[Enrollment]
    undo: Undo | None = None

    @property
    def sentence(self) -> str:
        if not self.ended.count:
            return _("None of them is in a campaign that you may take them out of.")
        told = {"count": grouped(self.ended.count), "campaign": self.names[0]}
        if len(self.names) == 1:
            said = ngettext(
                "%(count)s person was removed from “%(campaign)s”.",
                "%(count)s people were removed from “%(campaign)s”.",
                self.ended.count,
            )
        else:
            told["campaigns"] = grouped(len(self.names))
            said = _("%(count)s removals from %(campaigns)s campaigns.")
        nothing_more = "" if self.ended.in_hand else _("Nothing more is sent to them by it.")
        return " ".join(filter(None, [said % told, self.ended.sentence, nothing_more]))


@transaction.atomic
def remove(enrollments: "EnrollmentQuerySet", user: "User") -> Removed:
    """End all of `enrollments` by hand; from the commit on nothing more is sent by them."""
    held = hold(enrollments)
    ended = end_all(Enrollment.objects.of_ids(held.ids), Because.REMOVED, by=user)
    campaigns = {way.campaign_id for way in held.enrollments}
    names = list(Campaign.objects.filter(pk__in=campaigns).by_name().values_list("name", flat=True))
    if not ended.count:
        return Removed(ended, names, [])
    before = {"ways": [[way.pk, way.state, way.hitch] for way in held.enrollments]}
    undo = Undo.objects.create(user=user, action=UNDO, before=before)
    return Removed(ended, names, held.enrollments, undo)


@Undo.reverts(UNDO)
def _have_back(user: "User", before: Mapping[str, Any]) -> str:
    """Let those go on that nothing has happened to since."""
    back, stayed = have_back(user, {pk: (state, hitch) for pk, state, hitch in before["ways"]})
    if not back:
        raise UndoRefused(_("Something has changed meanwhile, so this cannot be undone any more."))
    said = ngettext(
        "Undone: %(count)s person is in the campaign again.",
        "Undone: %(count)s people are in the campaign again.",
        back,
    )
    if stayed:
        said += " " + ngettext(
            "%(stayed)s stays out: something was sent to them or has changed since.",
            "%(stayed)s stay out: something was sent to them or has changed since.",
            stayed,
        )
    return said % {"count": grouped(back), "stayed": grouped(stayed)}


@transaction.atomic
def have_back(user: "User", before: Mapping[int, tuple[str, str]]) -> tuple[int, int]:
    """Let the enrollments with these ids stand where they stood, as (state, hitch), what was
    withdrawn wait again; returns how many do, and how many stay out."""
    # Locked first, as by whoever pauses or deletes one: nobody comes back into one that is deleted,
    # nor past a pause.
    known = Enrollment.objects.filter(pk__in=before).values("campaign")
    there = Campaign.objects.present().filter(pk__in=known).order_by("pk")
    campaigns = [campaign.pk for campaign in there.select_for_update(no_key=True)]
    turns = list(Turn.objects.filter(enrollment__in=before, done_at=None).order_by("pk"))
    emails = Email.objects.of_ids([turn.email_id for turn in turns if turn.email_id])
    locked = {email.pk: email for email in emails.locked()}
    task_ids = [turn.task_id for turn in turns if turn.task_id]
    tasks = Task.objects.filter(pk__in=task_ids).order_by("pk").select_for_update(no_key=True)
    list(tasks.values_list("pk"))
    mine = Enrollment.objects.filter(
        pk__in=before,
        campaign__in=campaigns,
        state=State.ENDED,
        because=Because.REMOVED,
        ended_by=user,
    )
    ways = list(mine.locked().select_related("person", "campaign"))
    gone_on = {turn.enrollment_id for turn in turns if _has_gone_on(locked.get(turn.email_id or 0))}
    out = gone_on | _in_again(ways) | _unreachable(ways)
    back = [way for way in ways if way.pk not in out]
    waiting = {turn.enrollment_id: turn for turn in turns}
    _reopen(back, before, waiting)
    _wait_again(user, back, waiting, locked)
    tell_owners(back)
    wake()
    return len(back), len(before) - len(back)


def _has_gone_on(email: Email | None) -> bool:
    """Whether the email that was waiting was in hand, or something was done with it since."""
    return email is not None and not _is_withdrawn(email) and email.status != Status.FAILED


def _is_withdrawn(email: Email) -> bool:
    return (
        email.status == Status.DRAFT
        and email.removed_at is not None
        and email.purged_at is None
        and email.removed_because == reason_for(Because.REMOVED)
    )


def _in_again(ways: Sequence[Enrollment]) -> set[int]:
    """Whoever was added once more since."""
    people = [way.person_id for way in ways]
    again = set(
        Enrollment.objects.open().filter(person__in=people).values_list("campaign", "person")
    )
    return {way.pk for way in ways if (way.campaign_id, way.person_id) in again}


def _unreachable(ways: Sequence[Enrollment]) -> set[int]:
    """Whoever was deleted or must not be mailed any more."""
    refused = consent.refusals([way.person.email for way in ways])
    return {way.pk for way in ways if way.person.removed_at or way.person.email in refused}


def _reopen(
    ways: Sequence[Enrollment], before: Mapping[int, tuple[str, str]], waiting: Mapping[int, Turn]
) -> None:
    now = timezone.now()
    for way in ways:
        way.state, way.hitch = before[way.pk]
        way.because, way.ended_at, way.ended_by = "", None, None
        way.on_hold = way.campaign.paused_at is not None
        is_due = way.state == State.ACTIVE and way.pk not in waiting
        way.advance_at = now if is_due else None
    told = ["state", "hitch", "because", "ended_at", "ended_by", "on_hold", "advance_at"]
    Enrollment.objects.bulk_update(ways, told, batch_size=500)


def _wait_again(
    user: "User",
    ways: Sequence[Enrollment],
    waiting: Mapping[int, Turn],
    locked: Mapping[int, Email],
) -> None:
    """Schedule what was withdrawn for the time it had, and put the tasks on their lists."""
    emails: dict[bool, list[int]] = {False: [], True: []}
    for way in ways:
        turn = waiting.get(way.pk)
        email = locked.get(turn.email_id or 0) if turn else None
        if email and _is_withdrawn(email):
            emails[way.is_held].append(email.pk)
    for on_hold, ids in emails.items():
        rows = Email.objects.of_ids(ids)
        rows.update(removed_at=None, removed_by=None, removed_because="")
        change_all(rows, Cause.SCHEDULE, by=user, reacting=False, on_hold=on_hold)
    open_again = {way.pk for way in ways}
    tasks = [turn.task_id for pk, turn in waiting.items() if turn.task_id and pk in open_again]
    Task.objects.filter(pk__in=tasks, status=Task.Status.OPEN).update(removed_at=None)
