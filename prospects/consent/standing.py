"""How it stands: who must not be mailed, and why."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from ..models import Person, Suppression, values_covering

if TYPE_CHECKING:
    from accounts.models import User


def refusals(addresses: Iterable[str], sender: "User | None" = None) -> dict[str, str]:
    """Which of `addresses` must not be mailed (by `sender`), each with the sentence that says why."""
    addresses = [address for address in addresses if address]
    covering = Suppression.objects.covering(*addresses, sender=sender.pk if sender else None)
    by_value: dict[str, Suppression] = {}
    for suppression in covering.select_related("sender"):
        by_value.setdefault(suppression.value, suppression)
    told = {}
    for address in addresses:
        found = [by_value[value] for value in values_covering(address) if value in by_value]
        if found:
            told[address] = found[0].about(address)
    return told


def standing(person: Person) -> list[Suppression]:
    """All that forbids mail to `person` now: by their address, then by its domains."""
    places = {value: place for place, value in enumerate(values_covering(person.email))}
    covering = Suppression.objects.covering(person.email).select_related("sender", "created_by")
    return sorted(covering, key=lambda row: (places[row.value], row.created_at))
