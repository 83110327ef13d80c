"""Who will not get a bulk email, and why: known before it is sent.

The same is found out again for each email when its turn comes, for people unsubscribe and fill in
what was missing. Here it is for the eyes of the sender.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import batched
from typing import TYPE_CHECKING, Protocol

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from prospects.models import Suppression, values_covering

from ..fields import About, Problem, named, read
from ..reasons import word
from ..resolving import resolve

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from accounts.models import User
    from prospects.models import Person

    from ..models import Identity


class Common(Protocol):
    """What is written to many: a bulk email, or the first email of a campaign."""

    @property
    def owner(self) -> "User": ...
    @property
    def identity(self) -> "Identity | None": ...
    @property
    def subject(self) -> str: ...
    @property
    def html(self) -> str: ...


class Addressee(Protocol):
    """One of the many, with words of their own where these are not None."""

    @property
    def pk(self) -> int: ...
    @property
    def person(self) -> "Person | None": ...
    @property
    def address(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def subject(self) -> str | None: ...
    @property
    def html(self) -> str | None: ...


@dataclass(frozen=True)
class Obstacle:
    """Why one recipient will not get it: a code of emails/reasons.py with its values."""

    recipient: Addressee
    code: str
    values: "Mapping[str, Any]" = field(default_factory=dict)

    @property
    def sentence(self) -> str:
        return word(self.code, self.values).sentence

    @property
    def label(self) -> "str | Promise":
        return word(self.code, self.values).label

    @property
    def beside_the_name(self) -> str:
        """The sentence where the recipient stands beside it anyway."""
        if self.code == "suppressed":
            reason = Suppression.Reason(self.values["because"]).label
            return _("Must not be mailed: %(reason)s") % {"reason": reason}
        if self.code == "missing_field":
            empty = ", ".join(str(named(name).label) for name in self.values["fields"])
            return _("Empty: %(fields)s") % {"fields": empty}
        if self.code == "could_not_be_built":  # the words say why below themselves
            return str(self.label)
        return self.sentence

    @property
    def is_mended_in_people(self) -> bool:
        return self.code == "missing_field" and self.recipient.person is not None


def obstacles(bulk: Common, recipients: Iterable[Addressee]) -> list[Obstacle]:
    """What keeps `recipients` of `bulk` from getting it, at most one each, in their order."""
    found: list[Obstacle] = []
    for some in batched(recipients, 1000):
        suppressed = _suppressed(bulk, some)
        for recipient in some:
            obstacle = (
                suppressed.get(recipient.pk) or _gone(recipient) or _unfinished(bulk, recipient)
            )
            if obstacle:
                found.append(obstacle)
    return found


def faults(bulk: Common) -> list[Problem]:
    """What is wrong with the common words themselves, so that nobody would get them."""
    both = (read(bulk.subject, html=False), read(bulk.html, html=True))
    return [each.problem for each in both if each.problem]


def words_to(bulk: Common, recipient: Addressee) -> tuple[str, str]:
    """Subject and text as they are written to `recipient`: their own, else the common ones."""
    own = (recipient.subject, recipient.html)
    common = (bulk.subject, bulk.html)
    subject, html = (
        theirs if theirs is not None else shared for theirs, shared in zip(own, common, strict=True)
    )
    return subject, html


def about(bulk: Common, recipient: Addressee) -> About:
    """Whom the fields speak of in the email to `recipient`."""
    return About(bulk.owner, bulk.identity, recipient.person, recipient.address, recipient.name)


def _suppressed(bulk: Common, recipients: Sequence[Addressee]) -> dict[int, Obstacle]:
    addresses = [each.address for each in recipients]
    rows = Suppression.objects.covering(*addresses, sender=bulk.owner.pk)
    because = {row.value: row.reason for row in rows}
    told = {}
    for recipient in recipients if because else ():
        value = next((each for each in values_covering(recipient.address) if each in because), None)
        if value:
            values = {"address": recipient.address, "because": because[value]}
            told[recipient.pk] = Obstacle(recipient, "suppressed", values)
    return told


def _gone(recipient: Addressee) -> Obstacle | None:
    person = recipient.person
    return Obstacle(recipient, "person_deleted") if person and person.removed_at else None


def _unfinished(bulk: Common, recipient: Addressee) -> Obstacle | None:
    whom = about(bulk, recipient)
    said = resolve(whom, *words_to(bulk, recipient))
    if said.problem:
        return Obstacle(recipient, "could_not_be_built", {"words": str(said.problem)})
    if said.missing:
        told = {"fields": said.missing, "person": whom.called_by_first_name}
        return Obstacle(recipient, "missing_field", told)
    if said.prompts:
        return Obstacle(recipient, "prompt_left", {"prompt": said.prompts[0][:100]})
    return None
