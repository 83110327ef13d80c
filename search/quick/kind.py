"""How the best few of one kind are found.

The exact ones come first, then those where every word begins one of theirs, then those that hold
every word somewhere. Where nothing begins so, the words may have been mistyped: what is nearly so
comes last.
"""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, cast

from django.contrib.postgres.search import TrigramWordSimilarity
from django.db.models import Case, Expression, FloatField, Q, Value, When

from prospects.words import Folded

from .marking import marked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.db.models import QuerySet
    from django.utils.safestring import SafeString

    from accounts.models import User

# A swap of two letters in a word of eight leaves a little more than half of its trigrams; below
# four letters so little is left that anything would do.
NEAR, SHORTEST_TYPO = 0.5, 4
# In a shorter word a swap leaves hardly any: each one that there can be is looked for.
_LONGEST_SWAPPED = 7


@dataclass
class Hit:
    """One line: where it leads, and what it says, with what was looked for marked."""

    row: Any
    title: "SafeString"
    detail: "SafeString"

    @property
    def href(self) -> str:
        return cast(str, self.row.get_absolute_url())


class Kind:
    """One of the things that are found, as far as `user` may see them, by folded `words`."""

    name: ClassVar[str]
    label: ClassVar[Any]
    # Where its words stand: those that it is known by, and those that may be mistyped.
    known_by: ClassVar[str]
    typed: ClassVar[str]

    def __init__(self, user: "User", words: list[str]) -> None:
        self.user, self.words = user, words

    def seen(self) -> "QuerySet[Any]":
        """All that the user may see, in order."""
        raise NotImplementedError

    def best(self, most: int) -> list[Any]:
        """The best `most`, the best first."""
        found: dict[int, Any] = {}
        for stage in self.stages():
            found |= self._next(stage, found, most)
            if len(found) >= most:
                break
        if not found:
            found = self._next(self._near(), found, most)
        return list(found.values())

    def stages(self) -> "Iterator[QuerySet[Any]]":
        """Where it is looked for, the best first, while there is room for more."""
        yield self.exact()
        yield self.begun(self.seen())
        yield self.holding(self.seen())

    def hit(self, row: Any) -> Hit:
        return Hit(row, *(marked(text, self.words) for text in self.told(row)))

    def told(self, row: Any) -> tuple[str, str]:
        """What a line says: in front, and behind it."""
        raise NotImplementedError

    def _next(self, rows: "QuerySet[Any]", found: dict[int, Any], most: int) -> dict[int, Any]:
        more = rows.exclude(pk__in=list(found)) if found else rows
        return {row.pk: row for row in more[: most - len(found)]}

    def exact(self) -> "QuerySet[Any]":
        return self.seen().alias(called=Folded("name")).filter(called=" ".join(self.words))

    def begun(self, rows: "QuerySet[Any]") -> "QuerySet[Any]":
        """Those of `rows` in which each word begins one of theirs."""
        for word in self.words:
            rows = rows.filter(**{f"{self.known_by}__regex": rf"\m{re.escape(word)}"})
        return rows

    def holding(self, rows: "QuerySet[Any]") -> "QuerySet[Any]":
        """Those of `rows` that hold each word somewhere."""
        return cast(Any, rows).matching(" ".join(self.words))

    def compared(self) -> "QuerySet[Any]":
        """Those that are compared letter by letter: few enough to do so."""
        return self.seen()

    def _near(self) -> "QuerySet[Any]":
        """Those in which every word stands, mistyped or not; the nearest first."""
        rows, nearness = self.compared(), Value(0.0)
        if not any(map(may_be_mistyped, self.words)):
            return rows.none()
        for number, word in enumerate(self.words):
            near = _nearness(word, self.typed)
            rows = rows.alias(**{f"near_{number}": near}).filter(**{f"near_{number}__gte": NEAR})
            nearness = nearness + near  # type: ignore[assignment]
        return rows.order_by(nearness.desc(), *rows.query.order_by)


def may_be_mistyped(word: str) -> bool:
    """Whether it has letters enough, the only ones that PostgreSQL compares."""
    return sum(map(str.isalnum, word)) >= SHORTEST_TYPO


def swapped(word: str, column: str) -> Q:
    """Whether `column` holds `word` with two neighbouring letters changed over."""
    found = Q(pk__in=[])
    if len(word) > _LONGEST_SWAPPED:
        return found
    for at in range(len(word) - 1):
        found |= Q(
            **{f"{column}__contains": f"{word[:at]}{word[at + 1]}{word[at]}{word[at + 2 :]}"}
        )
    return found


def _nearness(word: str, column: str) -> Case:
    """From 0 to 1, how nearly `word` stands in `column`; a short one does or does not."""
    holds = When(Q(**{f"{column}__contains": word}), then=Value(1.0))
    if not may_be_mistyped(word):
        return Case(holds, default=Value(0.0), output_field=FloatField())
    like = When(swapped(word, column), then=Value(NEAR))
    near: Expression = TrigramWordSimilarity(word, column)
    return Case(holds, like, default=near, output_field=FloatField())
