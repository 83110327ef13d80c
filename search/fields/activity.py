"""What people did with emails, and what became of those."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, Q, Sum
from django.db.models.expressions import Combinable
from django.db.models.lookups import Exact, GreaterThanOrEqual
from django.utils.translation import gettext_lazy as _

from emails.models import Event, Status

from ..looking import Looking
from ..tree import Condition
from .counts import LEAST, LOOKUPS, EventCount, Number, at_least
from .kinds import Field, Flag, Over, Role
from .moments import Moment, happened


@dataclass(frozen=True, kw_only=True)
class Became(Flag):
    """An email is like `when`."""

    when: Q

    def of_email(self, condition: Condition, looking: Looking) -> Q:
        return self.when

    def over(self, condition: Condition, looking: Looking) -> Over:
        return Over(((Count("pk", filter=self.when), "gte", 1),), self.when)


@dataclass(frozen=True, kw_only=True)
class EventSum(Number):
    """Views, clicks and replies together."""

    timed: bool = False

    def of_email(self, condition: Condition, looking: Looking) -> Q:
        condition, negated = at_least(condition)
        compare = GreaterThanOrEqual if condition.op == LEAST else Exact
        found = Q(compare(_events(), condition.value))
        return ~found if negated else found

    def over(self, condition: Condition, looking: Looking) -> Over:
        only = Q(views__gt=0) | Q(clicks__gt=0) | Q(replies__gt=0)
        return Over(((Sum(_events()), LOOKUPS[condition.op], condition.value),), only)


def _events() -> Combinable:
    return F("views") + F("clicks") + F("replies")


@dataclass(frozen=True, kw_only=True)
class EmailCount(Number):
    """How many emails somebody was sent, and when those were delivered."""

    def over(self, condition: Condition, looking: Looking) -> Over:
        lookup = LOOKUPS[condition.op]
        number: Any = condition.value
        if condition.within is None:
            return Over(((Count("pk"), lookup, number),))
        span = looking.span(condition.within)
        if condition.within.is_over:
            late = happened(["delivered_at"], type(span)(span.end, None))
            there = Count("pk", filter=Q(delivered_at__isnull=False))
            return Over(((there, "gte", number), (Count("pk", filter=late), "exact", 0)))
        inside = happened(["delivered_at"], span)
        return Over(((Count("pk", filter=inside), lookup, number),), inside)


FIELDS: tuple[Field, ...] = (
    EventCount(
        name="viewed",
        label=_("Viewed"),
        role=Role.ACTIVITY,
        counter="views",
        event=Event.Kind.OPEN,
        first="first_viewed_at",
        last="last_viewed_at",
    ),
    EventCount(
        name="clicked",
        label=_("Clicked"),
        role=Role.ACTIVITY,
        counter="clicks",
        event=Event.Kind.CLICK,
        first="first_clicked_at",
        last="last_clicked_at",
    ),
    Moment(
        name="replied",
        label=_("Replied"),
        role=Role.ACTIVITY,
        columns=("answered_at",),
        hint=_("To this email or another one of its campaign or conversation."),
    ),
    EventCount(
        name="replies",
        label=_("Replies"),
        role=Role.ACTIVITY,
        counter="replies",
        event=Event.Kind.REPLY,
        first="first_replied_at",
        last="last_replied_at",
        hint=_("To this very email."),
    ),
    EventSum(
        name="events",
        label=_("Number of events"),
        role=Role.ACTIVITY,
        hint=_("Views, clicks and replies together."),
    ),
    Moment(
        name="active",
        label=_("Last activity"),
        role=Role.ACTIVITY,
        columns=("last_viewed_at", "last_clicked_at", "last_replied_at"),
        hint=_("The last view, click or reply."),
    ),
    Moment(name="success", label=_("Success"), role=Role.ACTIVITY, columns=("succeeded_at",)),
    Became(name="bounced", label=_("Bounced"), role=Role.ACTIVITY, when=Q(status=Status.BOUNCED)),
    Became(
        name="spam", label=_("Reported as spam"), role=Role.ACTIVITY, when=Q(status=Status.SPAM)
    ),
    Became(
        name="auto-reply",
        label=_("Automatic answer"),
        role=Role.ACTIVITY,
        when=Q(auto_replies__gt=0),
    ),
    EmailCount(
        name="emails",
        label=_("Number of emails"),
        role=Role.ACTIVITY,
        subjects=("people",),
        hint=_("By when they were delivered."),
    ),
)
