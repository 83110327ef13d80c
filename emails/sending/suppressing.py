"""Whether somebody an email goes to must not be mailed."""

from typing import NamedTuple

from prospects.models import Suppression, values_covering

from ..models import Email


class Suppressed(NamedTuple):
    address: str
    because: str  # a Suppression.Reason


def suppressed(email: Email) -> Suppressed | None:
    """The first of To, Cc and Bcc that must not be mailed, and why."""
    return first_suppressed([email.to_address, *email.content.recipients])


def first_suppressed(addresses: list[str]) -> Suppressed | None:
    """The first of `addresses` that must not be mailed, and why."""
    found = {row.value: row for row in Suppression.objects.covering(*addresses)}
    for address in addresses:
        for value in values_covering(address):
            if row := found.get(value):
                return Suppressed(address, row.reason)
    return None
