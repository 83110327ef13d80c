"""A chunk of enrollments whose next turn is to be made: claimed, with all that is known of them."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, time
from functools import cached_property
from itertools import chain
from typing import NamedTuple, Self, cast
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import prefetch_related_objects
from django.utils import timezone

from emails.fields import read

from .models import Campaign, Enrollment, Kind, Step, Turn
from .timing import Calendar, Due, due

# Whoever pauses a campaign, or changes its steps, holds its row: nothing is made for it meanwhile.
# This waits for nobody and never stands in the way of a second engine.
_CAMPAIGNS = """
SELECT id FROM campaigns_campaign WHERE id = ANY(%s) FOR SHARE SKIP LOCKED
"""


class Text(NamedTuple):
    """What an email of a step says to one person, fields and all."""

    subject: str
    html: str

    @property
    def asks(self) -> bool:
        """Whether it asks for words that only a rep can write."""
        return bool(read(self.subject, html=False).prompts or read(self.html, html=True).prompts)


@dataclass(frozen=True)
class Next:
    """The turn to be made for one enrollment: of which step, behind which, and when it is due."""

    enrollment: Enrollment
    step: Step
    due: Due
    text: Text
    turns: list[Turn] = field(default_factory=list)  # those it has had

    @property
    def is_task(self) -> bool:
        """Whether the rep does it; an email that asks for words of theirs as well."""
        return not self.step.is_automatic or self.text.asks

    @property
    def is_ready(self) -> bool:
        """Whether its sender can send."""
        identity, owner = self.enrollment.identity, self.enrollment.owner
        return owner.is_active and identity is not None and identity.is_ready

    @property
    def calendar(self) -> Calendar:
        return calendar_of(self.enrollment.campaign)


@dataclass(frozen=True)
class Chunk:
    """Locked enrollments, each with its campaign, person, sender and turns at hand."""

    enrollments: list[Enrollment]
    now: datetime  # by PostgreSQL's clock

    @classmethod
    def claim(cls, limit: int) -> Self:
        """The next that are due, at most `limit`, for the rest of the transaction."""
        due_ = Enrollment.objects.due().order_by("advance_at", "pk")
        claimed = list(due_.select_for_update(skip_locked=True, no_key=True)[:limit])
        open_ = _locked_campaigns(claimed)
        paused = [each for each in claimed if _is_paused(open_.get(each.campaign_id))]
        if paused:  # added while somebody paused the campaign
            Enrollment.objects.filter(pk__in=[each.pk for each in paused]).update(on_hold=True)
        return cls.of([each for each in claimed if _is_going(open_.get(each.campaign_id))], open_)

    @classmethod
    def of(cls, enrollments: list[Enrollment], campaigns: dict[int, Campaign]) -> Self:
        """These, which the caller has locked."""
        for each in enrollments:
            each.campaign = campaigns[each.campaign_id]
        related = ("person", "owner", "identity__channel", "launched")
        prefetch_related_objects(enrollments, *related)
        return cls(enrollments, now())

    @cached_property
    def steps(self) -> dict[int, list[Step]]:
        """By campaign: all steps in order, deleted ones too."""
        found = defaultdict(list)
        wanted = {each.campaign_id for each in self.enrollments}
        for step in Step.objects.filter(campaign__in=wanted).in_order():
            found[step.campaign_id].append(step)
        return found

    @cached_property
    def step(self) -> dict[int, Step]:
        return {step.pk: step for step in chain.from_iterable(self.steps.values())}

    @cached_property
    def turns(self) -> dict[int, list[Turn]]:
        """By enrollment: the turns it has had, the latest last."""
        found = defaultdict(list)
        for turn in Turn.objects.filter(enrollment__in=self.enrollments).order_by("pk"):
            found[turn.enrollment_id].append(turn)
        return found

    @cached_property
    def gone(self) -> list[Enrollment]:
        """Those whose person was deleted."""
        return [each for each in self.enrollments if each.person.removed_at]

    @cached_property
    def _all_next(self) -> list[tuple[Enrollment, Step | None]]:
        gone = {each.pk for each in self.gone}
        here = (each for each in self.enrollments if each.pk not in gone)
        return [(each, self.step_after(each)) for each in here]

    @property
    def finished(self) -> list[Enrollment]:
        """Those that have come to the end of the steps."""
        return [enrollment for enrollment, step in self._all_next if step is None]

    @cached_property
    def following(self) -> list[Next]:
        """The turns to be made for all others."""
        return [self.next_of(each, step) for each, step in self._all_next if step]

    def step_after(self, enrollment: Enrollment) -> Step | None:
        """The first present step behind the one it is at, that has not had its turn yet."""
        had = {turn.step_id for turn in self.turns[enrollment.pk]}
        at = self.step[enrollment.step_id].place if enrollment.step_id else (0, 0, 0)
        ahead = (each for each in self.steps[enrollment.campaign_id] if each.place > at)
        return next((each for each in ahead if not each.removed_at and each.pk not in had), None)

    def next_of(self, enrollment: Enrollment, step: Step) -> Next:
        previous = self.step[enrollment.step_id] if enrollment.step_id else None
        return self._next(enrollment, step, previous, self.turns[enrollment.pk])

    def again(self, enrollment: Enrollment, step: Step) -> Next:
        """The turn of `step`, which waits, as it would be made now."""
        turns = [turn for turn in self.turns[enrollment.pk] if turn.step_id != step.pk]
        done = [turn for turn in turns if turn.done_at]
        last = max(done, key=_order, default=None)
        step = self.step[step.pk]
        return self._next(enrollment, step, self.step[last.step_id] if last else None, turns)

    def _next(
        self, enrollment: Enrollment, step: Step, previous: Step | None, turns: list[Turn]
    ) -> Next:
        calendar = calendar_of(enrollment.campaign)
        found = due(
            step,
            previous,
            calendar,
            basis=_basis(enrollment, previous, turns),
            clock=self._clock(turns, calendar),
        )
        return Next(enrollment, step, found, self.text(enrollment, step), turns)

    def text(self, enrollment: Enrollment, step: Step) -> Text:
        """The words of an email step for this person: their own, in the campaign's first email."""
        own = enrollment.launched
        if own is None or not self._is_first_email(step):
            return Text(step.subject, step.html)
        return Text(
            step.subject if own.subject is None else own.subject,
            step.html if own.html is None else own.html,
        )

    def _is_first_email(self, step: Step) -> bool:
        present = (each for each in self.steps[step.campaign_id] if not each.removed_at)
        return next((each for each in present if each.kind == Kind.EMAIL), None) == step

    def _clock(self, turns: list[Turn], calendar: Calendar) -> time | None:
        """The time of day at which the last email was planned; written by hand, when it was done."""
        emails = [
            turn
            for turn in turns
            if turn.done_at and not turn.skipped and self.step[turn.step_id].kind == Kind.EMAIL
        ]
        if not emails:
            return None
        last = max(emails, key=_order)
        return calendar.wall(_when_done(last) if last.task_id else last.due_at).clock


def now() -> datetime:
    """The moment by PostgreSQL's clock."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement_timestamp()")
        return cast(datetime, cursor.fetchone()[0])


def calendar_of(campaign: Campaign) -> Calendar:
    return Calendar(ZoneInfo(campaign.zone), campaign.skip_weekends)


def _basis(enrollment: Enrollment, previous: Step | None, turns: list[Turn]) -> datetime:
    """When the previous turn was really done; when they start, if there was none."""
    done = (turn.done_at for turn in turns if previous and turn.step_id == previous.pk)
    return next(done, None) or enrollment.starts_at


def _when_done(turn: Turn) -> datetime:
    return turn.done_at or timezone.now()


def _order(turn: Turn) -> tuple[datetime, int]:
    """Of two that were done at the same moment the one that came up later is the later one."""
    return _when_done(turn), turn.pk


def _locked_campaigns(enrollments: Iterable[Enrollment]) -> dict[int, Campaign]:
    wanted = list({each.campaign_id for each in enrollments})
    with connection.cursor() as cursor:
        cursor.execute(_CAMPAIGNS, [wanted])
        locked = [pk for (pk,) in cursor.fetchall()]
    return Campaign.objects.in_bulk(locked)


def _is_paused(campaign: Campaign | None) -> bool:
    return campaign is not None and not _is_going(campaign)


def _is_going(campaign: Campaign | None) -> bool:
    return campaign is not None and not campaign.paused_at and not campaign.removed_at
