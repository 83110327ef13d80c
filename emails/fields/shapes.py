"""A text with marks in the places of what differs from recipient to recipient.

Two texts of the same shape differ in nothing but words, so whatever is found out about the shape
(where its tags and links stand, how it is laid out as plain text) holds for both. Only words that
cannot change any of that are kept out of a shape; all others stand in it as they are.
"""

import re
from dataclasses import dataclass, field
from html import escape, unescape

# One character for each place. No value that is kept out holds any, for they are not printable.
MARK = re.compile("[\ue100-\ue4ff]")
MARKS = [chr(code) for code in range(0xE100, 0xE500)]
_MAY_BE_ENTITY = re.compile("&(?! )")


@dataclass(frozen=True, slots=True)
class Shape:
    """`marked` is the text with its marks, `values` what stands in their places, as HTML."""

    marked: str
    values: dict[str, str] = field(default_factory=dict)

    @property
    def filled(self) -> str:
        return fill(self.marked, self.values)

    @property
    def words(self) -> dict[str, str]:
        """What stands in the places, as plain text."""
        return {mark: unescape(value) for mark, value in self.values.items()}

    def with_value(self, value: str) -> "Shape":
        """With the last mark wherever `value` stands, which is a token."""
        mark = MARKS[-1]
        return Shape(self.marked.replace(value, mark), self.values | {mark: value})


def fill(marked: str, values: dict[str, str]) -> str:
    """`marked` with `values` in their places."""
    return MARK.sub(lambda mark: values.get(mark[0], mark[0]), marked)


class Shaping:
    """Puts a mark for each value, which is HTML, and notes it; for what has to stand in the shape
    the value itself."""

    def __init__(self) -> None:
        self.values: dict[str, str] = {}
        self._marks = iter(MARKS[:-1])

    def mark(self, value: str) -> str:
        """What stands in the shape for `value`."""
        words = unescape(value)
        if escape(words) != value or not is_even(words):
            return value
        mark = next(self._marks, None)
        if mark is None:
            return value
        self.values[mark] = value
        return mark


def is_even(words: str) -> bool:
    """Whether `words` are laid out like any other: on one line, with single spaces between them
    and none around, and with nothing that could be taken for an entity."""
    return (
        words != ""
        and words.isprintable()
        and words == " ".join(words.split())
        and not _MAY_BE_ENTITY.search(words)
    )
