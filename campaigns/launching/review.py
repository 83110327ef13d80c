"""The last look before people begin a campaign: how many, who not and why, and when."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from itertools import groupby
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from emails.bulk.checking import Obstacle, faults, obstacles
from emails.readiness import missing_in, undo_seconds
from emails.wall_time import WallTime
from ui.templatetags.ui import grouped

from ..chunks import calendar_of
from ..timing import Due, due
from .first_email import FirstEmail, consequence, first_email, first_step, sends_by_itself
from .judging import Kept, judge

if TYPE_CHECKING:
    from ..models import Launch, LaunchPerson, Step


def people_in_words(count: int) -> str:
    words = ngettext("%(count)s person", "%(count)s people", count)
    return words % {"count": grouped(count)}


@dataclass
class Review:
    """A draft as it would start now; `has_changed` says that it is not what was seen before."""

    launch: "Launch"
    rows: "list[LaunchPerson]"
    kept: dict[int, Kept]
    step: "Step | None"
    email: FirstEmail | None
    has_changed: bool = False

    @classmethod
    def of(cls, launch: "Launch") -> "Review":
        rows = list(launch.people.for_list().in_order()) if launch.pk else []
        kept = judge(launch, rows)
        return cls(launch, rows, kept, first_step(launch), first_email(launch))

    @property
    def total(self) -> int:
        return len(self.rows)

    @property
    def count(self) -> int:
        """How many will be added."""
        return self.total - len(self.kept)

    @property
    def count_in_words(self) -> str:
        return people_in_words(self.count)

    @property
    def left(self) -> "list[tuple[str | Promise, str, list[Kept]]]":
        """Who cannot be added, by the reason: its words, its code, and who."""
        in_order = sorted(self.kept.values(), key=lambda each: each.code)
        by_code = groupby(in_order, key=lambda each: each.code)
        return [(code.label, code.value, list(those)) for code, those in by_code]

    @cached_property
    def unfinished(self) -> list[Obstacle]:
        """Those whose first email could not go as it is."""
        if self.email is None or faults(self.email):
            return []
        return obstacles(self.email, [row for row in self.rows if row.pk not in self.kept])

    @property
    def reasons(self) -> "list[tuple[str, str, list[Obstacle]]]":
        """Those, by what is in the way: its words, what comes of it, and who."""
        in_order = sorted(self.unfinished, key=lambda each: str(each.label))
        told = groupby(in_order, key=lambda each: str(each.label))
        by_label = [(label, list(those)) for label, those in told]
        return [(label, consequence(those[0]), those) for label, those in by_label]

    @property
    def edited(self) -> int:
        return sum(row.is_edited for row in self.rows if row.pk not in self.kept)

    @cached_property
    def lacking(self) -> str:
        """What keeps it from starting at all, in one sentence; "" if nothing does."""
        if self.step is None:
            return _("“%(campaign)s” has no step yet. Give it one first.") % {
                "campaign": self.launch.campaign
            }
        if not self.total:
            return _("Nobody is on the list yet: add people, groups or addresses first.")
        if not self.count:
            return _("Nobody on the list can be added; below stands why.")
        if self.wall and self.wall.instant <= timezone.now():
            return _("The time that was chosen is past. Choose a later one.")
        if self.email and (wrong := faults(self.email)):
            return capfirst(f"{wrong[0]}.")
        return missing_in(self.launch.identity) if sends_by_itself(self.launch) else ""

    @property
    def seen(self) -> str:
        """What stands for all that is said here: what is started is what was seen."""
        version = self.step.version if self.step else 0
        return f"{version}-{self.total}-{self.count}"

    @property
    def wall(self) -> WallTime | None:
        return self.launch.wall

    @property
    def undo_seconds(self) -> int:
        return undo_seconds(self.launch.owner)

    @property
    def begins(self) -> datetime:
        """When they begin: at the chosen time, else as soon as it cannot be undone any more."""
        if self.wall:
            return self.wall.instant
        return timezone.now() + timedelta(seconds=self.undo_seconds)

    @property
    def first_at(self) -> Due | None:
        """When the first step is due, if it starts now as it is planned."""
        calendar = calendar_of(self.launch.campaign)
        return due(self.step, None, calendar, basis=self.begins) if self.step else None

    @property
    def spoken_time(self) -> str:
        return self.wall.spoken(self.launch.owner.time_zone) if self.wall else ""

    @property
    def limit_note(self) -> str:
        """That the first emails are more than may be sent in a day, if they are."""
        limit = settings.LIMITS["EMAILS_PER_DAY"]
        if self.step is None or not self.step.is_automatic or self.count <= limit:
            return ""
        return (
            _(
                "You may send %(limit)s emails a day: the first %(limit)s go then, the rest goes the"
                " next day."
            )
            % {"limit": grouped(limit)}
            if self.count <= 2 * limit
            else _(
                "You may send %(limit)s emails a day: the rest goes over the next %(days)s days."
            )
            % {"limit": grouped(limit), "days": -(-self.count // limit) - 1}
        )

    def start(self) -> int:
        """Start it; how many were added. Raises LaunchStarted if it was, meanwhile."""
        return self.launch.start(self.begins)
