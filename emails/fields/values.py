"""The values of the fields for one email."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.safestring import SafeString
from django.utils.translation import get_language, override
from django.utils.translation import gettext_lazy as _

from .table import CUSTOM, FIELDS, known, named

if TYPE_CHECKING:
    from accounts.models import User
    from prospects.models import Person

    from ..models import Email, Identity

# Line ends, also those that only some programs take for one, and other characters that are no text.
_NO_TEXT = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ue000-\ue003]+")
# What an organisation may let go out without a value, and what stands there then.
BLANK = {
    **dict.fromkeys(["first_name", "last_name", "title"], ""),
    **dict.fromkeys(["company", "company_friendly"], _("your company")),
}


@dataclass(frozen=True)
class About:
    """Whom and what one email is about. Without a person there is what was typed as their name
    and address; without an email there is none yet, as in a preview."""

    owner: "User"
    identity: "Identity | None" = None
    person: "Person | None" = None
    to_address: str = ""
    to_name: str = ""
    email: "Email | None" = None

    @property
    def custom(self) -> Mapping[str, str]:
        return self.person.custom if self.person else {}

    @property
    def names(self) -> tuple[str, str]:
        """First and last name: the person's, else those that were typed."""
        person = self.person
        if person and (person.first_name or person.last_name):
            return person.first_name, person.last_name
        first, _space, last = " ".join(self.to_name.split()).partition(" ")
        return ("", "") if "@" in first else (first, last)

    @property
    def address(self) -> str:
        return self.to_address or (self.person.email if self.person else "")

    @property
    def called(self) -> str:
        """By what the recipient is named in a sentence."""
        return " ".join(filter(None, self.names)) or self.address

    @property
    def called_by_first_name(self) -> str:
        return self.names[0] or self.called

    def of_person(self, name: str) -> str:
        """An attribute of the person; "" without one."""
        return str(getattr(self.person, name)) if self.person else ""


class Values(Mapping[str, str]):
    """What every field says in the email that `about` describes; KeyError where it says nothing.

    Each is looked up when it is asked for. All are one line of text, but those marked safe,
    which are HTML of ours. "" is blank on purpose, because the organisation lets it go out so.
    """

    def __init__(self, about: About) -> None:
        self.about = about
        self._looked_up: dict[str, str | None] = {}

    def __getitem__(self, name: str) -> str:
        if name not in self._looked_up:
            self._looked_up[name] = self._in_their_language(name) if known(name) else None
        value = self._looked_up[name]
        if value is None:
            raise KeyError(name)
        return value

    def __iter__(self) -> Iterator[str]:
        return iter([*FIELDS, *(f"{CUSTOM}{key}" for key in self.about.custom)])

    def __len__(self) -> int:
        return len(FIELDS) + len(self.about.custom)

    def _in_their_language(self, name: str) -> str | None:
        """Its value in the language that the writer writes in, whoever runs this."""
        if get_language() == self.about.owner.language:
            return self._look_up(name)
        with override(self.about.owner.language):
            return self._look_up(name)

    def _look_up(self, name: str) -> str | None:
        value = named(name).value(self.about)
        if not isinstance(value, SafeString):
            value = _NO_TEXT.sub(" ", str(value)).strip()
        if not value and name in BLANK and self.about.owner.organisation.blank_names_go_out:
            return str(BLANK[name])
        return value or None
