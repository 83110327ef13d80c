"""Fields that count: at least, at most, or just so many, ever or within some days."""

from dataclasses import dataclass, replace
from typing import Any, ClassVar

from django.db.models import Case, Count, Max, OuterRef, Q, Subquery, Sum, When
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce
from django.db.models.lookups import GreaterThanOrEqual
from django.utils.translation import gettext as _

from emails.models import Event

from ..looking import Looking
from ..periods import Span
from ..tree import Condition
from .kinds import MOST, Field, Over

LEAST, JUST = ">=", "="
LOOKUPS = {LEAST: "gte", JUST: "exact"}  # of conditions as `at_least` leaves them


def at_least(condition: Condition) -> tuple[Condition, bool]:
    """The condition as one that nothing fulfils by itself, and whether that one must not hold: at
    most two is not at least three, and none not at least one."""
    number = condition.value
    assert isinstance(number, int)
    if condition.op == "<=":
        return replace(condition, op=LEAST, value=number + 1), True
    if condition.op == JUST and number == 0:
        return replace(condition, op=LEAST, value=1), True
    return condition, False


@dataclass(frozen=True, kw_only=True)
class Number(Field):
    """How often, how many; within some days, where it is `timed`."""

    timed: bool = True

    kind: ClassVar[str] = "number"
    ops: ClassVar[tuple[str, ...]] = (LEAST, "<=", JUST)
    bare: ClassVar[str] = LEAST

    @property
    def has_period(self) -> bool:
        return self.timed

    def checked(self, condition: Condition) -> Condition:
        checked = super().checked(condition)
        if condition.within and condition.within.is_over and condition.op != LEAST:
            raise ValueError(
                _("“Not for some days” goes with “at least”: say how often it happened before.")
            )
        return checked

    def checked_value(self, op: str, value: Any) -> int:
        least = 1 if op == LEAST else 0
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value < MOST:
            raise ValueError(
                _("“%(field)s” is compared with a number from %(least)s to %(most)s.")
                % {"field": self.label, "least": least, "most": MOST - 1}
            )
        return value


@dataclass(frozen=True, kw_only=True)
class EventCount(Number):
    """How often people did something of a kind: a `counter` of the email, with the first and last time."""

    counter: str
    event: str
    first: str
    last: str

    def of_email(self, condition: Condition, looking: Looking) -> Q:
        condition, negated = at_least(condition)
        ever = Q(**{f"{self.counter}__{LOOKUPS[condition.op]}": condition.value})
        found = ever if condition.within is None else self._within(condition, looking)
        return ~found if negated else found

    def over(self, condition: Condition, looking: Looking) -> Over:
        number, lookup = condition.value, LOOKUPS[condition.op]
        if condition.within is None:
            return Over(((Sum(self.counter), lookup, number),), Q(**{f"{self.counter}__gt": 0}))
        span = looking.span(condition.within)
        if condition.within.is_over:
            last = (Max(self.last), "lt", span.end)
            return Over(((Sum(self.counter), "gte", number), last), Q(**{f"{self.counter}__gt": 0}))
        if span.end is None and condition.op == LEAST and number == 1:
            return Over(((Max(self.last), "gte", span.start),), self._reaches(span))
        counted = Case(When(self._reaches(span), then=self._counted(span)), default=0)
        return Over(((Sum(counted), lookup, number),), self._reaches(span))

    def _within(self, condition: Condition, looking: Looking) -> Q:
        assert condition.within and isinstance(condition.value, int)
        span, number = looking.span(condition.within), condition.value
        if condition.within.is_over:
            return Q(**{f"{self.counter}__gte": number, f"{self.last}__isnull": False}) & Q(
                **{f"{self.last}__lt": span.end}
            )
        if span.end is None and condition.op == LEAST and number == 1:
            return self._reaches(span)
        enough = self._reaches(span) & Q(**{f"{self.counter}__gte": number})
        found = enough & Q(GreaterThanOrEqual(self._counted(span), number))
        if condition.op == JUST:
            found &= ~Q(GreaterThanOrEqual(self._counted(span), number + 1))
        return found

    def _reaches(self, span: Span) -> Q:
        """Between its first and its last time lies something of `span`: without that no event can
        be in it."""
        found = Q(**{f"{self.last}__isnull": False})
        if span.start:
            found &= Q(**{f"{self.last}__gte": span.start})
        if span.end:
            found &= Q(**{f"{self.first}__isnull": False, f"{self.first}__lt": span.end})
        return found

    def _counted(self, span: Span) -> Combinable:
        """How many such events of the email lie in `span`."""
        events = Event.objects.counted().filter(email=OuterRef("pk"), kind=self.event)
        if span.start:
            events = events.filter(at__gte=span.start)
        if span.end:
            events = events.filter(at__lt=span.end)
        counted = events.order_by().values("email").annotate(n=Count("pk")).values("n")
        return Coalesce(Subquery(counted), 0)
