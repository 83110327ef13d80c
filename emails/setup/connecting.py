"""Trying a channel for real, and what a failure says about which field."""

from django.utils.translation import gettext as _

from ..models import Channel
from ..sending.answers import ChannelFault, Fault
from ..sending.smtp import Server, connect_test

# A page waits for it.
SECONDS = 15.0

# Beside which field of the form a fault is told; the others stand above the form.
FIELD_OF: dict[str, str] = {
    Fault.RESOLVE: "host",
    Fault.INSIDE: "host",
    Fault.UNREACHABLE: "host",
    Fault.TIMEOUT: "host",
    Fault.UNWELCOME: "host",
    Fault.CERTIFICATE: "host",
    Fault.REFUSED: "port",
    Fault.NOT_SMTP: "port",
    Fault.NO_GREETING: "security",
    Fault.NO_STARTTLS: "security",
    Fault.TLS: "security",
    Fault.TLS_NEEDED: "security",
    Fault.NO_SIGN_IN: "username",
    Fault.SIGN_IN_NEEDED: "username",
    Fault.SIGN_IN_LATER: "username",
    Fault.SIGN_IN: "password",
}
# No server has spoken then: the words are those of the machine that this runs on.
UNSPOKEN = {
    f"channel_{fault}"
    for fault in (Fault.RESOLVE, Fault.INSIDE, Fault.UNREACHABLE, Fault.TIMEOUT, Fault.REFUSED)
}


def connect(channel: Channel) -> bool:
    """Connect, encrypt and sign in with what is stored; the channel remembers how that went."""
    try:
        connect_test(Server.of(channel), seconds=SECONDS)
    except ChannelFault as fault:
        channel.did_not_connect(f"channel_{fault.kind}", fault.words)
        return False
    channel.connected()
    return True


def field_of(reason: str) -> str | None:
    """The field that a channel's stored reason is about; None for the form as a whole."""
    return FIELD_OF.get(reason.removeprefix("channel_"))


def told(channel: Channel) -> str:
    """What is wrong with a channel, in a sentence, with the server's own words behind it."""
    from ..reasons import word

    sentence = word(channel.reason).sentence
    if not channel.server_words or channel.reason in UNSPOKEN:
        return sentence
    return _("%(sentence)s The server said: “%(words)s”") % {
        "sentence": sentence,
        "words": channel.server_words,
    }
