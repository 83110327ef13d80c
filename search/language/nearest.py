"""The known word that somebody may have meant."""

from collections.abc import Iterable
from difflib import get_close_matches


def nearest(word: str, known: Iterable[str]) -> str:
    """That of `known` which is most like `word`; "" where none is."""
    words = {each.lower(): each for each in known}
    plain = word[:40].lower().replace("_", "-")
    begun = [each for each in words if len(plain) > 2 and each.startswith(plain)]
    close = begun[:1] or get_close_matches(plain, list(words), n=1, cutoff=0.6)
    return words[close[0]] if close else ""
