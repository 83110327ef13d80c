"""What a call opens: the telephone of the device, or the dialler that the organisation uses."""

import re
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from accounts.models import User

PLACE = "{number}"
SCHEME = re.compile(r"[a-z][a-z0-9+.-]*", re.IGNORECASE)
# A browser runs these, or shows what they hold, instead of calling anybody.
NEVER = {"javascript", "data", "vbscript", "file", "blob", "about", "view-source"}
EXTENSION = re.compile(r"(?:ext\.?|x|#|ankn\.?|anknytning)\s*(\d{1,6})\s*$", re.IGNORECASE)


def number(phone: str) -> str:
    """A telephone number as machines dial it: digits with “+” in front where the country is
    known, “;ext=” behind (RFC 3966). "" if there is nothing to dial."""
    phone = phone.strip()
    extension = EXTENSION.search(phone)
    if extension:
        phone = phone[: extension.start()]
    plus = phone.startswith(("+", "(+", "00"))
    # In “+46 (0)70” the 0 is for those who call within the country.
    if plus:
        phone = re.sub(r"\(0\)", "", phone)
    digits = "".join(str(int(letter)) for letter in phone if letter.isdecimal())
    digits = digits[2:] if phone.startswith("00") else digits
    if len(digits) < 3:
        return ""
    return f"{'+' if plus else ''}{digits}" + (f";ext={extension[1]}" if extension else "")


def dial(user: "User", phone: str) -> str:
    """The address that calls `phone`; "" if that is no number."""
    dialled = number(phone)
    if not dialled:
        return ""
    pattern = user.organisation.call_address
    if not pattern:
        return f"tel:{dialled}"
    return pattern.replace(PLACE, quote(dialled, safe=""))


def is_page(address: str) -> bool:
    """Whether it is a page to open beside ours, and no other program."""
    return address.startswith(("https:", "http:"))


def checked_pattern(text: str) -> str:
    """A dialler's address as an admin writes it. Raises ValidationError."""
    text = text.strip()
    if not text:
        return ""
    scheme, sign, rest = text.partition(":")
    if not sign or not SCHEME.fullmatch(scheme) or not rest or re.search(r"\s", text):
        raise ValidationError(_("Write a whole address, such as https://dial.example/?n={number}."))
    if scheme.lower() in NEVER:
        raise ValidationError(
            _("An address that begins with “%(scheme)s:” calls nobody.") % {"scheme": scheme}
        )
    if text.count(PLACE) != 1 or "{" in text.replace(PLACE, "") or "}" in text.replace(PLACE, ""):
        raise ValidationError(_("Put {number} once where the number belongs, and no other braces."))
    if scheme.lower() in {"http", "https"}:
        _judge_host(text)
    return text


def _judge_host(text: str) -> None:
    try:
        host = urlsplit(text).hostname or ""
    except ValueError:
        host = ""
    if not host or (PLACE.strip("{}") in host and "{" in text.split("/")[2]):
        raise ValidationError(_("The number belongs behind the server's name, not into it."))
