"""A CSV file (RFC 4180, and what spreadsheets make of it) as rows, whatever is in it.

Nothing here raises but Unreadable, and no row is lost: each comes out with its line number, as
its cells or with the problem that it has.
"""

import codecs
import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

from ..addresses import looks_like_address

MOST_COLUMNS = 200
DELIMITERS = ",;\t"
# Excel tells itself the delimiter in a first line of its own.
EXCEL_HINT = re.compile(r"sep=(.)\r?\n?", re.IGNORECASE)
WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
# No cell has more lines; each bad quote costs reading so many again.
MOST_LINES = 100
# Stands after the last line; a row that swallowed it has a quote that nobody closes.
THE_END = "\x00"

# The module's own limit (131,072) makes it raise; a file's size is limited before it is read.
csv.field_size_limit(2**31 - 1)


class Unreadable(ValueError):
    """Not a list of people; `code` says why (worded.FILE_PROBLEMS), with `values` for the words."""

    def __init__(self, code: str, **values: object) -> None:
        super().__init__(code)
        self.code = code
        self.values = values


@dataclass(frozen=True)
class Row:
    """One row: the line on which it begins (from 1), its cells, what is wrong with its form, and
    the line below it."""

    line: int
    cells: list[str]
    problem: str = ""
    next_line: int = 0


def decoded(data: bytes) -> str:
    """The text of a file in UTF-8, UTF-16 or, failing both, Windows-1252; never with a NUL.

    Bytes that mean nothing come out as U+FFFD. Raises Unreadable for workbooks and binaries.
    """
    if data.startswith(WORKBOOKS):
        raise Unreadable("workbook")
    text = _decode(data).replace("\x00", "")
    odd = sum(text[:4000].count(chr(code)) for code in [*range(1, 9), *range(14, 32)])
    if odd > 20:
        raise Unreadable("not_text")
    return text


def _decode(data: bytes) -> str:
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", errors="replace")
    if data.startswith(codecs.BOM_UTF8):
        return data.decode("utf-8-sig", errors="replace")
    # UTF-16 without its mark: in Western names every other byte is 0.
    start = data[:4000]
    for name, zeros in (("utf-16-le", start[1::2]), ("utf-16-be", start[::2])):
        if zeros and zeros.count(0) > len(zeros) // 2 and start.count(0) < len(start) * 0.6:
            return data.decode(name, errors="replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


class Sheet:
    """The rows of a text. Raises Unreadable if there is none, or if there are too many."""

    def __init__(self, text: str, *, most_rows: int) -> None:
        self.most_rows = most_rows
        if text.count("\n") + text.count("\r") > most_rows * 10 + 1000:
            raise Unreadable("too_many_rows", most=most_rows)
        # Neither "\v" nor "\u2028", at which splitlines() splits too, ends a line of a CSV file.
        self.lines = list(io.StringIO(text, newline=""))
        hint = EXCEL_HINT.fullmatch(self.lines[0]) if self.lines else None
        self.start = 1 if hint else 0
        self.delimiter = hint[1] if hint and hint[1] in DELIMITERS else self._likely_delimiter()
        self.header = self._header()

    def _likely_delimiter(self) -> str:
        """The one that makes most cells of the first row, and then of the next ones."""

        def width(delimiter: str) -> tuple[int, int]:
            records = _records(self.lines, self.start, delimiter, None)
            widths = [len(row.cells) for row in islice(records, 5)] or [0]
            return widths[0], sum(widths)

        return max(DELIMITERS, key=width)

    def _header(self) -> list[str]:
        """The names of the columns; empty ones where the first row is a person already."""
        first = next(self._present(None), None)
        if first is None:
            raise Unreadable("empty")
        cells = _trimmed([cell.strip() for cell in first.cells], 1)
        if len(cells) > MOST_COLUMNS:
            raise Unreadable("too_many_columns", most=MOST_COLUMNS, found=len(cells))
        if any(looks_like_address(cell) for cell in cells):
            return [""] * len(cells)
        self.start = first.next_line - 1
        if len(cells) < 2:
            raise Unreadable("one_column")
        return cells

    @property
    def width(self) -> int:
        return len(self.header)

    def rows(self) -> Iterator[Row]:
        """Every row below the header that is not blank, as wide as the header or with a problem."""
        for row in self._present(self.width):
            cells = _trimmed(row.cells, self.width)
            problem = row.problem or ("too_wide" if len(cells) > self.width else "")
            cells += [""] * (self.width - len(cells))
            yield Row(row.line, cells, problem, row.next_line)

    def first(self, number: int) -> list[Row]:
        return list(islice(self.rows(), number))

    @cached_property
    def size(self) -> int:
        """How many rows there are. Raises Unreadable if there are none, or too many."""
        size = sum(1 for _ in islice(self.rows(), self.most_rows + 1))
        if size > self.most_rows:
            raise Unreadable("too_many_rows", most=self.most_rows)
        if not size:
            raise Unreadable("no_rows")
        return size

    def _present(self, width: int | None) -> Iterator[Row]:
        records = _records(self.lines, self.start, self.delimiter, width)
        return (row for row in records if row.problem or any(cell.strip() for cell in row.cells))


def _records(lines: list[str], start: int, delimiter: str, width: int | None) -> Iterator[Row]:
    """What the lines from `start` hold.

    A quote that is never closed, or closed by the next one far below, would swallow the rows
    between. So a row over several lines that ends the file, goes on for too long or has another
    number of cells than `width` is taken for one bad line, and reading goes on below it.
    """
    while start < len(lines):
        feed = _Feed(lines, start)
        reader = csv.reader(feed, delimiter=delimiter)
        for row in _read(reader):
            if start == len(lines):
                return
            taken = feed.taken
            if row is None or feed.is_over or _suspicious(row, taken, width):
                cells = _plain_cells(lines[start], delimiter)
                yield Row(start + 1, cells, "unclosed_quote", start + 2)
                start += 1
                break
            start = feed.go_on()
            yield Row(start + 1 - taken, row, next_line=start + 1)


class _Feed:
    """The lines from `start` for a csv reader, which knows how many the present row took."""

    def __init__(self, lines: list[str], start: int) -> None:
        self.lines = lines
        self.begun = self.next = start

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        if self.next > len(self.lines) or self.taken > MOST_LINES:
            raise StopIteration
        self.next += 1
        return THE_END if self.is_over else self.lines[self.next - 1]

    @property
    def taken(self) -> int:
        return self.next - self.begun

    @property
    def is_over(self) -> bool:
        """Whether the present row swallowed the end of the file."""
        return self.next > len(self.lines)

    def go_on(self) -> int:
        """The next row begins; returns where."""
        self.begun = self.next
        return self.begun


def _read(reader: Iterator[list[str]]) -> Iterator[list[str] | None]:
    """The rows of the csv module, None for one that it gives up on."""
    while True:
        try:
            yield next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield None


def _suspicious(cells: list[str], lines: int, width: int | None) -> bool:
    if lines == 1:
        return False
    return lines > MOST_LINES or (width is not None and len(_trimmed(cells, width)) != width)


def _plain_cells(line: str, delimiter: str) -> list[str]:
    return [cell.strip().strip('"') for cell in line.rstrip("\r\n").split(delimiter)]


def _trimmed(cells: list[str], width: int) -> list[str]:
    """Without the empty cells that spreadsheets put beyond the last column."""
    end = len(cells)
    while end > width and not cells[end - 1].strip():
        end -= 1
    return cells[:end]
