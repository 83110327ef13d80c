"""How recipients come onto the list of a bulk email: people, groups, and addresses that are typed.

Whoever is on the list already stays there once, with what was written to them alone. What goes
beyond the limit is refused as a whole, with the limit named.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from prospects.models import Person
from ui.templatetags.ui import grouped

from ..models import BulkRecipient
from ..recipients import Typed, plain

if TYPE_CHECKING:
    from prospects.models.people import PersonQuerySet

    from ..models import BulkSend
    from ..models.bulk_recipients import BulkRecipientQuerySet


class TooMany(Exception):
    """More recipients than one bulk email may have; nothing was added. Its words say so."""

    def __init__(self, count: int) -> None:
        self.limit, self.count = settings.LIMITS["BULK_RECIPIENTS"], count
        super().__init__(f"{count} of {self.limit}")

    @property
    def words(self) -> str:
        return _(
            "One bulk email may have %(limit)s recipients, and these would be %(count)s. Nobody was"
            " added; make two bulk emails of it."
        ) % {"limit": grouped(self.limit), "count": grouped(self.count)}


@dataclass
class Added:
    """How many came new, how many were on the list already, and what could not be read."""

    new: int = 0
    known: int = 0
    wrong: list[str] = field(default_factory=list)

    @property
    def sentence(self) -> str:
        said = [
            ngettext("%(count)s recipient added.", "%(count)s recipients added.", self.new)
            % {"count": grouped(self.new)}
        ]
        if self.known:
            said.append(
                ngettext(
                    "%(count)s was on the list already and stays there once.",
                    "%(count)s were on the list already and stay there once.",
                    self.known,
                )
                % {"count": grouped(self.known)}
            )
        return " ".join(said)


def add_people(bulk: "BulkSend", people: "PersonQuerySet") -> Added:
    """Put `people` on the list of the draft `bulk`; the caller asks only for those who may be seen.

    Raises TooMany, with nobody added, and BulkRefused if it is no draft any more.
    """
    limit = settings.LIMITS["BULK_RECIPIENTS"]
    found = list(people.by_name()[: limit + 1])
    if len(found) > limit:
        raise TooMany(people.count())
    return _add(bulk, [_row(bulk, person.email, _name(person), person.pk) for person in found])


@transaction.atomic
def add_typed(bulk: "BulkSend", typed: Typed) -> Added:
    """Put what was typed on the list: the people of groups that were named, and addresses.

    What could not be read is given back in words; the others are added. Raises as `add_people`.
    """
    added = Added(wrong=typed.wrong)
    for group in typed.groups:
        people = add_people(bulk, Person.seen_by(bulk.owner).in_group(group))
        added.new, added.known = added.new + people.new, added.known + people.known
    by_key = {recipient.address.casefold(): recipient for recipient in typed.recipients}
    people_by_key = {
        person.email.lower(): person for person in Person.seen_by(bulk.owner).with_addresses(by_key)
    }
    rows = []
    for key, recipient in by_key.items():
        person = people_by_key.get(key)
        name = recipient.name or (_name(person) if person else "")
        rows.append(_row(bulk, recipient.address, name, person.pk if person else None))
    single = _add(bulk, rows)
    added.new, added.known = added.new + single.new, added.known + single.known
    return added


def _name(person: Person) -> str:
    return plain(f"{person.first_name} {person.last_name}")[:200]


def _row(bulk: "BulkSend", address: str, name: str, person: int | None) -> BulkRecipient:
    return BulkRecipient(bulk=bulk, address=address, name=name, person_id=person)


@transaction.atomic
def _add(bulk: "BulkSend", rows: list[BulkRecipient]) -> Added:
    bulk.be_a_draft()
    on_list = bulk.recipients.active()
    before = on_list.count()
    _same_as(bulk, rows).put_back()
    BulkRecipient.objects.bulk_create(rows, ignore_conflicts=True, batch_size=1000)
    after = on_list.count()
    if after > settings.LIMITS["BULK_RECIPIENTS"]:
        raise TooMany(after)
    bulk.stand_in_drafts()
    return Added(new=after - before, known=len(rows) - (after - before))


def _same_as(bulk: "BulkSend", rows: Iterable[BulkRecipient]) -> "BulkRecipientQuerySet":
    """Those of the list, taken off or not, who are the same people as `rows` would be."""
    people = [row.person_id for row in rows if row.person_id]
    keys = [row.address.lower() for row in rows]
    listed = bulk.recipients.alias(key=Lower("address"))
    return listed.filter(Q(person__in=people) | Q(key__in=keys))
