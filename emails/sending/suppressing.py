"""Whether somebody an email goes to must not be mailed, and what that does to what waits."""

from collections.abc import Sequence
from itertools import chain, groupby
from typing import NamedTuple

from django.db import transaction

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
@transaction.atomic
def stop_waiting(suppressions: Sequence[Suppression]) -> int:
    """Stop every scheduled email that goes to one of these, in whichever line; how many.

    What somebody schedules while this runs is refused by its mark.
    """
    groups = [
        (reason, _waiting_for({row.value for row in rows}, sender))
        for (reason, sender), rows in groupby(
            sorted(suppressions, key=_kind), key=lambda row: (row.reason, row.sender_id)
        )
    ]
    copies = _with_copies_to({row.value for row in suppressions})
    # In one statement, whichever line it is: those of To and then those of Cc would be in another
    # order than everybody else's.
    concerned = {*copies, *chain.from_iterable(ids for _reason, ids in groups)}
    list(Email.objects.of_ids(concerned).locked().values_list("pk"))
    stopped = sum(Email.stop_all(ids, reason) for reason, ids in groups)
    return stopped + _stop_copies(copies)


def _kind(row: Suppression) -> tuple[str, int]:
    return row.reason, row.sender_id or 0


def _waiting_for(values: set[str], sender: int | None) -> list[int]:
    """The emails whose To is one of `values`; of that sender alone, if there is one."""
    waiting = Email.objects.waiting_for(values)
    if sender:
        waiting = waiting.filter(owner=sender)
    return list(waiting.values_list("pk", flat=True))


def _with_copies_to(values: set[str]) -> list[int]:
    """Those that would go to one of `values` as Cc or Bcc."""
    return [
        email.pk
        for email in Email.objects.with_copies().in_folder(Email.Status.SCHEDULED).for_copies()
        if any(not values.isdisjoint(values_covering(each)) for each in email.content.recipients)
    ]


def _stop_copies(ids: Sequence[int]) -> int:
    stopped = 0
    for email in Email.objects.of_ids(ids).select_related("content").locked():
        found = suppressed(email)
        if not found:  # their mail may go: it is another sender's that is not wanted
            continue
        try:
            email.stop("suppressed", address=found.address, because=found.because)
        except IllegalTransition:
            continue
        stopped += 1
    return stopped
