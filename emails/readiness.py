"""“Before it goes”: what the compose window says about an email while it is being written."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from . import recipients
from .fields import scanning
from .models import Email, Identity
from .unfilled import unfilled
from .wall_time import WallTime

if TYPE_CHECKING:
    from accounts.models import User

    from .forms import ComposeForm


@dataclass(frozen=True)
class Check:
    """One line: `state` is "ok", "warn" or "bad"; `mend` is where it can be mended."""

    state: str
    text: str
    detail: str = ""
    mend: str = ""

    @property
    def mend_words(self) -> str:
        """Words for the link to where it can be mended."""
        in_settings = self.mend.startswith(("/settings/", "/accounts/"))
        return _("Mend it in the settings") if in_settings else _("Fill it in")

    @property
    def icon(self) -> str:
        return {"ok": "check", "warn": "circle-alert", "bad": "ban"}[self.state]


def missing_in(identity: Identity | None) -> str:
    """What keeps `identity` from sending, in one sentence; "" if nothing does."""
    if identity is None:
        return _("Choose whom it comes from; senders are set up in the settings.")
    if not identity.is_verified:
        return _("%(address)s is not verified yet: follow the link that was mailed to it.") % {
            "address": identity.address
        }
    if identity.channel is None:
        return _("%(address)s has no channel to send through; choose one in the settings.") % {
            "address": identity.address
        }
    return ""


def undo_seconds(user: "User") -> int:
    """How many seconds after “Send now” `user` can still undo it."""
    own = user.undo_seconds
    return settings.SENDING["UNDO_SECONDS"] if own is None else own


def on_its_way(email: Email) -> str:
    """What has been brought about by sending or scheduling `email`, in one sentence."""
    values = {"who": email.recipient, "seconds": undo_seconds(email.owner), "when": ""}
    if not email.at_once:
        wall = WallTime.written(email.send_wall, email.send_zone)
        values["when"] = wall.spoken(email.owner.time_zone)
        return _("Email to %(who)s scheduled for %(when)s.") % values
    if not values["seconds"]:
        return _("Email to %(who)s is going out.") % values
    return _("Email to %(who)s goes out in %(seconds)s s.") % values


def checks(form: "ComposeForm") -> list[Check]:
    """What can be said of the email in `form` now, worst things where they belong."""
    told = [
        _of_sender(form),
        *_of_recipients(form),
        *_of_fields(form),
        _of_text(form),
        *_of_size(form),
    ]
    return [check for check in told if check]


def _of_recipients(form: "ComposeForm") -> list[Check]:
    if not form.recipient:
        return [Check("warn", _("No recipient yet"))]
    copies = form.copies
    refused = recipients.refusals([form.recipient.address, *copies], form.user)
    if refused:
        return [Check("bad", words) for words in refused.values()]
    fine = _("not unsubscribed, not blocked")
    if copies:
        count = 1 + len(copies)
        words = ngettext("%(count)s can be mailed", "All %(count)s can be mailed", count)
        return [Check("ok", words % {"count": count}, fine)]
    name = form.recipient_name
    return [Check("ok", _("%(name)s can be mailed") % {"name": name}, fine)]


def _of_fields(form: "ComposeForm") -> list[Check]:
    """What keeps its fields from being filled in; before there is a recipient, only what is wrong
    whoever it is."""
    if not scanning.has_codes(form.title + form.body, html=True):
        return []
    said, about = form.resolved, form.about
    found = [*unfilled(said.subject, about), *unfilled(said.body, about)]
    if not form.recipient:
        wrong = said.subject.problem or said.body.problem
        return [Check("bad", capfirst(f"{wrong}."))] if wrong else []
    if found:
        distinct = {each.short: each for each in found}.values()
        return [Check("bad", each.short, mend=each.mend) for each in distinct]
    return [Check("ok", _("Every field is filled in"))]


def _of_sender(form: "ComposeForm") -> Check:
    identity = form.chosen_identity
    missing = missing_in(identity)
    if missing or identity is None or identity.channel is None:
        return Check("bad", missing, mend=reverse("setup:identities"))
    channel = identity.channel
    if not channel.is_open:
        return Check(
            "warn",
            _("“%(channel)s” rests at the moment") % {"channel": channel},
            _("it waits until that is over"),
            mend=reverse("setup:channels"),
        )
    return Check("ok", _("Sent through %(channel)s") % {"channel": channel})


def _of_text(form: "ComposeForm") -> Check:
    if not form.body:
        return Check("warn", _("No text yet"))
    if not form.links:
        return Check("ok", _("No links"), _("views are counted"))
    count = form.links
    words = ngettext("%(count)s link tracked", "%(count)s links tracked", count)
    return Check("ok", words % {"count": count})


def _of_size(form: "ComposeForm") -> list[Check]:
    sizes = []
    if (size := len(form.body.encode())) > form.body_limit:
        told = {"size": filesizeformat(size), "limit": filesizeformat(form.body_limit)}
        sizes = [Check("bad", _("%(size)s of text and pictures; %(limit)s can be sent") % told)]
    if not form.attached:
        return sizes
    return [
        *sizes,
        Check(
            "bad" if form.size > form.limit else "ok",
            _("%(size)s attached") % {"size": filesizeformat(form.size)},
            _("of %(limit)s at most") % {"limit": filesizeformat(form.limit)},
        ),
    ]
