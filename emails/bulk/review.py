"""The last look at a bulk email before it goes: how many get it and when, who does not and why."""

from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Undo
from ui.templatetags.ui import grouped

from ..readiness import missing_in, undo_seconds
from ..wall_time import WallTime
from .checking import Obstacle, faults, obstacles
from .undo import offer_send
from .writing import wall_of

if TYPE_CHECKING:
    from accounts.models import User

    from ..models import BulkSend


@dataclass
class Review:
    """A draft as it would go now; `has_changed` says that it is not what was reviewed before."""

    bulk: "BulkSend"
    total: int
    kept_back: list[Obstacle]
    wall: WallTime | None
    has_changed: bool = False

    @classmethod
    def of(cls, bulk: "BulkSend") -> "Review":
        on_list = list(bulk.recipients.active().select_related("person").in_order())
        return cls(bulk, len(on_list), obstacles(bulk, on_list), _wall(bulk))

    @property
    def count(self) -> int:
        """How many will get it."""
        return self.total - len(self.kept_back)

    @property
    def count_in_words(self) -> str:
        return ngettext("%(count)s person", "%(count)s people", self.count) % {
            "count": grouped(self.count)
        }

    @property
    def seen(self) -> str:
        """What stands for all that is said here: what is sent is what was seen."""
        return f"{self.bulk.version}-{self.total}-{len(self.kept_back)}"

    @cached_property
    def lacking(self) -> str:
        """What keeps it from being launched at all, in one sentence; "" if nothing does."""
        if not self.total:
            return _("Say whom it goes to: add people, groups or addresses.")
        if not self.bulk.subject:
            return _("Give it a subject.")
        if self.wall and self.wall.instant <= timezone.now():
            return _("The time that was chosen is past. Choose a later one.")
        if wrong := faults(self.bulk):
            return str(wrong[0])
        if not self.count:
            return _("Nobody on the list would get it; below stands why.")
        return missing_in(self.bulk.identity)

    @property
    def reasons(self) -> list[tuple[str, list[Obstacle]]]:
        """Who will not get it, by the reason."""
        in_order = sorted(self.kept_back, key=lambda each: str(each.label))
        grouped_ = groupby(in_order, key=lambda each: str(each.label))
        return [(label, list(those)) for label, those in grouped_]

    @property
    def days(self) -> int:
        """How many days it takes within the day's limit of emails."""
        return -(-self.count // settings.LIMITS["EMAILS_PER_DAY"])

    @property
    def spoken_time(self) -> str:
        return self.wall.spoken(self.bulk.owner.time_zone) if self.wall else ""

    @property
    def undo_seconds(self) -> int:
        return undo_seconds(self.bulk.owner)

    def launch(self, by: "User") -> Undo:
        """Send or schedule it; what is returned takes that back. Raises BulkRefused."""
        if self.wall:
            self.bulk.launch(self.wall.instant, by=by, zone=self.wall.zone)
        else:
            self.bulk.send(by=by, window=self.undo_seconds)
        return offer_send(by, self.bulk)

    @property
    def on_its_way(self) -> str:
        """What has been brought about by launching it, in one sentence."""
        told = {"count": self.count_in_words, "when": self.spoken_time}
        if self.wall:
            return _("Bulk email to %(count)s scheduled for %(when)s.") % told
        if not self.undo_seconds:
            return _("Bulk email to %(count)s is going out.") % told
        told["seconds"] = str(self.undo_seconds)
        return _("Bulk email to %(count)s goes out in %(seconds)s s.") % told


def _wall(bulk: "BulkSend") -> WallTime | None:
    """The chosen time; one that cannot be read was refused by the form before."""
    try:
        return wall_of(bulk)
    except ValueError:
        return None
