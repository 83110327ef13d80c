"""Ids as queries and forms have them: whatever somebody may have typed there."""

from collections.abc import Iterable


def id_in(text: str | None) -> int:
    """The id that `text` is; 0, which nothing has, for anything else."""
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 19 else 0


def ids_in(texts: Iterable[str]) -> list[int]:
    """Those of `texts` that are ids, in their order."""
    return [pk for pk in map(id_in, texts) if pk]
