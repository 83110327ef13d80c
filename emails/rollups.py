"""What a row shows of its events, kept on the email.

Counters rise only for a new event, first and last times by least and greatest, so that the
order in which events are applied does not matter.
"""

from datetime import datetime

from .models import Email, Event

# kind: (counter, first time, last time)
_COLUMNS = {
    Event.Kind.OPEN: ("views", "first_viewed_at", "last_viewed_at"),
    Event.Kind.CLICK: ("clicks", "first_clicked_at", "last_clicked_at"),
    Event.Kind.REPLY: ("replies", "first_replied_at", "last_replied_at"),
}


def roll_up(email: Email, event: Event) -> None:
    """Count `event` on `email`, whose row the caller has locked."""
    changes: dict[str, int | datetime] = {}
    if event.kind == Event.Kind.AUTO_REPLY:
        changes["auto_replies"] = email.auto_replies + 1
    elif event.kind in _COLUMNS and event.is_counted:
        counter, first, last = _COLUMNS[Event.Kind(event.kind)]
        changes[counter] = getattr(email, counter) + 1
        changes[first] = min(getattr(email, first) or event.at, event.at)
        changes[last] = max(getattr(email, last) or event.at, event.at)
    elif event.kind == Event.Kind.OPEN and event.who == Event.Who.MACHINE:
        changes["machine_views"] = email.machine_views + 1
    if changes:
        for name, value in changes.items():
            setattr(email, name, value)
        email.save(update_fields=list(changes))
