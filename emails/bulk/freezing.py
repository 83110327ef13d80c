"""What is settled when a bulk email is launched: who exactly is written to, and under which name."""

from typing import TYPE_CHECKING

from ..models import BulkRecipient

if TYPE_CHECKING:
    from ..models import BulkSend

DELETED = "person_deleted"
TWICE = "already_on_the_list"


def freeze(bulk: "BulkSend") -> None:
    """Bring the recipients up to date with the people they are, in the launch's transaction.

    Whoever was deleted from the people since is left out, and so is whoever has become the same
    address as somebody else on the list; both with the reason. Raises ValueError if nobody is left.
    """
    on_list = bulk.recipients.active()
    for recipient in on_list.moved_meanwhile():
        person = recipient.person
        assert person is not None  # the phrase asks for it
        if person.removed_at:
            recipient.left_out = DELETED
        elif _is_taken(recipient, person.email):
            recipient.left_out = TWICE
        else:
            recipient.address = person.email
        recipient.save(update_fields=["address", "left_out"])
    if not on_list.filter(left_out="").exists():
        raise ValueError("A bulk email is launched to at least one recipient.")


def _is_taken(recipient: BulkRecipient, address: str) -> bool:
    others = BulkRecipient.objects.filter(bulk=recipient.bulk_id).exclude(pk=recipient.pk)
    return others.filter(address__iexact=address).exists()
