"""The columns of a table: which there are, which of them a user has chosen, and what stands in them.

An app says in its slots.py what it shows, in tables of its own and in those of layers below it:

    from ui.columns import Column, add

    add("people", Column("company", _("Company"), lambda person, _: person.company, order=50,
                         default=True, sort="order_company"))

What is not on the row itself is read for all rows of a page at once. Columns that share `load`
share its one query; what it returns for a row's id is handed to `value`, None where there is nothing:

    add("people", Column("views", _("# Views"), lambda person, told: told.views if told else 0,
                         order=170, load=numbers, kind="number"))

A column of the same name replaces one that a lower layer added. Columns that the database knows of,
and no code, come from a function that `also` registers.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest, QueryDict
from django.utils.functional import Promise

if TYPE_CHECKING:
    from accounts.models import User

Load = Callable[[HttpRequest, Sequence[Any]], Mapping[int, Any]]


@dataclass(frozen=True)
class Column:
    """One column. `value` of (row, what was loaded for it) gives the text or the markup of its cell.

    `sort` is the column of the query that it is sorted by ("" cannot be sorted), `default` whether
    it is shown until a user chooses, `kind` how it looks ("number", "quiet" or "").
    """

    name: str
    label: str | Promise
    value: Callable[[Any, Any], Any]
    order: int
    default: bool = False
    sort: str = ""
    kind: str = ""
    load: Load | None = None


COLUMNS: dict[str, dict[str, Column]] = {}
ALSO: dict[str, list[Callable[[], Iterable[Column]]]] = {}


def add(table: str, column: Column) -> None:
    """Offer `column` in `table` from now on, in place of another one of that name."""
    COLUMNS.setdefault(table, {})[column.name] = column


def also(table: str, columns: Callable[[], Iterable[Column]]) -> None:
    """Offer in `table` what `columns` returns, asked anew for every page."""
    ALSO.setdefault(table, []).append(columns)


@dataclass(frozen=True)
class Head:
    """A column as one page shows it: how it is sorted now, and what its link asks for."""

    column: Column
    sorted: str = ""  # "ascending", "descending" or ""
    link: str = ""  # for ?sort=; "" cannot be sorted


@dataclass(frozen=True)
class Cell:
    column: Column
    value: Any


class Table:
    """A table as one user sees it: `offered` are all its columns, `columns` the chosen ones."""

    def __init__(self, name: str, user: "User", asked: Mapping[str, str], *, by: str) -> None:
        """`asked` is request.GET with ?sort=-company; `by` what is sorted by otherwise."""
        self.name = name
        several = [
            *COLUMNS.get(name, {}).values(),
            *(c for made in ALSO.get(name, []) for c in made()),
        ]
        self.offered = sorted(several, key=lambda column: column.order)
        chosen = user.tables.get(name, {}).get("columns")
        self.columns = [
            column
            for column in self.offered
            if (column.default if chosen is None else column.name in chosen)
        ] or self.offered[:1]
        self.sort = self._sort(asked.get("sort", ""))
        self._otherwise = by

    def _sort(self, asked: str) -> str:
        """What is asked for, as far as it is a column that can be sorted; "" if it is none."""
        sortable = {column.name for column in self.offered if column.sort}
        return asked if asked.removeprefix("-") in sortable else ""

    def chosen_of(self, posted: QueryDict) -> list[str]:
        """The names that a form chose: `column` for each tick, `all`, or `first` for the default."""
        ticked = posted.getlist("column")
        if "first" in posted:
            return [column.name for column in self.offered if column.default]
        return [column.name for column in self.offered if "all" in posted or column.name in ticked]

    @property
    def by(self) -> str:
        """What to sort the query by, as ui.paging wants it."""
        if not self.sort:
            return self._otherwise
        sign, name = ("-" if self.sort.startswith("-") else ""), self.sort.removeprefix("-")
        return sign + next(column.sort for column in self.offered if column.name == name)

    def heads(self) -> list[Head]:
        return [self._head(column) for column in self.columns]

    def _head(self, column: Column) -> Head:
        if self.by.removeprefix("-") != column.sort:
            return Head(column, link=column.name if column.sort else "")
        if self.by.startswith("-"):
            return Head(column, "descending", column.name)
        return Head(column, "ascending", f"-{column.name}")

    def rows(self, request: HttpRequest, rows: Sequence[Any]) -> list[tuple[Any, list[Cell]]]:
        """Each row with its cells."""
        loads = {column.load for column in self.columns if column.load}
        told = {load: load(request, rows) for load in loads}

        def loaded(column: Column, row: Any) -> Any:
            return told[column.load].get(row.pk) if column.load else None

        return [
            (row, [Cell(each, each.value(row, loaded(each, row))) for each in self.columns])
            for row in rows
        ]
