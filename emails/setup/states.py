"""How a channel or an identity is doing, in a few words."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from ..models import Channel, Identity
from .connecting import told


@dataclass(frozen=True)
class State:
    """A worded tag with its tone, and a sentence about it."""

    label: str
    tone: str
    sentence: str = ""


def of_channel(channel: Channel) -> State:
    """What a channel does now, and why."""
    if channel.paused:
        return State(_("paused"), "warn", _("Its emails wait until somebody resumes it."))
    if channel.is_held:
        return State(_("rests"), "warn", told(channel))
    if channel.reason and not channel.connected_at:
        return State(_("does not connect"), "bad", told(channel))
    if channel.reason:
        return State(_("tries again"), "warn", told(channel))
    if channel.connected_at:
        return State(_("works"), "ok")
    return State(_("not tested yet"), "")


def of_identity(identity: Identity) -> State:
    """Whether an identity can be used, and what it waits for."""
    if not identity.is_verified:
        return State(
            _("waits for confirmation"),
            "warn",
            _("A link was mailed to the address; it can be used once somebody has followed it."),
        )
    if identity.channel is None:
        return State(_("no channel"), "warn", _("Choose the channel that its emails go through."))
    return State(_("verified"), "ok")
