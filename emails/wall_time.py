"""Times as people mean them: a day and a time on the clock of some zone, and the instant that is."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from ui import moments


def city(zone: str) -> str:
    """A zone as people call it: Stockholm, New York."""
    return zone.rpartition("/")[2].replace("_", " ")


@dataclass(frozen=True)
class WallTime:
    """What the clock on the wall says, in an IANA zone.

    Where the clocks go forward over it, it does not exist and means as much later; where they go
    back over it, it comes twice and means the first (PEP 495, fold=0).
    """

    day: date
    clock: time
    zone: str

    @classmethod
    def of(cls, moment: datetime, zone: str) -> "WallTime":
        """What the clocks in `zone` say at the aware `moment`, to the minute."""
        local = moment.astimezone(ZoneInfo(zone))
        return cls(local.date(), local.time().replace(second=0, microsecond=0, tzinfo=None), zone)

    @classmethod
    def written(cls, wall: str, zone: str) -> "WallTime":
        """Of what an email keeps: "2027-03-29T08:15" and its zone."""
        local = datetime.fromisoformat(wall)
        return cls(local.date(), local.time(), zone)

    @property
    def _local(self) -> datetime:
        return datetime.combine(self.day, self.clock, ZoneInfo(self.zone))

    @property
    def instant(self) -> datetime:
        """The moment it stands for, in UTC."""
        return self._local.astimezone(UTC)

    @property
    def is_skipped(self) -> bool:
        """The clocks go forward over it."""
        return WallTime.of(self.instant, self.zone) != self

    @property
    def comes_twice(self) -> bool:
        """The clocks go back over it."""
        local = self._local
        return local.utcoffset() != local.replace(fold=1).utcoffset() and not self.is_skipped

    @property
    def note(self) -> str:
        """One sentence where a change of the clocks makes it mean something else; else ""."""
        values = {
            "time": f"{self.clock:%H:%M}",
            "day": date_format(self.day, "j F"),
            "city": city(self.zone),
            "real": f"{WallTime.of(self.instant, self.zone).clock:%H:%M}",
        }
        if self.is_skipped:
            return (
                _(
                    "On %(day)s the clocks in %(city)s go forward and there is no %(time)s:"
                    " it goes at %(real)s."
                )
                % values
            )
        if self.comes_twice:
            return (
                _(
                    "On %(day)s the clocks in %(city)s go back and %(time)s comes twice:"
                    " it goes at the first."
                )
                % values
            )
        return ""

    def spoken(self, reader_zone: str, now: datetime | None = None) -> str:
        """“Fri 08:15, your time”, or “tomorrow 08:15, Stockholm time” for a reader elsewhere."""
        real = WallTime.of(self.instant, self.zone)
        today = WallTime.of(now or timezone.now(), self.zone).day
        values = {
            "when": f"{_day(real.day, today)} {real.clock:%H:%M}",
            "city": city(self.zone),
        }
        if self.zone == reader_zone:
            return _("%(when)s, your time") % values
        return _("%(when)s, %(city)s time") % values


def _day(day: date, today: date) -> str:
    away = (day - today).days
    if away == 0:
        return _("today")
    if away == 1:
        return _("tomorrow")
    if 1 < away < 7:
        return date_format(day, "D")
    return moments.day(day, year=day.year != today.year)


@dataclass(frozen=True)
class Preset:
    """A time that is offered at one press."""

    label: str
    wall: WallTime


def presets(zone: str, now: datetime | None = None) -> list[Preset]:
    """Good times to send at: this afternoon, tomorrow morning, the next Monday morning."""
    here = WallTime.of(now or timezone.now(), zone)
    tomorrow = here.day + timedelta(days=1)
    monday = here.day + timedelta(days=7 - here.day.weekday())
    offered = []
    if here.clock < time(14):
        offered.append(Preset(_("Today"), WallTime(here.day, time(15), zone)))
    offered.append(Preset(_("Tomorrow"), WallTime(tomorrow, time(8, 15), zone)))
    if monday != tomorrow:
        offered.append(Preset(_("Monday"), WallTime(monday, time(8, 15), zone)))
    return offered
