"""Pages by keyset: no page is ever counted through, and rows that arrive meanwhile shift nothing.

    page = paginate(request.user.emails.in_folder(folder), request.GET, by="-moved_at")

The template iterates over `page` and includes shared/_pager.html, which reads page.first, last and
total, and links page.before and page.after.
"""

import base64
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import F, Field, Model, QuerySet
from django.db.models.fields.tuple_lookups import Tuple, TupleGreaterThan, TupleLessThan
from django.utils import timezone

SIZE = 50
LONGEST_CURSOR = 2000


@dataclass(frozen=True)
class Page[Row]:
    """Some rows of a list, where they stand in it, and the cursors of their neighbours.

    `first` and `last` count from 1 (0 on an empty page), `total` counts what is listed. `before`
    and `after` are cursors for the query string, None where there is no such page.
    """

    rows: list[Row]
    first: int
    last: int
    total: int
    before: str | None
    after: str | None

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)


@dataclass(frozen=True)
class Key:
    """The order of a list: a column that is never null, or an expression of that name which the
    query is annotated with, and the primary key to tell ties apart."""

    column: str
    descending: bool
    field: "Field[Any, Any]"
    pk: "Field[Any, Any]"

    @classmethod
    def of(cls, queryset: QuerySet[Any], by: str) -> "Key":
        meta = queryset.model._meta
        column = by.removeprefix("-")
        annotated = queryset.query.annotations.get(column)
        field = annotated.output_field if annotated else meta.get_field(column)
        return cls(column, by.startswith("-"), field, meta.pk)

    def order(self, queryset: QuerySet[Any], *, backwards: bool = False) -> QuerySet[Any]:
        sign = "-" if self.descending is not backwards else ""
        return queryset.order_by(f"{sign}{self.column}", f"{sign}pk")

    def beyond(
        self, queryset: QuerySet[Any], place: list[Any], *, backwards: bool
    ) -> QuerySet[Any]:
        """The rows past `place`, in the list's direction or backwards."""
        lookup = TupleLessThan if self.descending is not backwards else TupleGreaterThan
        return queryset.filter(lookup(Tuple(F(self.column), F("pk")), place))

    def cursor(self, row: Model) -> str:
        value = getattr(row, self.column)
        text = value.isoformat() if isinstance(value, datetime) else value
        place = json.dumps([text, str(row.pk)], ensure_ascii=False)
        return base64.urlsafe_b64encode(place.encode()).decode()

    def place(self, cursor: object) -> list[Any] | None:
        """What a cursor points at; None for anything that is no cursor of ours."""
        if not isinstance(cursor, str) or not 0 < len(cursor) <= LONGEST_CURSOR:
            return None
        try:
            value, pk = json.loads(base64.urlsafe_b64decode(cursor))
            return [_clean(self.field, value), _clean(self.pk, pk)]
        except (ValueError, TypeError, OverflowError, RecursionError, ValidationError):
            return None


def _clean(field: "Field[Any, Any]", value: object) -> Any:
    if not isinstance(value, str | int) or isinstance(value, bool):
        raise ValueError
    if isinstance(value, str) and "\0" in value.encode().decode():
        raise ValueError  # PostgreSQL refuses NUL; encode() refused lone surrogates
    cleaned = field.to_python(value)
    if isinstance(cleaned, datetime):
        if not timezone.is_aware(cleaned):
            raise ValueError
        cleaned = cleaned.astimezone(UTC)  # PostgreSQL knows no offsets beyond 15:59
    field.run_validators(cleaned)
    return cleaned


def paginate[Row: Model](
    queryset: QuerySet[Row],
    asked: Mapping[str, str],
    *,
    by: str = "-moved_at",
    size: int = SIZE,
    total: int | None = None,
) -> Page[Row]:
    """One page of `queryset`, ordered by the column `by` ("-" for descending) and the primary key.

    `asked` is request.GET: `after` or `before` with a cursor of a neighbouring page. Anything else
    in them, however made, gives the first page. `total` saves counting if it is known already.
    """
    key = Key.of(queryset, by)
    after, before = key.place(asked.get("after")), key.place(asked.get("before"))
    if before and not after:
        rows = list(key.order(key.beyond(queryset, before, backwards=True), backwards=True)[:size])
        if len(rows) == size:
            return _page(key, queryset, rows[::-1], size, total)
        after = None  # fewer than a page stand before it: the first page shows them all
    rows = list(
        key.order(key.beyond(queryset, after, backwards=False) if after else queryset)[:size]
    )
    if after and not rows:
        rows = list(key.order(queryset)[:size])
    return _page(key, queryset, rows, size, total)


def _page[Row: Model](
    key: Key, queryset: QuerySet[Row], rows: list[Row], size: int, total: int | None
) -> Page[Row]:
    if not rows:
        return Page(rows, first=0, last=0, total=total or 0, before=None, after=None)
    place = [getattr(rows[0], key.column), rows[0].pk]
    preceding = key.beyond(queryset, place, backwards=True).count()
    counted = queryset.count() if total is None else total
    last = preceding + len(rows)
    return Page(
        rows=rows,
        first=preceding + 1,
        last=last,
        total=max(counted, last),
        before=key.cursor(rows[0]) if preceding else None,
        after=key.cursor(rows[-1]) if last < counted else None,
    )
