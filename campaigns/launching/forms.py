"""What is typed while people are added: words to one of them alone, and when they begin."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import time_zones
from accounts.models.users import validate_time_zone
from emails.forms import ComposeForm
from emails.models import Identity
from emails.recipients import Recipient
from emails.wall_time import Preset, WallTime, presets
from prospects.models import Person

from .first_email import FirstEmail

if TYPE_CHECKING:
    from ..models import Launch, LaunchPerson


class OwnWordsForm(ComposeForm):
    """The first email to one person alone."""

    to = cc = bcc = date = time = zone = None  # type: ignore[assignment]  # the campaign says these

    def __init__(self, *args: Any, email: FirstEmail, one: "LaunchPerson", **kwargs: Any) -> None:
        super().__init__(*args, user=email.owner, **kwargs)
        self.email, self.one = email, one

    @property
    def recipient(self) -> Recipient | None:
        return Recipient(self.one.address, self.one.name)

    @cached_property
    def person(self) -> Person | None:
        return self.one.person

    @property
    def chosen_identity(self) -> Identity | None:
        return self.email.identity

    def _read_time(self, cleaned: dict[str, Any]) -> None:
        """It goes when its step says."""

    def save(self) -> None:
        """Keep what was typed, as far as it can be read and differs from what all get."""
        subject = self.read.get("subject", self.one.subject or self.email.subject)
        common = {"common_subject": self.email.subject, "common_html": self.email.html}
        self.one.write(subject, self.body, **common)


class StartForm(forms.Form):
    """From whom the emails come, and when the people begin: at once, if no time is given."""

    identity = forms.ModelChoiceField(
        Identity.objects.none(), required=False, label=gettext_lazy("From")
    )
    date = forms.DateField(required=False, label=gettext_lazy("Day"))
    time = forms.TimeField(required=False, label=gettext_lazy("Time"))
    zone = forms.CharField(
        required=False, label=gettext_lazy("Time zone"), validators=[validate_time_zone]
    )

    def __init__(self, launch: "Launch", data: Any = None) -> None:
        super().__init__(data, initial=self._initially(launch))
        self.launch = launch
        mine = launch.owner.identities.for_compose()
        self.fields["identity"].queryset = mine  # type: ignore[attr-defined]

    @staticmethod
    def _initially(launch: "Launch") -> dict[str, Any]:
        wall = launch.wall
        told = {"identity": launch.identity_id, "zone": launch.start_zone}
        if wall:
            told |= {"date": f"{wall.day:%Y-%m-%d}", "time": f"{wall.clock:%H:%M}"}
        return told

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        cleaned["zone"] = cleaned.get("zone") or self.launch.owner.time_zone
        day, clock = cleaned.get("date"), cleaned.get("time")
        if clock and not day and "date" not in self.errors:
            self.add_error("date", _("Choose a day as well."))
        if day and not clock and "time" not in self.errors:
            self.add_error("time", _("Choose a time as well."))
        if day and clock and "zone" not in self.errors:
            clock = clock.replace(second=0, microsecond=0)
            cleaned["wall"] = WallTime(day, clock, cleaned["zone"])
            self._judge(cleaned["wall"])
        return cleaned

    def _judge(self, wall: WallTime) -> None:
        now = timezone.now()
        if wall.instant <= now:
            here = {"now": f"{WallTime.of(now, wall.zone).clock:%H:%M}"}
            words = _("That is past: it is %(now)s there now. Choose a later time.")
            self.add_error("time", words % here)
        elif wall.instant > now + timedelta(days=366):
            self.add_error("date", _("That is more than a year away. Choose an earlier day."))

    def save(self) -> None:
        """Keep it in the draft, as far as it can be read."""
        told = self.cleaned_data
        self.launch.plan(
            told.get("identity"), None if self.errors else told.get("wall"), told["zone"]
        )

    @property
    def wall(self) -> WallTime | None:
        return self.cleaned_data.get("wall") if self.is_bound else self.launch.wall

    @property
    def presets(self) -> list[Preset]:
        return presets(self.launch.owner.time_zone)

    @property
    def zones(self) -> list[str]:
        """Every zone that can be chosen, by its IANA name."""
        return [zone for _region, places in time_zones.choices() for zone, _place in places]
