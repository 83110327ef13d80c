"""Which date is meant: the choices that fit a status, and the stretches of days that fit a date."""

from collections.abc import Sequence

from ..periods import Period
from . import FIELDS, Field
from .moments import Moment

# By the tab, or the folder's word where one has its own; the first one is what is meant if nobody
# says.
_OF_STATUS: dict[str, tuple[str, ...]] = {
    "": ("created", "delivered", "failed", "scheduled", "active"),
    "sent": ("delivered", "created", "active"),
    "archived": ("archived", "delivered", "created", "active"),
    "pending": ("created", "scheduled"),
    "scheduled": ("scheduled", "created"),
    "draft": ("created",),
    "undelivered": ("failed", "created"),
    "bounced": ("failed", "delivered", "created"),
    "spam": ("delivered", "failed", "created"),
}
_TAB_OF = {
    "delivered": "sent",
    "in-progress": "scheduled",
    "failed": "undelivered",
}

PAST = (
    Period(name="today"),
    Period(name="yesterday"),
    Period(days=7),
    Period(days=30),
    Period(name="this-month"),
    Period(name="last-month"),
    Period(not_for_days=30),
)
AHEAD = (
    Period(name="today"),
    Period(name="tomorrow"),
    Period(next_days=7),
    Period(name="this-week"),
    Period(name="next-week"),
    Period(name="next-month"),
)


def dates_of(status: str = "") -> Sequence[Field]:
    """The dates that can be meant of emails with `status` (a value of the field “status”, or "" for
    all), the likeliest one first."""
    names = _OF_STATUS.get(status) or _OF_STATUS[_TAB_OF.get(status, "")]
    return [FIELDS[name] for name in names]


def presets_of(field: Field) -> Sequence[Period]:
    """The stretches of days that are offered for a date or a count."""
    return AHEAD if isinstance(field, Moment) and field.ahead else PAST
