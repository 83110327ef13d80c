"""Addresses as they travel: in headers and in SMTP commands."""

import re
from functools import lru_cache

import idna

ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
DOT_ATOM = re.compile(rf"{ATOM}(?:\.{ATOM})*")
HOST = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_])?|\[[A-Za-z0-9.:]+\]")
UNSAFE = re.compile(r"[\x00-\x20\x7f-\xa0<>\u2028\u2029\\\"]")


class BadAddress(ValueError):
    """An address that cannot be put on the wire; the words say why."""


@lru_cache(maxsize=8192)
def wired(address: str, *, utf8: bool = False) -> str:
    """The address as RFC 5321 (4.1.2) wants it: the domain as A-labels (RFC 5891), an odd local part quoted.

    A local part beyond ASCII needs SMTPUTF8 (RFC 6531) and is refused unless `utf8` allows it.
    Raises BadAddress for that, and for whatever could end a line, a header or a command early.
    """
    local, at, domain = address.rpartition("@")
    if not (at and local and domain):
        raise BadAddress(f"{address!r} is not an address")
    if UNSAFE.search(address):
        raise BadAddress(f"{address!r} contains characters that no address may contain")
    if not local.isascii():
        if not utf8:
            raise BadAddress(
                f"the part before the @ of {address!r} is not ASCII; that needs SMTPUTF8"
            )
    elif not DOT_ATOM.fullmatch(local):
        local = f'"{local}"'
    if len(local.encode()) > 64 + 2:
        raise BadAddress(f"the part before the @ of {address!r} is too long")
    return f"{local}@{_host(domain, address)}"


def _host(domain: str, address: str) -> str:
    if not domain.isascii():
        try:
            domain = idna.encode(domain, uts46=True).decode()
        except idna.IDNAError as error:
            raise BadAddress(f"the domain of {address!r} is not a valid name: {error}") from None
    if len(domain) > 255 or not HOST.fullmatch(domain) or ".." in domain:
        raise BadAddress(f"the domain of {address!r} is not a valid name")
    return domain
