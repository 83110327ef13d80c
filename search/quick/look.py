"""One look for what somebody typed in the header."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from prospects.words import folded

from ..language import text_of
from ..limits import SECONDS, together, within_limit
from ..problems import TooSlow
from ..tree import All, Condition
from .kind import Hit, Kind
from .kinds import KINDS

if TYPE_CHECKING:
    from accounts.models import User

SHORTEST, LONGEST = 2, 200
_MOST_WORDS = 8


@dataclass
class Section:
    """What was found of one kind; `problem` says why nothing could be."""

    kind: Kind
    hits: list[Hit] = field(default_factory=list)
    problem: str = ""


class Quick:
    """One look of `user` for `given`, whatever was typed; at most `most` of each kind."""

    def __init__(self, user: "User", given: str, most: int) -> None:
        self.user, self.most = user, most
        told = " ".join(given.replace("\0", "").split())
        self.text, self.is_cut = told[:LONGEST].strip(), len(told) > LONGEST
        self.words = folded(self.text).split()[:_MOST_WORDS]

    @property
    def is_enough(self) -> bool:
        """Whether there are letters enough to look for."""
        return len("".join(self.words)) >= SHORTEST

    @cached_property
    def sections(self) -> list[Section]:
        """Each kind of which something is found, or could not be looked for."""
        with together(SECONDS):
            kinds = [kind(self.user, self.words) for kind in KINDS if self.is_enough]
            asked = [self._section(kind) for kind in kinds]
        return [section for section in asked if section.hits or section.problem]

    @property
    def count(self) -> int:
        return sum(len(section.hits) for section in self.sections)

    @property
    def search(self) -> str:
        """The same words in the text form of a search."""
        words = self.text.split()[:_MOST_WORDS]
        return text_of(All(tuple(Condition("text", op="has", value=word) for word in words)))

    def _section(self, kind: Kind) -> Section:
        try:
            with within_limit():
                return Section(kind, [kind.hit(row) for row in kind.best(self.most)])
        except TooSlow as slow:
            return Section(kind, problem=str(slow.problem))
