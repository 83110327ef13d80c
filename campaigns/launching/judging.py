"""Who of a list cannot be added to its campaign, and why: for the eyes of whoever adds them, and
once more when it is started, for people unsubscribe and colleagues add them meanwhile."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import batched
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from prospects import consent
from prospects.models import Person
from ui import moments

from ..models import Enrollment, LeftOut

if TYPE_CHECKING:
    from ..models import Launch, LaunchPerson


@dataclass(frozen=True)
class Kept:
    """Somebody who cannot be added, and the sentence that says why."""

    one: "LaunchPerson"
    code: LeftOut
    sentence: str

    @property
    def beside_the_name(self) -> str | Promise:
        """The same in few words, where the person stands beside it."""
        return self.code.label if self.code == LeftOut.SUPPRESSED else self.sentence

    @property
    def may_go_again(self) -> bool:
        """Whether they can be added after all, if that is ticked."""
        return self.code == LeftOut.BEFORE


def judge(launch: "Launch", rows: "Iterable[LaunchPerson]") -> dict[int, Kept]:
    """Who of `rows`, read with their people, cannot be added, by the row's id.

    A handful of queries for every thousand, however many people they are.
    """
    found: dict[int, Kept] = {}
    for some in batched(rows, 1000):
        found |= _judge(launch, some)
    return found


def _judge(launch: "Launch", rows: "Sequence[LaunchPerson]") -> dict[int, Kept]:
    ids = [row.person_id for row in rows]
    seen = set(Person.seen_by(launch.owner).of_ids(ids).values_list("pk", flat=True))
    ways = _ways(launch, ids)
    refused = consent.refusals([row.address for row in rows], launch.owner)
    found = {}
    for row in rows:
        way = ways.get(row.person_id)
        if row.person_id not in seen:
            found[row.pk] = Kept(row, LeftOut.NOT_SEEN, _not_seen(row))
        elif way and way.ended_at is None:
            found[row.pk] = Kept(row, LeftOut.IN_IT, _in_it(launch, way))
        elif row.address in refused:
            found[row.pk] = Kept(row, LeftOut.SUPPRESSED, refused[row.address])
        elif way and not row.again:
            found[row.pk] = Kept(row, LeftOut.BEFORE, _before(way))
    return found


def _ways(launch: "Launch", ids: list[int]) -> dict[int, Enrollment]:
    """The last way through the campaign of each who has been in it; the one that is not over, if
    there is one."""
    theirs = Enrollment.objects.filter(campaign=launch.campaign_id, person__in=ids)
    ways: dict[int, Enrollment] = {}
    for way in theirs.select_related("owner").order_by("pk"):
        known = ways.get(way.person_id)
        if known is None or known.ended_at is not None:
            ways[way.person_id] = way
    return ways


def _not_seen(row: "LaunchPerson") -> str:
    if row.person.removed_at:
        return _("They were deleted.")
    return _("They are not among the people whom you may see any more.")


def _in_it(launch: "Launch", way: Enrollment) -> str:
    told = {"day": moments.day(timezone.localtime(way.created_at)), "who": way.owner}
    if way.owner_id == launch.owner_id:
        return _("In it since %(day)s.") % told
    return _("In it since %(day)s, added by %(who)s.") % told


def _before(way: Enrollment) -> str:
    assert way.ended_at
    told = {"day": moments.day(timezone.localtime(way.ended_at)), "why": way.get_because_display()}
    if way.because:
        return _("Was in it until %(day)s: %(why)s.") % told
    return _("Completed it on %(day)s.") % told
