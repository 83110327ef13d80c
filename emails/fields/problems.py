"""What is wrong with a text that holds fields: a code with values, worded when shown."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

SENTENCES: dict[str, str | Promise] = {
    "unclosed": gettext_lazy("“%(code)s” is not closed: a field ends with %(end)s"),
    "unreadable": gettext_lazy("“%(code)s” cannot be read (%(words)s)"),
    "empty": gettext_lazy("“%(code)s” names no field"),
    "unknown_field": gettext_lazy("there is no field “%(name)s”"),
    "meant": gettext_lazy("there is no field “%(name)s”; perhaps you mean “%(meant)s”"),
    "unknown_filter": gettext_lazy("“%(name)s” is nothing that can be done with a field"),
    "unknown_tag": gettext_lazy("“%(name)s” cannot be used in an email"),
    "walk": gettext_lazy("“%(name)s” looks into a field; only whole fields can be used"),
    "too_many": gettext_lazy("there are more than %(most)s fields in one text"),
    "too_long": gettext_lazy("the text becomes too long once its fields are filled in"),
    "long_subject": gettext_lazy(
        "the subject has more than %(most)s characters once its fields are filled in"
    ),
}


@dataclass(frozen=True)
class Problem:
    """Why a text cannot be resolved; as a string the sentence for its writer.

    `line` is the line of the text, as its reader sees it, on which the fault stands; 0 if it
    stands on none.
    """

    code: str
    line: int = 0
    values: Mapping[str, Any] = field(default_factory=dict, hash=False)

    def __str__(self) -> str:
        sentence = str(SENTENCES.get(self.code, self.code))
        try:
            words = sentence % self.values
        except (KeyError, TypeError):  # stored by an older version
            words = sentence
        return (
            _("line %(line)s: %(words)s") % {"line": self.line, "words": words}
            if (self.line)
            else words
        )

    def stored(self) -> dict[str, Any]:
        """As values of a stored reason, from which `read` makes it again."""
        return {"problem": self.code, "line": self.line, "values": dict(self.values)}

    @classmethod
    def read(cls, stored: Mapping[str, Any]) -> "Problem":
        """The problem that `stored` gave these values."""
        return cls(str(stored["problem"]), stored.get("line", 0), stored.get("values") or {})


class Faulty(Exception):
    """A text that cannot be resolved, for one `problem`."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem
