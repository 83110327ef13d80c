"""What the compose window shows of its form, whether it was just opened or has been typed in."""

import re
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.functional import cached_property
from django.utils.html import linebreaks, urlize
from django.utils.safestring import SafeString, mark_safe

from accounts import time_zones
from prospects.models import Person
from ui.ids import id_in

from .. import recipients
from ..fields import About, Group, Listed, Values, listed
from ..fields.language import FILTERS
from ..models import Identity, TemplateVersion
from ..resolving import Resolved, footer_below, resolve, signature_below
from ..sending.html import clean, text_of
from ..unfilled import Unfilled, unfilled
from ..wall_time import Preset, WallTime, presets
from .files import MEGABYTE

if TYPE_CHECKING:
    from accounts.models import User
    from tasks.models import Task

SHOWS_SOMETHING = re.compile(r"<(?:img|table|hr)\b")
LINK = re.compile(r"<a\s[^>]*?href=\"(https?://[^\"]+)\"")


def is_blank(html: str) -> bool:
    """Whether a reader would see nothing."""
    return not SHOWS_SOMETHING.search(html) and not text_of(html).strip("\n\u200b\xa0 ")


def from_text(text: str) -> str:
    """Plain text as HTML: its paragraphs, its lines, its addresses as links."""
    return clean(linebreaks(urlize(text.strip("\n"), autoescape=True))) if text.strip() else ""


class Shown(forms.Form):
    """The part of ComposeForm that its templates ask."""

    user: "User"
    read: dict[str, Any]  # what could be read of the fields, right or wrong

    @classmethod
    def initially(cls, user: "User", typed: dict[str, Any]) -> dict[str, Any]:
        """What stands in the fields of a window that opens with `typed`: clean, and whole."""
        default = user.identities.for_compose().first()
        told = {"identity": default.pk if default else None, "zone": user.time_zone}
        told |= {name: value for name, value in typed.items() if value or name == "html"}
        html = clean(str(told.get("html") or ""))
        return told | {"html": "" if is_blank(html) else html}

    @property
    def recipient(self) -> recipients.Recipient | None:
        """To, if it can be read."""
        if self.is_bound:
            return self.read.get("to") or None
        try:
            return recipients.one(self.initial.get("to") or "")
        except ValidationError:
            return None

    @cached_property
    def person(self) -> Person | None:
        """Who To is, if it is one of the people whom the user may see."""
        if not self.recipient:
            return None
        return Person.seen_by(self.user).with_address(self.recipient.address).first()

    def look_as(self, typed: str) -> None:
        """Let the email be about somebody else, named by `typed`, to look at it."""
        try:
            self.read["to"] = recipients.one(typed) if typed else self.recipient
        except ValidationError:
            return
        for name in ("person", "resolved"):
            self.__dict__.pop(name, None)

    @property
    def known_fields(self) -> list[tuple[Group, list[Listed]]]:
        """Every field that can be used."""
        return listed()

    @property
    def filled_fields(self) -> list[tuple[Group, list[Listed]]]:
        """Every field that can be used, with its value for the recipient."""
        return listed(Values(self.about) if self.recipient else None)

    @property
    def filters(self) -> list[tuple[str, Any]]:
        """What can be done with a field."""
        return list(FILTERS.items())

    @property
    def recipient_name(self) -> str:
        """To by the name that was typed, else by the person's, else by the address."""
        assert self.recipient is not None
        return self.recipient.name or (self.person.name if self.person else self.recipient.address)

    @property
    def chosen_identity(self) -> Identity | None:
        """Whom it comes from."""
        if self.is_bound:
            return self.read.get("identity")
        return (
            self.user.identities.for_compose().filter(pk=self.initial.get("identity") or 0).first()
        )

    @cached_property
    def template_version(self) -> TemplateVersion | None:
        """What was put in from a template last. Not worth a word if it is out of reach by now."""
        return TemplateVersion.of_ticket(self.user, self.template_ticket)

    @property
    def template_ticket(self) -> str:
        """As it stands in the window's hidden field."""
        return str((self.data if self.is_bound else self.initial).get("template") or "")

    @cached_property
    def task(self) -> "Task | None":
        """What the email is written for, if it is one of the user's own tasks."""
        told = id_in(str((self.data if self.is_bound else self.initial).get("task") or ""))
        return self.user.tasks.present().of_ids([told]).first() if told else None

    @property
    def copies(self) -> list[str]:
        """Cc and Bcc, as far as they can be read."""
        if self.is_bound:
            return [*(self.read.get("cc") or []), *(self.read.get("bcc") or [])]
        told = [self.initial.get(name) or "" for name in ("cc", "bcc")]
        try:
            return recipients.several(", ".join(told))
        except ValidationError:
            return []

    @property
    def wall(self) -> WallTime | None:
        """The time that is chosen, if a whole one is."""
        if self.is_bound:
            return self.read.get("wall")
        day, clock, zone = (self.initial.get(name, "") for name in ("date", "time", "zone"))
        try:
            ZoneInfo(zone)
            return WallTime.written(f"{day}T{clock}", zone)
        except (ValueError, KeyError):
            return None

    @property
    def body(self) -> str:
        """The body, clean."""
        if self.is_bound:
            return self.read.get("html", "")
        return self.initial.get("html") or ""

    @property
    def title(self) -> str:
        """The subject as it was written."""
        if self.is_bound:
            return str(self.read.get("subject") or "")
        return str(self.initial.get("subject") or "")

    @property
    def about(self) -> About:
        """Whom and what the email is about, as far as it can be read."""
        to = self.recipient or recipients.Recipient("")
        return About(self.user, self.chosen_identity, self.person, to.address, to.name)

    @cached_property
    def resolved(self) -> Resolved:
        """Subject and body as the recipient is to read them."""
        return resolve(self.about, self.title, self.body)

    @property
    def unfilled(self) -> list[Unfilled]:
        """What keeps it from going, of its fields."""
        said = self.resolved
        return [*unfilled(said.subject, self.about), *unfilled(said.body, self.about)]

    @property
    def marked_subject(self) -> SafeString:
        """The subject as far as it can be filled in, what is missing marked."""
        return self.resolved.subject.marked

    @property
    def signature(self) -> SafeString:
        """The signature that is added below the text."""
        return mark_safe(signature_below(self.chosen_identity, self.body))  # noqa: S308 - clean

    @property
    def footer(self) -> str:
        """The way to unsubscribe as it will stand below the body, if it is added there."""
        return footer_below(self.user, self.body)

    @property
    def body_as_text(self) -> str:
        return text_of(self.body).rstrip("\n")

    @property
    def links(self) -> int:
        """How many different places it links to."""
        return len(set(LINK.findall(self.body)))

    @property
    def refused_recipient(self) -> str:
        """Why To must not be mailed, or ""."""
        if not self.recipient:
            return ""
        return recipients.refusals([self.recipient.address], self.user).get(
            self.recipient.address, ""
        )

    @property
    def spoken_time(self) -> str:
        """When it goes, for the main button; "" if it goes at once."""
        wrong = {"date", "time", "zone"} & self.errors.keys()
        return self.wall.spoken(self.user.time_zone) if self.wall and not wrong else ""

    @property
    def body_limit(self) -> int:
        """How many bytes the body may have."""
        return settings.LIMITS["BODY_MB"] * MEGABYTE

    @property
    def presets(self) -> list[Preset]:
        return presets(self.user.time_zone)

    @property
    def zones(self) -> list[str]:
        """Every zone that can be chosen, by its IANA name."""
        return [zone for _region, places in time_zones.choices() for zone, _place in places]
