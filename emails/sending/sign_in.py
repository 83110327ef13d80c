"""Signing in to an SMTP server (RFC 4954), in UTF-8 and with one try."""

import base64
import binascii
import hmac

from .answers import ChannelFault, Fault, Reply, Stage
from .wire import Wire

# "This way to sign in does not go", as opposed to "these credentials are wrong" (RFC 4954, 6).
WAY_REFUSED = {500, 501, 502, 503, 504, 534}


def sign_in(wire: Wire, username: str, password: str) -> None:
    """Sign in, in the plainest way that the server offers: what protects a password is TLS.

    Raises ChannelFault, and what the wire raises. smtplib's own login() tries every way with a wrong
    password, which locks accounts, and knows ASCII only.
    """
    offered = wire.esmtp_features.get("auth", "").upper().split()
    ways = {"PLAIN": _plain, "LOGIN": _login, "CRAM-MD5": _cram_md5}
    reply = Reply()
    for name in [name for name in ways if name in offered]:
        reply = Reply.read(*ways[name](wire, username, password))
        if reply.code == 235:
            return
        if reply.code not in WAY_REFUSED:
            break
    raise ChannelFault.said(_fault(reply), Stage.SIGN_IN, reply)


def _plain(wire: Wire, username: str, password: str) -> tuple[int, bytes]:
    """RFC 4616."""
    secret = _base64(f"\0{username}\0{password}")
    return wire.docmd("AUTH", f"PLAIN {secret}")


def _login(wire: Wire, username: str, password: str) -> tuple[int, bytes]:
    answer = wire.docmd("AUTH", "LOGIN")
    for secret in (username, password):
        if answer[0] == 334:
            answer = wire.docmd(_base64(secret))
    return answer


def _cram_md5(wire: Wire, username: str, password: str) -> tuple[int, bytes]:
    """RFC 2195."""
    code, challenge = wire.docmd("AUTH", "CRAM-MD5")
    if code != 334:
        return code, challenge
    try:
        asked = base64.b64decode(challenge)
    except binascii.Error:
        return 501, challenge
    digest = hmac.new(password.encode(), asked, "md5").hexdigest()
    return wire.docmd(_base64(f"{username} {digest}"))


def _fault(reply: Reply) -> Fault:
    words = reply.words.lower()
    asks_for_tls = "tls" in words or "encrypt" in words
    if reply.code == 538 or (reply.code in {530, *WAY_REFUSED} and asks_for_tls):
        return Fault.TLS_NEEDED
    if not reply.code or reply.code in WAY_REFUSED - {534}:
        return Fault.NO_SIGN_IN
    return Fault.SIGN_IN if reply.code >= 500 else Fault.SIGN_IN_LATER


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()
