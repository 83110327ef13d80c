"""How recipients come onto the list of a bulk email: people, groups and other lists, and addresses that are typed.

Whoever is on the list already stays there once, with what was written to them alone. What goes
beyond the limit is refused as a whole, with the limit named.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy, ngettext

from prospects import adding
from prospects.lists import plain
from prospects.models import Person
from ui.templatetags.ui import grouped

from ..models import BulkRecipient
from ..recipients import Typed

if TYPE_CHECKING:
    from prospects.models.people import PersonQuerySet

    from ..models import BulkSend
    from ..models.bulk_recipients import BulkRecipientQuerySet


class TooMany(adding.TooMany):
    """More recipients than one bulk email may have; nothing was added."""

    limit = "BULK_RECIPIENTS"
    sentence = gettext_lazy(
        "One bulk email may have %(limit)s recipients, and these would be %(count)s. Nobody was"
        " added; make two bulk emails of it."
    )


class Added(adding.Added):
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
    return _add(bulk, [_of_person(bulk, person) for person in TooMany.unless_few(people)])


@transaction.atomic
def add_typed(bulk: "BulkSend", typed: Typed) -> Added:
    """Put what was typed on the list: the people of lists that were named, and addresses.

    What could not be read is given back in words; the others are added. Raises as `add_people`.
    """
    people, not_found = adding.people_in(typed.lists, bulk.owner, TooMany)
    rows = [_of_person(bulk, person) for person in people]
    by_key = {recipient.address.casefold(): recipient for recipient in typed.recipients}
    people_by_key = {
        person.email.lower(): person for person in Person.seen_by(bulk.owner).with_addresses(by_key)
    }
    for key, recipient in by_key.items():
        person = people_by_key.get(key)
        name = recipient.name or (_name(person) if person else "")
        rows.append(_row(bulk, recipient.address, name, person.pk if person else None))
    added = _add(bulk, rows)
    added.wrong = [*typed.wrong, *not_found]
    return added


def _name(person: Person) -> str:
    return plain(f"{person.first_name} {person.last_name}")[:200]


def _of_person(bulk: "BulkSend", person: Person) -> BulkRecipient:
    return _row(bulk, person.email, _name(person), person.pk)


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
    if after > TooMany.most():
        raise TooMany(after)
    bulk.stand_in_drafts()
    return Added(new=after - before, known=len(rows) - (after - before))


def _same_as(bulk: "BulkSend", rows: Iterable[BulkRecipient]) -> "BulkRecipientQuerySet":
    """Those of the list, taken off or not, who are the same people as `rows` would be."""
    people = [row.person_id for row in rows if row.person_id]
    keys = [row.address.lower() for row in rows]
    listed = bulk.recipients.alias(key=Lower("address"))
    return listed.filter(Q(person__in=people) | Q(key__in=keys))
