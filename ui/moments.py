from datetime import date, datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext


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
    return day(local, year=local.year != today.year)


def day(of: date, *, year: bool = False, weekday: bool = False) -> str:
    """A day in short, “20 Nov”, “20 Nov 2025” or “Thu 20 Nov”: months are capitals in English only."""
    if year:
        return date_format(of, pgettext("date format", "j M Y"))
    if weekday:
        return date_format(of, pgettext("date format", "D j M"))
    return date_format(of, pgettext("date format", "j M"))


def full(moment: datetime) -> str:
    """A moment in full, in the running time zone: Thursday 20 November 2025, 10:42:07 CET."""
    local = timezone.localtime(moment)
    return f"{date_format(local, 'l j F Y, H:i:s')} {local.tzname()}"
