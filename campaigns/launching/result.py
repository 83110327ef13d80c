"""What became of a launch: how many were added, who was left out and why, and what comes first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import TYPE_CHECKING

from django.db.models import Min
from django.utils.functional import Promise
from django.utils.translation import ngettext

from ui.templatetags.ui import grouped

from ..models import LeftOut, Turn

if TYPE_CHECKING:
    from ..models import Launch, LaunchPerson


@dataclass
class Result:
    """`first_at` is when the first of all they get is due; None while that is being made."""

    launch: "Launch"
    count: int
    left: "Sequence[tuple[str | Promise, list[LaunchPerson]]]"
    first_at: datetime | None

    @classmethod
    def of(cls, launch: "Launch") -> "Result":
        out = launch.people.left_out().for_list().order_by("left_out", "pk")
        by_code = groupby(out, key=lambda each: each.left_out)
        left = [(LeftOut(code).label, list(those)) for code, those in by_code]
        due = Turn.objects.filter(enrollment__launched__launch=launch)
        return cls(
            launch, launch.enrollments.count(), left, due.aggregate(Min("due_at"))["due_at__min"]
        )

    @property
    def left_count(self) -> int:
        return sum(len(those) for _label, those in self.left)

    @property
    def sentence(self) -> str:
        """What has been brought about, for the notice."""
        told = {
            "campaign": self.launch.campaign,
            "count": grouped(self.count),
            "left": grouped(self.left_count),
        }
        said = ngettext(
            "%(count)s person was added to “%(campaign)s”.",
            "%(count)s people were added to “%(campaign)s”.",
            self.count,
        )
        if self.left_count:
            said += " " + ngettext(
                "%(left)s was left out.", "%(left)s were left out.", self.left_count
            )
        return said % told
