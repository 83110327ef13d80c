"""What is the same in all messages of the same shape, found out once for them.

Where the links of a text stand and how it is laid out as plain text takes longer to find out than
all else of a message takes together, and a bulk email is the same text with other words for
thousands. What comes of it is to the letter what `instrument` and `text_of` make of the whole.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, partial

from django.conf import settings

from ..fields.scanning import WHOLE_TAG
from ..fields.shapes import MARK, Shape, fill
from ..models import Email, Link
from ..tracking import tokens
from ..tracking.rewriting import Traced, traced
from .html import laid_out, text_of, tidied

# Of shapes up to this many characters a few are kept; longer ones take too much room.
_SHORT = 50_000
_KEPT = 32
# Words that stand here may become an entity together with what stands before them.
_BEHIND_AMPERSAND = re.compile(rf"&[\w#;]*{MARK.pattern}")
_TAG_OR_MARK = re.compile(rf"{WHOLE_TAG.pattern}|{MARK.pattern}")
_TABLE = re.compile(r"<(/?)table\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Mould:
    """A shape, read."""

    traced: Traced
    text: str | None  # laid out with its marks; None where the layout depends on the words


def cast(
    email: Email, html: str, shape: Shape | None, *, after: int
) -> tuple[str, str, list[Link]]:
    """The recipient's copy of `html`, its plain text, and the links of the copy, numbered from
    the one `after`; `shape` is that of `html`."""
    token = tokens.make(tokens.Use.UNSUBSCRIBE, email.pk)
    shape = (shape or Shape(html)).with_value(token)
    if shape.filled != html or _BEHIND_AMPERSAND.search(shape.marked):
        shape = Shape(html)
    mould = (_mould if len(shape.marked) <= _SHORT else _read)(shape.marked, settings.TRACKING_URL)
    say: Callable[[str], str] = partial(fill, values=shape.words)
    copy, links = mould.traced.copy(email, after=after, filled=say)
    text = text_of(html) if mould.text is None else tidied(say(mould.text))
    return fill(copy, shape.values), text, links


def _read(marked: str, _tracking_url: str) -> Mould:
    """The mould of what has these marks; where unsubscribing is decides which links are traced."""
    return Mould(traced(marked), None if _has_mark_in_table(marked) else laid_out(marked))


_mould = lru_cache(maxsize=_KEPT)(_read)


def _has_mark_in_table(marked: str) -> bool:
    """Whether words stand where the width of a column depends on them."""
    depth = 0
    for found in _TAG_OR_MARK.finditer(marked):
        if depth and MARK.search(found[0]):
            return True
        if table := _TABLE.match(found[0]):
            depth = max(0, depth - 1) if table[1] else depth + 1
    return False
