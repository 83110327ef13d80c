"""The text of a search cut into brackets, signs and terms, each with its place."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto

from django.utils.translation import gettext as _

from ..problems import Problem

QUOTES = '"“”„'
_SPACE = re.compile(r"\s+")
_FIELD = re.compile(r"([^\W\d_][\w.-]*)(>=|<=|[:=<>])")
_VALUE = re.compile(rf"[^\s,(){QUOTES}]*")
_WORD = re.compile(rf"[^\s(){QUOTES}]+")


class Sign(Enum):
    OPEN = auto()
    CLOSE = auto()
    NOT = auto()
    OR = auto()
    AND = auto()
    TERM = auto()


WORDS = {"or": Sign.OR, "and": Sign.AND, "not": Sign.NOT}


@dataclass(frozen=True)
class Part:
    """One value, without its quotes."""

    text: str
    is_quoted: bool


@dataclass(frozen=True)
class Token:
    """A term is a field's name, an operator and values; or, without a name, one value alone."""

    sign: Sign
    start: int
    end: int
    name: str = ""
    op: str = ""
    parts: tuple[Part, ...] = ()


class Lexer:
    """Goes through `text` once; what cannot be read goes to `problems`."""

    def __init__(self, text: str, problems: list[Problem]) -> None:
        self.text = text
        self.at = 0
        self.problems = problems

    def tokens(self) -> Iterator[Token]:
        while self._skip_space():
            yield self._token()

    def _skip_space(self) -> bool:
        """Go to what comes next; whether anything does."""
        if space := _SPACE.match(self.text, self.at):
            self.at = space.end()
        return self.at < len(self.text)

    def _token(self) -> Token:
        start, here = self.at, self.text[self.at]
        if sign := {"(": Sign.OPEN, ")": Sign.CLOSE, "-": Sign.NOT, "−": Sign.NOT}.get(here):
            self.at += 1
            return Token(sign, start, self.at)
        if field := _FIELD.match(self.text, start):
            self.at = field.end()
            parts = tuple(self._values())
            return Token(Sign.TERM, start, self.at, field[1].lower(), field[2], parts)
        if here in QUOTES:
            part = self._quoted()
            return Token(Sign.TERM, start, self.at, parts=(part,))
        word = _WORD.match(self.text, start)
        assert word is not None
        self.at = word.end()
        sign = WORDS.get(word[0].lower(), Sign.TERM)
        parts = (Part(word[0], False),) if sign == Sign.TERM else ()
        return Token(sign, start, self.at, parts=parts)

    def _values(self) -> Iterator[Part]:
        """One value, or several with commas between them."""
        while True:
            if self.text[self.at : self.at + 1] in [*QUOTES]:
                yield self._quoted()
            else:
                value = _VALUE.match(self.text, self.at)
                assert value is not None
                self.at = value.end()
                yield Part(value[0], False)
            if self.text[self.at : self.at + 1] != ",":
                return
            self.at += 1

    def _quoted(self) -> Part:
        """What stands up to the closing quotation mark; a backslash takes what follows as it is."""
        start, letters = self.at, list[str]()
        self.at += 1
        while self.at < len(self.text):
            letter = self.text[self.at]
            if letter in QUOTES:
                self.at += 1
                return Part("".join(letters), True)
            if letter == "\\" and self.at + 1 < len(self.text):
                self.at += 1
                letter = self.text[self.at]
            letters.append(letter)
            self.at += 1
        sentence = _("This quotation mark is not closed: put another one where the words end.")
        self.problems.append(Problem(sentence, start=start, end=self.at))
        return Part("".join(letters), True)
