"""What can be done with emails that were found, whatever folders they stand in."""

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from emails.actions import Action, offered_for_many
from emails.models import Email, Status

if TYPE_CHECKING:
    from accounts.models import User


def offered_for(emails: Iterable[Email], user: "User") -> list[Action]:
    """What at least one of them allows; of two that are called the same the one that asks first, and
    of two with the same key the first has it."""
    found: dict[str, Action] = {}
    for status in dict.fromkeys(email.status for email in emails if email.owner_id == user.pk):
        for action in offered_for_many(Status(status), user):
            known = found.get(action.name)
            if known is None or (action.question_for_many and not known.question_for_many):
                found[action.name] = action
    keys = [action.key for action in found.values()]
    return [
        replace(action, key="") if action.key in keys[:at] else action
        for at, action in enumerate(found.values())
    ]


def named(name: str, user: "User") -> Action | None:
    """The action of that name, as many emails of all kinds are asked about."""
    everything = [Email(status=status, owner=user) for status in Status]
    return next((each for each in offered_for(everything, user) if each.name == name), None)
