"""The one place at which a rep's word that somebody must not be mailed any more takes effect."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from .models import Person, Suppression

if TYPE_CHECKING:
    from accounts.models import User

REASON = Suppression.Reason.UNSUBSCRIBED


def unsubscribe(people: Iterable[Person], *, by: "User") -> list[int]:
    """Let nobody mail `people` any more; returns the ids of those who were mailed until now."""
    everybody = list(people)
    known = Suppression.unsubscribed_among(person.email for person in everybody)
    new = {person.pk: person.email.lower() for person in everybody}
    new = {pk: address for pk, address in new.items() if address not in known}
    Suppression.objects.bulk_create(
        [Suppression(value=address, reason=REASON, created_by=by) for address in new.values()],
        ignore_conflicts=True,
        batch_size=1000,
    )
    return list(new)


def take_back(people: Iterable[Person], *, by: "User") -> int:
    """Undo `unsubscribe` of `people`; returns for how many it was still so."""
    addresses = [person.email.lower() for person in people]
    mine = Suppression.objects.unsubscribes().filter(value__in=addresses, created_by=by)
    return sum(row.release(by, "undone") for row in mine)
