"""Recipients as they are typed: one or several addresses, with or without a name."""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from prospects.addresses import checked
from prospects.consent import refusals
from prospects.models import Person

from .sending.addresses import BadAddress, wired

if TYPE_CHECKING:
    from prospects.models.people import PersonQuerySet

NAMED = re.compile(r"(?P<name>[^<>]*)<(?P<address>[^<>]*)>", re.DOTALL)
BETWEEN = re.compile(r"[,;\n]")
BREAKING = re.compile("[\r\n\0\u2028\u2029]")


@dataclass(frozen=True)
class Recipient:
    """One mailbox as somebody typed it or chose it."""

    address: str
    name: str = ""

    def __str__(self) -> str:
        return f"{self.name} <{self.address}>" if self.name else self.address


def one(text: str) -> Recipient:
    """The one recipient in `text`: "anna@x.example" or "Anna Lind <anna@x.example>".

    Raises ValidationError, worded for the writer, for anything else.
    """
    if BREAKING.search(text.strip()):
        raise ValidationError(_("A recipient stands on one line."), code="line")
    if len(_parts(text)) > 1:
        raise ValidationError(
            _(
                "One recipient to an email, so far: keep one here and put the others under Cc,"
                " or write to each of them."
            ),
            code="several",
        )
    return _recipient(text)


def several(text: str) -> list[str]:
    """The addresses in `text`, separated by commas, semicolons or lines, each once.

    Raises ValidationError with one sentence for each that is wrong.
    """
    found: dict[str, str] = {}
    wrong = []
    for part in _parts(text):
        try:
            address = _recipient(part).address
        except ValidationError as error:
            wrong.append(error)
        else:
            found.setdefault(address.casefold(), address)
    if wrong:
        raise ValidationError(wrong)
    return list(found.values())


@dataclass(frozen=True)
class Suggestion:
    """A person who may be meant, and why they must not be mailed, if so."""

    person: Person
    refused: str

    @property
    def recipient(self) -> Recipient:
        person = self.person
        name = f"{person.first_name} {person.last_name}".strip()
        return Recipient(person.email, BETWEEN.sub(" ", name.replace("<", "").replace(">", "")))


def suggestions(people: "PersonQuerySet", typed: str) -> list[Suggestion]:
    """Who of `people` is meant by what stands at the end of `typed`, at most eight."""
    words = BETWEEN.split(typed)[-1].strip().replace("\0", "")
    if not words:
        return []
    found = list(people.matching(words[:100]).by_name()[:8])
    refused = refusals(person.email for person in found)
    return [Suggestion(person, refused.get(person.email, "")) for person in found]


def _parts(text: str) -> list[str]:
    """`text` cut between recipients; a comma within a name does not count as between."""
    parts: list[str] = []
    for piece in BETWEEN.split(text):
        if parts and "@" not in parts[-1] and "@" in piece and NAMED.fullmatch(piece.strip()):
            parts[-1] = f"{parts[-1]},{piece}"  # Lind, Anna <anna@x.example>
        elif piece.strip():
            parts.append(piece.strip())
    return parts


def _recipient(text: str) -> Recipient:
    text = text.strip()
    named = NAMED.fullmatch(text)
    name = " ".join(named["name"].replace('"', " ").split()) if named else ""
    if len(name) > 200:
        raise ValidationError(_("A name has at most 200 characters."), code="long")
    return Recipient(_address(named["address"] if named else text), name)


def _address(text: str) -> str:
    """The address in its normal form; only its syntax is looked at, nobody is asked."""
    address = checked(text)
    try:
        wired(address)
    except BadAddress:
        raise ValidationError(
            _("“%(address)s” is no email address."), code="address", params={"address": text[:80]}
        ) from None
    return address
