"""Email addresses as people write them down."""

import re
from functools import lru_cache

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from email_validator import EmailNotValidError, validate_email

LONGEST = 320  # characters; none is valid beyond 254 (RFC 5321 4.5.3.1.3)
WITH_NAME = re.compile(r"[^<>]*<([^<>]+)>\s*")
PLAIN_LOCAL = re.compile(r"[A-Za-z0-9_+-]+(?:\.[A-Za-z0-9_+-]+)*")


def checked(text: str) -> str:
    """The address in `text`, its domain in lower case.

    Takes “mailto:anna@nordlys.example” and “Anna Ek <anna@nordlys.example>” too. Looks at the
    syntax alone (RFC 5321 4.1.2), nothing is looked up. Raises ValidationError with a sentence.
    """
    text = text.strip()
    if found := WITH_NAME.fullmatch(text):
        text = found[1].strip()
    text = text.removeprefix("mailto:")
    local, _at, domain = text.rpartition("@")
    try:
        # Of many people in a file most are at a domain that was looked at before.
        if len(local) <= 64 and PLAIN_LOCAL.fullmatch(local) and len(domain) < 180:
            return local + _normal(f"x@{domain}")[1:]
        return _normal(text[:LONGEST])
    except EmailNotValidError as error:
        raise ValidationError(
            _("“%(text)s” is not an email address."), code="address", params={"text": text[:254]}
        ) from error


@lru_cache(maxsize=4096)
def _normal(address: str) -> str:
    valid = validate_email(
        address,
        check_deliverability=False,
        # Most servers still refuse letters beyond ASCII before the @ (RFC 6531).
        allow_smtputf8=False,
        strict=True,
        test_environment=settings.DEBUG,
    )
    return valid.normalized


def looks_like_address(text: str) -> bool:
    """Whether `text` is meant as an address, right or wrong."""
    before, at, after = text.strip().rpartition("@")
    return bool(before and at and "." in after and " " not in after)
