"""What was looked for, marked in what was found."""

import re
from collections.abc import Iterable, Iterator
from difflib import get_close_matches

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from prospects.words import folded


def marked(text: str, words: Iterable[str]) -> SafeString:
    """`text`, escaped, with each of the folded `words` in <mark>; for a mistyped one the word
    nearest to it."""
    plain, places = _plain(text)
    told = [word for each in words for word in _standing(each, plain)]
    if not told:
        return format_html("{}", text)
    # The longest first: of two that begin alike the whole one is marked.
    either = "|".join(re.escape(word) for word in sorted(told, key=len, reverse=True))
    return format_html_join("", "{}", ((part,) for part in _parts(text, plain, places, either)))


def _plain(text: str) -> tuple[str, list[int]]:
    """`text` folded, and for each letter of that its place in `text`."""
    letters = [folded(letter) for letter in text]
    places = [at for at, told in enumerate(letters) for _letter in told]
    return "".join(letters), places


def _standing(word: str, plain: str) -> Iterator[str]:
    if word in plain:
        yield word
    elif len(word) > 3:
        yield from get_close_matches(word, set(re.findall(r"\w+", plain)), n=1, cutoff=0.7)


def _parts(text: str, plain: str, places: list[int], either: str) -> Iterator[SafeString]:
    done = 0
    for hit in re.finditer(either, plain):
        # A letter that is folded to two is marked as a whole, and so are marks that stand alone.
        start = max(places[hit.start()], done)
        end = places[hit.end()] if hit.end() < len(places) else len(text)
        end = max(end, places[hit.end() - 1] + 1)
        yield format_html("{}", text[done:start])
        if start < end:
            yield format_html("<mark>{}</mark>", text[start:end])
        done = end
    yield format_html("{}", text[done:])
