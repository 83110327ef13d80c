"""The steps of a campaign as they are read: by day, when each goes in words, and how far it is."""

from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING

from django.utils.formats import time_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from emails.following import again

from .figures import Course, courses
from .models import Kind, Step, Timing

if TYPE_CHECKING:
    from datetime import time

    from .models import Campaign

ICONS = {Kind.EMAIL: "mail", Kind.CALL: "phone", Kind.INMAIL: "message-circle"}
ADD: dict[str, str | Promise] = {
    Kind.EMAIL: gettext_lazy("Email"),
    Kind.CALL: gettext_lazy("Call"),
    Kind.INMAIL: gettext_lazy("InMail"),
    Kind.CUSTOM: gettext_lazy("Custom task"),
}


@dataclass
class Line:
    """One step on the page."""

    step: Step
    title: str
    when: str
    course: Course
    is_first: bool = False
    is_last: bool = False

    @property
    def icon(self) -> str:
        return ICONS.get(Kind(self.step.kind), "list-todo")


@dataclass
class Day:
    """The steps of one day; `after` is how many days after the day before it."""

    number: int
    after: int
    working: bool
    lines: list[Line] = field(default_factory=list)

    @property
    def gap(self) -> str:
        """How long after the day before it, in words; "" of the first."""
        if not self.after:
            return ""
        if self.working:
            words = ngettext(
                "%(count)s working day later", "%(count)s working days later", self.after
            )
        else:
            words = ngettext("%(count)s day later", "%(count)s days later", self.after)
        return words % {"count": self.after}


def cadence(campaign: "Campaign") -> list[Day]:
    """The days of the campaign in order, each with its steps."""
    steps = list(campaign.steps.present().for_page().in_order())  # type: ignore[attr-defined]
    told = courses(campaign)
    days: list[Day] = []
    subject = ""
    for before, step in pairwise([None, *steps]):
        assert step is not None
        if not days or days[-1].number != step.day:
            after = step.day - days[-1].number if days else step.day - 1
            days.append(Day(step.day, after, campaign.skip_weekends))
        if step.kind == Kind.EMAIL:
            subject = step.subject or (again(subject) if step.follows and subject else "")
        days[-1].lines.append(
            Line(
                step,
                title_of(step, subject),
                timing(step, before),
                told.get(step.pk, Course()),
                is_first=before is None,
                is_last=step == steps[-1],
            )
        )
    return days


def title_of(step: Step, subject: str = "") -> str:
    """By what it is called: an email by its subject, all else by its name."""
    if step.kind == Kind.EMAIL:
        return step.subject or subject or step.name or _("(no subject)")
    return step.name or step.get_kind_display()


def timing(step: Step, before: Step | None) -> str:
    """When it goes on its day, in words."""
    if not step.is_automatic:
        return _task(step)
    if step.timing == Timing.FIXED and step.clock:
        return _("at %(time)s") % {"time": _clock(step.clock)}
    if step.timing == Timing.LAUNCH or before is None:
        return _("when it is started")
    if before.day != step.day:
        return _("at the time of the previous email")
    if before.kind == Kind.EMAIL:
        return _later(
            step.minutes,
            _("right after the previous email"),
            _("at the time of the previous email, %(minutes)s later"),
        )
    return _later(
        step.minutes,
        _("right after the step before it"),
        _("%(minutes)s after the step before it"),
    )


def _task(step: Step) -> str:
    if not step.clock:
        return _("as a task, any time that day")
    return _("as a task, due at %(time)s") % {"time": _clock(step.clock)}


def _later(minutes: int, at_once: str, later: str) -> str:
    if not minutes:
        return at_once
    words = ngettext("%(count)s minute", "%(count)s minutes", minutes) % {"count": minutes}
    return later % {"minutes": words}


def _clock(clock: "time") -> str:
    return time_format(clock, "H:i")
