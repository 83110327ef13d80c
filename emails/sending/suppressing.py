"""Whether somebody an email goes to must not be mailed, and what that does to what waits."""

from collections.abc import Sequence
from itertools import groupby
from typing import NamedTuple

from prospects.consent import when_suppressed
from prospects.models import Suppression, values_covering

from ..models import Email, IllegalTransition


class Suppressed(NamedTuple):
    address: str
    because: str  # a Suppression.Reason


def suppressed(email: Email) -> Suppressed | None:
    """The first of To, Cc and Bcc that must not be mailed by its owner, and why."""
    return first_suppressed([email.to_address, *email.content.recipients], email.owner_id)


def first_suppressed(addresses: list[str], sender: int | None = None) -> Suppressed | None:
    """The first of `addresses` that must not be mailed (by the user with that id), and why."""
    found = {row.value: row for row in Suppression.objects.covering(*addresses, sender=sender)}
    for address in addresses:
        for value in values_covering(address):
            if row := found.get(value):
                return Suppressed(address, row.reason)
    return None


@when_suppressed
def stop_waiting(suppressions: Sequence[Suppression]) -> int:
    """Stop every scheduled email that goes to one of these, in whichever line; how many.

    What somebody schedules while this runs is refused by its mark.
    """
    return sum(
        Email.stop_waiting_for({row.value for row in rows}, reason, sender=sender)
        for (reason, sender), rows in groupby(
            sorted(suppressions, key=_kind), key=lambda row: (row.reason, row.sender_id)
        )
    ) + _stop_copies({row.value for row in suppressions})


def _kind(row: Suppression) -> tuple[str, int]:
    return row.reason, row.sender_id or 0


def _stop_copies(values: set[str]) -> int:
    """Those that would go to one of `values` as Cc or Bcc."""
    concerned = [
        email.pk
        for email in Email.objects.with_copies().in_folder(Email.Status.SCHEDULED).for_copies()
        if any(not values.isdisjoint(values_covering(each)) for each in email.content.recipients)
    ]
    stopped = 0
    for email in Email.objects.of_ids(concerned).select_related("content").locked():
        found = suppressed(email)
        if not found:  # their mail may go: it is another sender's that is not wanted
            continue
        try:
            email.stop("suppressed", address=found.address, because=found.because)
        except IllegalTransition:
            continue
        stopped += 1
    return stopped
