from datetime import datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _


def brief(moment: datetime, now: datetime | None = None) -> str:
    """A moment as a list shows it, in the running time zone.

    10:42 today, “Yesterday”, “Tomorrow 09:00”, within the coming week “Fri 08:15”, else “20 Nov”,
    with the year if it is another one.
    """
    local = timezone.localtime(moment)
    today = timezone.localdate(now)
    days = (local.date() - today).days
    clock = date_format(local, "H:i")
    if days == 0:
        return clock
    if days == -1:
        return _("Yesterday")
    if days == 1:
        return _("Tomorrow %(time)s") % {"time": clock}
    if 1 < days < 7:
        return f"{date_format(local, 'D')} {clock}"
    return date_format(local, "j M" if local.year == today.year else "j M Y")


def full(moment: datetime) -> str:
    """A moment in full, in the running time zone: Thursday 20 November 2025, 10:42:07 CET."""
    local = timezone.localtime(moment)
    return f"{date_format(local, 'l j F Y, H:i:s')} {local.tzname()}"
