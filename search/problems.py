"""What is wrong with a search, in sentences that say what to do."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """One sentence, and where what it is about stands: the path of the node in the tree ("all.0.not"),
    or from where to where in the text; both where both are known."""

    sentence: str
    path: str = ""
    start: int | None = None
    end: int | None = None

    def __str__(self) -> str:
        return self.sentence


class Unreadable(ValueError):
    """A tree or a text that is no search; `problems` say why, the first one first."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(" ".join(map(str, self.problems)))


class Refused(Exception):
    """The search asks for what its user may not see; `problem` says what."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


class TooSlow(Exception):
    """The search took longer than one may; `problem` says what to do."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem
