"""What a person's page shows of their consent."""

from typing import TYPE_CHECKING, Any

from ..models import ConsentChange, Person, Suppression
from .standing import standing

if TYPE_CHECKING:
    from accounts.models import User

# So many lines of the history stand on the page.
SHOWN = 30


def standing_of(person: Person) -> dict[str, Any]:
    """All that forbids mail to them, and whose mail alone, if it is one user's only."""
    found = standing(person)
    senders = {row.sender for row in found}
    return {"standing": found, "only_sender": senders.pop() if len(senders) == 1 else None}


def card(person: Person, user: "User") -> dict[str, Any]:
    """The context of templates/consent/_of_person.html as `user` sees it."""
    told = standing_of(person)
    return told | {
        "person": person,
        "person_address": person.email.lower(),
        "changes": ConsentChange.objects.about(person).for_card()[:SHOWN],
        "unsubscribed": any(
            row.reason == Suppression.Reason.UNSUBSCRIBED and row.sender is None
            for row in told["standing"]
        ),
        "is_admin": user.is_admin,
    }
