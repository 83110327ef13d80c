"""Words as they are looked for: whoever types “bjork” finds Björk, and the other way round.

What is searched is folded when it is written, or by PostgreSQL as it is read, and so is what
somebody looks for. Both fold alike: tests hold them to each other.
"""

import re
import unicodedata

from django.db import models

_MARKS = re.compile("[\u0300-\u036f]+")
# Letters that are not a plain one with a mark, as people type them who do not have them.
_PLAIN = {
    "ß": "ss", "æ": "ae", "œ": "oe", "þ": "th", "ø": "o", "đ": "d", "ð": "d", "ł": "l", "ħ": "h",
    "ı": "i", "ŧ": "t", "ς": "σ",
}  # fmt: skip
_TABLE = str.maketrans(_PLAIN)


def folded(text: str) -> str:
    """`text` without case, accents and the letters of one language alone."""
    if text.isascii():
        return text.lower()
    plain = _MARKS.sub("", unicodedata.normalize("NFKD", text)).lower()
    return unicodedata.normalize("NFC", plain.translate(_TABLE))


class Folded(models.Func):
    """`folded` of a text in the database."""

    function = "words_folded"
    arity = 1
    output_field = models.TextField()


def sql_that_folds() -> str:
    """The function of the database; a migration makes it, and one more whenever this changes."""
    plain = r"lower(regexp_replace(normalize(said, NFKD), E'[\u0300-\u036f]+', '', 'g'))"
    singles = {letter: told for letter, told in _PLAIN.items() if len(told) == 1}
    plain = f"translate({plain}, '{''.join(singles)}', '{''.join(singles.values())}')"
    for letter, told in _PLAIN.items():
        if len(told) > 1:
            plain = f"replace({plain}, '{letter}', '{told}')"
    return (
        "CREATE OR REPLACE FUNCTION words_folded(said text) RETURNS text"
        " LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN CASE"
        # Most text has nothing to fold but its case.
        " WHEN octet_length(said) = char_length(said) THEN lower(said)"
        f" ELSE normalize({plain}, NFC) END"
    )
