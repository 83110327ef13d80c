"""Fields that say when: at any time, or within some days."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from django.db.models import F, Max, Q
from django.db.models.functions import Greatest
from django.utils.translation import gettext as _

from ..looking import Looking
from ..periods import Span
from ..tree import Condition
from .kinds import Field, Over, Role


@dataclass(frozen=True, kw_only=True)
class Moment(Field):
    """The latest of `columns` (of Email, or of Person where it is about people), each a time or null;
    of an email only if its status is among `statuses`, where some are given."""

    columns: tuple[str, ...]
    statuses: tuple[str, ...] = ()
    # Whether it lies ahead, so that a builder offers the coming days.
    ahead: bool = False

    kind: ClassVar[str] = "moment"
    ops: ClassVar[tuple[str, ...]] = ("ever", "in")
    bare: ClassVar[str] = "ever"

    @property
    def has_period(self) -> bool:
        return True

    def checked(self, condition: Condition) -> Condition:
        if condition.op == "in" and condition.within is None:
            raise ValueError(
                _("Say within which days: the last 7, for example, or from when to when.")
            )
        if condition.op == "ever" and condition.within is not None:
            raise ValueError(_("Either at any time, or within some days."))
        return super().checked(condition)

    def of_email(self, condition: Condition, looking: Looking) -> Q:
        if self.role == Role.PERSON:
            return super().of_email(condition, looking)
        found = happened(self.columns, self._span(condition, looking))
        return found & Q(status__in=self.statuses) if self.statuses else found

    def of_person(self, condition: Condition, looking: Looking) -> Q:
        return happened(self.columns, self._span(condition, looking))

    def over(self, condition: Condition, looking: Looking) -> Over:
        span = self._span(condition, looking)
        latest = Max(Greatest(*self.columns) if len(self.columns) > 1 else F(self.columns[0]))
        tests = [(latest, "gte", span.start)] if span.start else []
        tests += [(latest, "lt", span.end)] if span.end else []
        # Whatever comes later than the span must be seen, for the latest time decides.
        only = happened(self.columns, Span(span.start, None))
        return Over(tuple(tests) or ((latest, "isnull", False),), only)

    def _span(self, condition: Condition, looking: Looking) -> Span:
        return looking.span(condition.within) if condition.within else Span(None, None)


def happened(columns: Sequence[str], span: Span) -> Q:
    """Whether the latest of the times in `columns` lies in `span`; without ends: whether there is one."""
    found, late = Q(), Q()
    for column in columns:
        there = Q(**{f"{column}__isnull": False})
        found |= there & Q(**{f"{column}__gte": span.start}) if span.start else there
        if span.end:
            late |= there & Q(**{f"{column}__gte": span.end})
    return found & ~late if span.end else found
