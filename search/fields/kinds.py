"""What kinds of fields there are: how their conditions are checked, and what they have in common.

A field says for one condition of its own

- `of_email`: which emails it holds for, as a Q of Email;
- `of_person`: which people, as a Q of Person; only fields about people themselves have it;
- `over`: what must be true of a person's emails taken together; only of what people do with emails.

Each Q is true or false for every row and never unknown, so that it can be negated: what may be null is
said not to be.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, ClassVar

from django.db.models import Q
from django.db.models.expressions import Combinable
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from prospects.words import folded

from ..looking import Looking
from ..tree import Condition

LONGEST_VALUE = 200
MOST_VALUES = 50
MOST = 1_000_000
# What no database takes, and nobody means: NUL and halves of characters.
_UNSEARCHABLE = re.compile("[\0\ud800-\udfff]")

Words = str | Promise
Choices = Sequence[tuple[str, Words]]


class Role(StrEnum):
    """What a condition asks of when people are searched for."""

    EMAIL = "email"  # which of the emails to somebody are meant
    ACTIVITY = "activity"  # what they did with those emails
    PERSON = "person"  # the person


@dataclass(frozen=True)
class Over:
    """What must be true of all that is known of a person's emails: aggregates and how they compare
    ("gte", "lt", "isnull"), each with a value. `only` says which emails alone can make it true."""

    tests: tuple[tuple[Combinable, str, Any], ...]
    only: Q = field(default_factory=Q)


@dataclass(frozen=True, kw_only=True)
class Field:
    """What can be asked about: `name` is its word in the text form, `label` that on screens."""

    name: str
    label: Words
    role: Role
    # Which of "emails" and "people" it can narrow.
    subjects: tuple[str, ...] = ("emails", "people")
    # It says itself which statuses are meant, so that not only sent emails are.
    says_status: bool = False
    # What others do changes it, of which whoever searches is told at most that something has changed
    # (accounts/changes.py).
    of_others: bool = False
    hint: Words = ""

    kind: ClassVar[str] = ""
    ops: ClassVar[tuple[str, ...]] = ()
    # The one that a condition has if nothing more is said of it than the field's name.
    bare: ClassVar[str] = ""

    @property
    def has_period(self) -> bool:
        return False

    def choices(self, looking: Looking) -> Choices:
        """What a builder offers to choose from, by the value that a condition then has."""
        return ()

    def checked(self, condition: Condition) -> Condition:
        """`condition` as it is kept; raises ValueError, with a sentence, if it makes no sense."""
        if condition.op not in self.ops:
            raise ValueError(_("“%(field)s” cannot be compared like that.") % {"field": self.label})
        if condition.within and not self.has_period:
            raise ValueError(_("“%(field)s” has no time.") % {"field": self.label})
        return replace(condition, value=self.checked_value(condition.op, condition.value))

    def checked_value(self, op: str, value: Any) -> Any:
        """The same of what it is compared with."""
        if value is not None:
            raise ValueError(_("“%(field)s” takes no value.") % {"field": self.label})
        return None

    def of_email(self, condition: Condition, looking: Looking) -> Q:
        """Of a field about people: their emails."""
        people = looking.recipients.filter(self.of_person(condition, looking))
        return Q(person__isnull=False, person__in=people.values("pk"))

    def of_person(self, condition: Condition, looking: Looking) -> Q:
        raise NotImplementedError(self.name)

    def over(self, condition: Condition, looking: Looking) -> Over:
        raise NotImplementedError(self.name)


def text_value(value: object) -> str:
    """What somebody typed to look for; raises ValueError with a sentence."""
    # Of accents alone nothing is left to look for.
    if not isinstance(value, str) or not folded(value).strip():
        raise ValueError(_("Say what to look for."))
    if len(value) > LONGEST_VALUE:
        raise ValueError(
            _("At most %(most)s characters can be looked for at once.") % {"most": LONGEST_VALUE}
        )
    if _UNSEARCHABLE.search(value):
        raise ValueError(
            _("“%(text)s” has a character in it that no text can have.")
            % {"text": _UNSEARCHABLE.sub("�", value)}
        )
    return value


def values(value: object, check: Callable[[object], Any]) -> tuple[Any, ...]:
    """One or several, each checked, none of them twice."""
    given = value if isinstance(value, tuple) else (value,)
    if not given:
        raise ValueError(_("Choose at least one."))
    if len(given) > MOST_VALUES:
        raise ValueError(_("At most %(most)s can be chosen at once.") % {"most": MOST_VALUES})
    return tuple(dict.fromkeys(check(each) for each in given))


@dataclass(frozen=True, kw_only=True)
class Flag(Field):
    """It is so, or it is not."""

    kind: ClassVar[str] = "flag"
    ops: ClassVar[tuple[str, ...]] = ("yes",)
    bare: ClassVar[str] = "yes"


@dataclass(frozen=True, kw_only=True)
class Choice(Field):
    """One of a few words, or any of several of them."""

    options: Callable[[], Choices]

    kind: ClassVar[str] = "choice"
    ops: ClassVar[tuple[str, ...]] = ("is",)

    def choices(self, looking: Looking) -> Choices:
        return self.options()

    def checked_value(self, op: str, value: Any) -> tuple[str, ...]:
        return values(value, self._known)

    def _known(self, value: object) -> str:
        from ..language.nearest import nearest

        text = text_value(value)
        known = [code for code, _label in self.options()]
        if text in known:
            return text
        told = {"value": text, "field": self.label, "known": ", ".join(known[:8])}
        if near := nearest(text, known):
            told["near"] = near
            raise ValueError(_("“%(field)s” is never “%(value)s”. Did you mean “%(near)s”?") % told)
        raise ValueError(_("“%(field)s” is never “%(value)s”, but one of: %(known)s.") % told)


@dataclass(frozen=True, kw_only=True)
class Listed(Field):
    """One of several words that nobody has listed beforehand."""

    kind: ClassVar[str] = "words"
    ops: ClassVar[tuple[str, ...]] = ("is",)

    def checked_value(self, op: str, value: Any) -> tuple[str, ...]:
        return values(value, text_value)
