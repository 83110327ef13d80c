"""Short signed names for what an email carries out into the world and brings back.

A token names an email and a number (of a link, or of an attempt) and is signed with the newest
of TRACKING_KEYS; any of them verifies. Its use is part of what is signed, so that a pixel's
token is no link's. Whatever was forged reads as None and is looked up nowhere.
"""

import base64
import binascii
import enum
import hashlib
import hmac
import struct
from typing import NamedTuple

from django.conf import settings

_LAYOUT = struct.Struct(">BQH")  # use, email id, number
_SIGNATURE = 12  # bytes of the HMAC that travel: 96 bits


class Use(enum.IntEnum):
    OPEN = 1
    CLICK = 2
    RETURN = 3  # header, ENVID and return path of one attempt
    OWN = 4  # a browser of the user whose id stands in place of the email's
    UNSUBSCRIBE = 5


class Token(NamedTuple):
    use: Use
    email_id: int
    number: int


def _sign(payload: bytes, key: str) -> bytes:
    secret = hashlib.sha256(b"tracking:" + key.encode()).digest()
    return hmac.digest(secret, payload, "sha256")[:_SIGNATURE]


def make(use: Use, email_id: int, number: int = 0) -> str:
    """The token as it stands in URLs and headers: 31 characters of A-Z a-z 0-9 - _."""
    payload = _LAYOUT.pack(use, email_id, number)
    signed = payload + _sign(payload, settings.TRACKING_KEYS[0])
    return base64.urlsafe_b64encode(signed).rstrip(b"=").decode()


def read(text: str, use: Use) -> Token | None:
    """What `text` names, or None if we did not sign it for this use."""
    try:
        signed = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    payload, signature = signed[: _LAYOUT.size], signed[_LAYOUT.size :]
    if len(signed) != _LAYOUT.size + _SIGNATURE or payload[0] != use:
        return None
    # Every key is tried, so that the time taken does not tell which one matched.
    valid = [hmac.compare_digest(signature, _sign(payload, key)) for key in settings.TRACKING_KEYS]
    return Token(use, *_LAYOUT.unpack(payload)[1:]) if any(valid) else None
