"""Dates as mail writes them."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime


def moment(value: str) -> datetime | None:
    """The aware moment that a date field (RFC 5322, section 3.3) names; without a zone it is taken for UTC."""
    try:
        found = parsedate_to_datetime(value[:100])
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    try:
        aware = found if found.tzinfo else found.replace(tzinfo=UTC)
        aware.astimezone(UTC)  # year 1 or 9999 with an offset cannot be told in UTC
    except (ValueError, OverflowError):
        return None
    return aware
