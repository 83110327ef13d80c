"""A bulk email as one of its recipients will read it."""

from typing import TYPE_CHECKING, Any

from django.utils.safestring import mark_safe

from ..previews import Preview
from ..resolving import resolve
from ..sending.html import clean
from .checking import about, obstacles, words_to

if TYPE_CHECKING:
    from ..models import BulkRecipient, BulkSend


def seen_by(bulk: "BulkSend", recipient: "BulkRecipient") -> dict[str, Any]:
    """Subject and text with the fields filled in, what keeps it from going, and the neighbours."""
    said = resolve(about(bulk, recipient), *words_to(bulk, recipient))
    html = mark_safe(clean(said.body.marked))  # noqa: S308 - cleaned right here
    kept = obstacles(bulk, [recipient])
    return {
        "subject": said.subject.shown,
        "preview": Preview(html, has_remote_pictures=False, is_plain=True),
        "obstacle": kept[0] if kept else None,
        "place": _before(bulk, recipient).count() + 1,
        "total": bulk.recipients.active().count(),
        "previous": _before(bulk, recipient).last(),
        "next": _after(bulk, recipient).first(),
    }


def _before(bulk: "BulkSend", recipient: "BulkRecipient") -> Any:
    return bulk.recipients.active().in_order().filter(pk__lt=recipient.pk)


def _after(bulk: "BulkSend", recipient: "BulkRecipient") -> Any:
    return bulk.recipients.active().in_order().filter(pk__gt=recipient.pk)
