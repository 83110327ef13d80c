"""The fields that the organisation has added to people: own.industry, own.employees."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import CharField, F, Func, Q, Value
from django.db.models.expressions import Combinable
from django.utils.translation import gettext as _

from prospects.models import CustomField

from ..looking import Looking
from ..tree import Condition
from .kinds import Role
from .texts import Text, said

BEFORE = "own."
_KEY = re.compile(r"own\.[a-z0-9]+(_[a-z0-9]+)*", re.ASCII)


@dataclass(frozen=True, kw_only=True)
class OwnField(Text):
    """One of them, by its key, which never changes."""

    @property
    def key(self) -> str:
        return self.name.removeprefix(BEFORE)

    def of_person(self, condition: Condition, looking: Looking) -> Q:
        if not CustomField.objects.filter(key=self.key).exists():
            looking.note(
                _("The field “%(name)s” of people has been removed: nobody is found by it.")
                % {"name": self.key}
            )
        there = Q(custom__has_key=self.key)
        return there if condition.op == "any" else there & said(self.texts(), condition)

    def texts(self) -> Sequence[Combinable]:
        # Not as a key transform, which takes a key of digits for a place in a list.
        path = Func(F("custom"), Value(self.key), function="jsonb_extract_path_text")
        path.output_field = CharField()
        return [path]


def field_named(name: str) -> OwnField | None:
    """The own field of that word, whether there is one or was; None for any other word."""
    if not _KEY.fullmatch(name) or len(name) > len(BEFORE) + CustomField.LONGEST_KEY:
        return None
    return OwnField(name=name, label=name.removeprefix(BEFORE), role=Role.PERSON)


def all_fields() -> list[OwnField]:
    """Those that there are, by their labels."""
    return [
        OwnField(name=f"{BEFORE}{field.key}", label=field.label, role=Role.PERSON)
        for field in CustomField.all_by_label()
    ]
