"""The environment read strictly: a bad value stops the start with one clear sentence."""

import os
from ipaddress import ip_network
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured


def text(name: str, default: str | None = None) -> str:
    """The value of `name`, else `default`; without a default it must be set.

    Empty means not set, here and below: compose files pass on what is not there as empty.
    """
    value = os.environ.get(name) or default
    if value is None:
        raise ImproperlyConfigured(f"{name} must be set.")
    return value


def words(name: str, default: str = "") -> list[str]:
    """A list separated by commas or white space, empty items left out."""
    return text(name, default).replace(",", " ").split()


def flag(name: str, default: bool) -> bool:
    """yes/no, true/false, on/off or 1/0."""
    value = (os.environ.get(name) or ("yes" if default else "no")).strip().lower()
    if value in {"1", "yes", "true", "on"}:
        return True
    if value in {"0", "no", "false", "off"}:
        return False
    raise ImproperlyConfigured(f"{name} must be yes or no, not “{value}”.")


def number(name: str, default: int, *, least: int = 0) -> int:
    """A whole number, not below `least`."""
    value = os.environ.get(name) or str(default)
    if not value.strip().isdigit() or int(value) < least:
        raise ImproperlyConfigured(f"{name} must be a whole number from {least} up, not “{value}”.")
    return int(value)


def choice(name: str, default: str, allowed: set[str]) -> str:
    """One of a few words."""
    value = text(name, default)
    if value not in allowed:
        raise ImproperlyConfigured(
            f"{name} must be one of {', '.join(sorted(allowed))}, not “{value}”."
        )
    return value


def networks(name: str) -> list[str]:
    """Addresses or networks such as 10.0.0.0/8 and ::1, separated like `words`."""
    found = words(name)
    for each in found:
        try:
            ip_network(each)
        except ValueError:
            raise ImproperlyConfigured(
                f"{name} must be networks like 10.0.0.0/8, not “{each}”."
            ) from None
    return found


def origin(name: str, default: str) -> str:
    """An http(s) origin such as https://mail.example, without a path and without a final slash."""
    value = text(name, default).rstrip("/")
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path:
        raise ImproperlyConfigured(
            f"{name} must be an address like https://mail.example, not “{value}”."
        )
    return value


def database(url: str) -> dict[str, Any]:
    """Django's settings for postgresql://user:password@host:port/name?option=value.

    A socket folder is given as ?host=/folder.
    """
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"} or not parts.path.strip("/"):
        raise ImproperlyConfigured(
            "DATABASE_URL must look like postgresql://user:password@host:5432/name."
        )
    options: dict[str, Any] = dict(parse_qsl(parts.query))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.strip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": options.pop("host", parts.hostname or ""),
        "PORT": options.pop("port", parts.port or ""),
        "OPTIONS": options,
    }
