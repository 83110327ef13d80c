"""The time zones that can be chosen: those of places, by region."""

from functools import cache
from zoneinfo import available_timezones

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

# The tz database also has zones by country, by abbreviation and by offset, kept for old settings.
REGIONS = {
    "Africa": gettext_lazy("Africa"),
    "America": gettext_lazy("America"),
    "Antarctica": gettext_lazy("Antarctica"),
    "Arctic": gettext_lazy("Arctic"),
    "Asia": gettext_lazy("Asia"),
    "Atlantic": gettext_lazy("Atlantic Ocean"),
    "Australia": gettext_lazy("Australia"),
    "Europe": gettext_lazy("Europe"),
    "Indian": gettext_lazy("Indian Ocean"),
    "Pacific": gettext_lazy("Pacific Ocean"),
}
Choices = list[tuple[str, list[tuple[str, str]]]]


@cache
def _places() -> tuple[tuple[str, str, str], ...]:
    """(region, zone, place) of every zone that is named after a place."""
    found = []
    for zone in sorted(available_timezones()):
        region, slash, place = zone.partition("/")
        if slash and region in REGIONS:
            found.append((region, zone, place.replace("_", " ").replace("/", " – ")))
    return tuple(found)


def choices(current: str = "") -> Choices:
    """For a select: UTC, the zone that is set now, and every place under its region."""
    zones = {zone for _region, zone, _place in _places()}
    general = [("UTC", "UTC")]
    if current and current != "UTC" and current not in zones:
        general.append((current, current))
    regions: dict[str, list[tuple[str, str]]] = {_("General"): general}
    for region, zone, place in _places():
        regions.setdefault(str(REGIONS[region]), []).append((zone, place))
    return list(regions.items())
