"""Recipients as they are typed: one or several addresses, with or without a name."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from prospects import lists
from prospects.addresses import checked
from prospects.consent import refusals
from prospects.lists import BETWEEN, PeopleList
from prospects.models import Person

from .sending.addresses import BadAddress, wired

if TYPE_CHECKING:
    from accounts.models import User
    from prospects.models.people import PersonQuerySet

NAMED = re.compile(r"(?P<name>[^<>]*)<(?P<address>[^<>]*)>", re.DOTALL)
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
            _("These are several: write to them in a bulk email, each in a message of their own."),
            code="several",
        )
    return _recipient(text)


@dataclass(frozen=True)
class Typed:
    """What was typed into a field for many: addresses, each once, groups and other lists by their
    names, and a sentence for each part that is neither."""

    recipients: list[Recipient]
    lists: list[PeopleList]
    wrong: list[str]

    @property
    def is_for_many(self) -> bool:
        """Whether more is meant than one recipient."""
        return bool(self.lists) or len(self.recipients) > 1

    @property
    def offer(self) -> str:
        """What is said where one recipient stands, and these are meant."""
        if len(self.lists) == 1 and not self.recipients:
            return self.lists[0].offer
        return _("These are several: each gets a message of their own.")


def typed_by(user: "User", text: str) -> Typed:
    """Whom `user` means by `text`: addresses, with or without names, and names of lists that they
    may choose, separated by commas, semicolons or lines. Never raises."""
    if found := lists.called(user, text):
        return Typed([], [found], [])
    told = Typed([], [], [])
    seen: set[str] = set()
    for part in _parts(text, is_list=lambda name: lists.called(user, name)):
        try:
            recipient = _recipient(part)
        except ValidationError as error:
            found = None if "@" in part else lists.called(user, part)
            if found and found not in told.lists:
                told.lists.append(found)
            elif not found:
                told.wrong.extend(error.messages)
            continue
        if recipient.address.casefold() not in seen:
            seen.add(recipient.address.casefold())
            told.recipients.append(recipient)
    return told


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


def suggestions(people: "PersonQuerySet", typed: str, sender: "User") -> list[Suggestion]:
    """Who of `people` is meant by what stands at the end of `typed`, at most eight; whether they
    may be mailed is asked for `sender`."""
    words = BETWEEN.split(typed)[-1].strip().replace("\0", "")
    if not words:
        return []
    found = list(people.matching(words[:100]).by_name()[:8])
    refused = refusals([person.email for person in found], sender)
    return [Suggestion(person, refused.get(person.email, "")) for person in found]


def lists_meant(user: "User", typed: str) -> list[PeopleList]:
    """Which groups and other lists are meant by what stands at the end of `typed`, at most four of
    each kind."""
    words = BETWEEN.split(typed)[-1].strip()
    return lists.meant(user, words, 4) if words else []


def _parts(text: str, *, is_list: Callable[[str], object] = lambda name: False) -> list[str]:
    """`text` cut between recipients; a comma within a name does not count as between, but one
    behind the name of a list does."""
    parts: list[str] = []
    for piece in BETWEEN.split(text):
        halved = parts and "@" not in parts[-1] and "@" in piece
        if halved and NAMED.fullmatch(piece.strip()) and not is_list(parts[-1]):
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
