"""What was looked for, marked in what was found."""

import re
from collections.abc import Iterable, Iterator
from difflib import get_close_matches

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString


def marked(text: str, words: Iterable[str]) -> SafeString:
    """`text`, escaped, with each of `words` in <mark>; for a mistyped one the word nearest to it."""
    told = [word for each in words for word in _standing(each, text)]
    if not told:
        return format_html("{}", text)
    # The longest first: of two that begin alike the whole one is marked.
    either = "|".join(re.escape(word) for word in sorted(told, key=len, reverse=True))
    parts = re.split(f"({either})", text, flags=re.IGNORECASE)
    return format_html_join(
        "", "{}", ((_part(part, at % 2 == 1),) for at, part in enumerate(parts))
    )


def _standing(word: str, text: str) -> Iterator[str]:
    if re.search(re.escape(word), text, re.IGNORECASE):
        yield word
    elif len(word) > 3:
        there = {each.casefold(): each for each in re.findall(r"\w+", text)}
        yield from (there[near] for near in get_close_matches(word, there, n=1, cutoff=0.7))


def _part(part: str, is_hit: bool) -> SafeString:
    return format_html("<mark>{}</mark>" if is_hit else "{}", part)
