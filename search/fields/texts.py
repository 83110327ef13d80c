"""Fields that hold words: those that have some in them, are just these, or are filled in at all."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from django.db.models import F, Q, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Concat
from django.db.models.lookups import Contains, Exact

from prospects.words import Folded, folded

from ..looking import Looking
from ..tree import Condition
from .kinds import Field, Role, text_value


@dataclass(frozen=True, kw_only=True)
class Text(Field):
    """`columns` of Email, or of Person where it is about people; none of them is ever null.

    Those that are `listed` stand in what lists of people search by, too, which has an index.
    """

    columns: tuple[str, ...] = ()
    listed: bool = False

    kind: ClassVar[str] = "text"
    ops: ClassVar[tuple[str, ...]] = ("has", "is", "any")
    bare: ClassVar[str] = "any"

    def checked_value(self, op: str, value: Any) -> Any:
        if op == "any":
            return super().checked_value(op, value)
        return text_value(value)

    def texts(self) -> Sequence[Combinable]:
        """Each text that the words may stand in."""
        return [F(column) for column in self.columns]

    def of_email(self, condition: Condition, looking: Looking) -> Q:
        if self.role == Role.PERSON:
            return super().of_email(condition, looking)
        return said(self.texts(), condition)

    def of_person(self, condition: Condition, looking: Looking) -> Q:
        found = said(self.texts(), condition)
        if not self.listed or condition.op == "any":
            return found
        return Q(search_text__contains=folded(str(condition.value)).strip()) & found


@dataclass(frozen=True, kw_only=True)
class Joined(Text):
    """Several columns, with a space between them, are one text."""

    def texts(self) -> Sequence[Combinable]:
        first, *rest = self.columns
        joined = [part for column in rest for part in (Value(" "), F(column))]
        return [Concat(F(first), *joined)]


def said(texts: Sequence[Combinable], condition: Condition) -> Q:
    """Whether one of `texts` has, or is, what the condition asks for, whatever the case and the
    accents; or has anything."""
    found = Q()
    for text in texts:
        if condition.op == "any":
            found |= ~Q(Exact(text, Value("")))
        else:
            compare = Exact if condition.op == "is" else Contains
            found |= Q(compare(Folded(text), folded(str(condition.value))))
    return found
