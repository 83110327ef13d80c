"""What the table of the people in a campaign shows of each of them."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import Sum
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from emails.models import Status
from emails.reasons import word

from .acting import ACTIONS, Action
from .cadence import title_of
from .models import Enrollment, Hitch, State, Turn

if TYPE_CHECKING:
    from emails.models import Email


@dataclass
class Row:
    """One person's way: where they are, why, what comes next, and what came of their emails."""

    enrollment: Enrollment
    turn: Turn | None = None  # the one that is not done yet
    viewed: int = 0
    clicked: int = 0
    replied: int = 0
    actions: list[Action] = field(default_factory=list)

    @property
    def state(self) -> str | Promise:
        if self.enrollment.succeeded_at and not self.enrollment.is_open:
            return pgettext("enrollment", "Success")
        return State(self.enrollment.state).label

    @property
    def tone(self) -> str:
        if self.enrollment.succeeded_at and not self.enrollment.is_open:
            return "ok"
        if self.enrollment.on_hold and self.enrollment.state == State.ACTIVE:
            return "warn"
        return State(self.enrollment.state).tone

    @property
    def step(self) -> str:
        return title_of(self.enrollment.step) if self.enrollment.step else _("not begun yet")

    @property
    def why(self) -> str:
        """What it waits for, or why it is as it is."""
        enrollment = self.enrollment
        if enrollment.state == State.ATTENTION:
            return self._hitch(Hitch(enrollment.hitch), self.turn.email if self.turn else None)
        if enrollment.state == State.ENDED:
            return enrollment.get_because_display()
        if enrollment.state == State.COMPLETED:
            return _("came to the end")
        if enrollment.on_hold:
            return _("the campaign is paused")
        if enrollment.state == State.PAUSED:
            return ""
        return self._waits_for()

    @staticmethod
    def _hitch(hitch: Hitch, email: "Email | None") -> str:
        if email and email.reason:
            return word(email.reason, email.reason_values).sentence
        return str(hitch.label)

    def _waits_for(self) -> str:
        if self.turn is None:
            return ""
        if self.turn.task_id:
            return _("waits for the task")
        email = self.turn.email
        if email and email.status == Status.IN_PROGRESS:
            return _("its email is on its way")
        return _("its email is scheduled") if email else ""

    @property
    def due(self) -> datetime | None:
        """When it goes on."""
        enrollment = self.enrollment
        if not enrollment.is_open:
            return None
        if self.turn:
            sent = self.turn.email.send_at if self.turn.email else None
            return sent or self.turn.due_at
        return enrollment.advance_at or enrollment.starts_at

    @property
    def over(self) -> datetime | None:
        return self.enrollment.ended_at


def rows(enrollments: Iterable[Enrollment], *, with_actions: bool) -> list[Row]:
    """One for each, in their order, with two queries for all of them."""
    told = {enrollment.pk: Row(enrollment) for enrollment in enrollments}
    turns = Turn.objects.filter(enrollment__in=told)
    for turn in turns.filter(done_at=None).select_related("email"):
        told[turn.enrollment_id].turn = turn
    sums = turns.exclude(email=None).order_by().values("enrollment")
    figures = {"viewed": "views", "clicked": "clicks", "replied": "replies"}
    counted = sums.annotate(**{name: Sum(f"email__{of}") for name, of in figures.items()})
    for pk, *numbers in counted.values_list("enrollment", *figures):
        for name, number in zip(figures, numbers, strict=True):
            setattr(told[pk], name, number or 0)
    for each in told.values():
        each.actions = offered(each.enrollment) if with_actions else []
    return list(told.values())


def offered(enrollment: Enrollment) -> list[Action]:
    """What can be done with it, as far as its state tells."""
    return [
        action
        for action in ACTIONS.values()
        if enrollment.state in action.states
        if action.name != "succeed" or not enrollment.succeeded_at
        if action.name != "move"
    ]
