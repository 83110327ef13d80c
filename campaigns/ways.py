"""People's ways through campaigns as other pages tell of them: where they are, and since when."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Count
from django.utils.translation import gettext as _

from .leaving.whom import going
from .models import Campaign, Enrollment, State, Step

if TYPE_CHECKING:
    from accounts.models import User
    from prospects.models import Person


@dataclass(frozen=True)
class Way:
    """An enrollment as `user` may see it: of a colleague's private campaign only that it is one."""

    enrollment: Enrollment
    is_known: bool
    may_end: bool = False
    step: int = 0  # counted from 1; 0 before the first
    steps: int = 0

    @property
    def name(self) -> str:
        if self.is_known:
            return self.enrollment.campaign.name
        return _("a campaign of %(owner)s’s") % {"owner": self.enrollment.owner}

    @property
    def address(self) -> str:
        """Of the campaign's page; "" if it is not the user's to see."""
        return self.enrollment.campaign.get_absolute_url() if self.is_known else ""

    @property
    def state(self) -> str:
        """In words; why, if it ended before its end or needs attention."""
        way = self.enrollment
        if way.because:
            return str(way.get_because_display())
        if way.hitch:
            return f"{way.get_state_display()}: {way.get_hitch_display()}"
        if way.on_hold and way.state == State.ACTIVE:
            return str(State.PAUSED.label)
        return str(way.get_state_display())

    @property
    def tone(self) -> str:
        way = self.enrollment
        if way.succeeded_at:
            return "ok"
        if way.on_hold and way.state == State.ACTIVE:
            return "warn"
        return State(way.state).tone


def current(user: "User", people: "Sequence[Person]") -> dict[int, list[Way]]:
    """What each of `people` is going through now, the last begun first, without the steps; in two
    queries."""
    open_ = Enrollment.objects.open().filter(person__in=[person.pk for person in people])
    rows = list(open_.select_related("campaign", "owner").order_by("-pk"))
    known = _known(user, rows)
    found = defaultdict(list)
    for way in rows:
        found[way.person_id].append(Way(way, way.campaign_id in known))
    return dict(found)


def ways(user: "User", enrollments: "Iterable[Enrollment]") -> list[Way]:
    """These as `user` may see them. `enrollments` is a queryset."""
    rows = list(enrollments.select_related("campaign", "owner", "step"))  # type: ignore[attr-defined]
    if not rows:
        return []
    known = _known(user, rows)
    mine = set(going(user).of_ids([way.pk for way in rows]).values_list("pk", flat=True))
    steps = _steps([way.campaign_id for way in rows])
    return [
        Way(
            way,
            way.campaign_id in known,
            way.pk in mine,
            _place(way.step, steps[way.campaign_id]),
            len(steps[way.campaign_id]),
        )
        for way in rows
    ]


def _known(user: "User", rows: Sequence[Enrollment]) -> set[int]:
    """The campaigns behind these whose names `user` may read."""
    if not rows:
        return set()
    mine = {way.campaign_id for way in rows if way.owner_id == user.pk}
    behind = Campaign.opened_by(user).filter(pk__in={way.campaign_id for way in rows})
    return mine | set(behind.values_list("pk", flat=True))


def _steps(campaigns: Iterable[int]) -> dict[int, list[tuple[int, int, int]]]:
    """The places of the present steps, by campaign."""
    found: dict[int, list[tuple[int, int, int]]] = defaultdict(list)
    wanted = Step.objects.filter(campaign__in=campaigns).present().in_order()
    for campaign, *place in wanted.values_list("campaign", "day", "position", "pk"):
        found[campaign].append((place[0], place[1], place[2]))
    return found


def _place(step: Step | None, places: list[tuple[int, int, int]]) -> int:
    """The how manieth of the present steps it is; of a deleted one, the last before it."""
    return sum(place <= step.place for place in places) if step else 0


def count_of(people: "Sequence[Person]") -> dict[int, int]:
    """In how many campaigns each of `people` is or was."""
    theirs = Enrollment.objects.filter(person__in=[person.pk for person in people])
    counted = theirs.order_by().values_list("person").annotate(Count("campaign", distinct=True))
    return dict(counted)
