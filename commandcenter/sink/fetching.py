"""Asking the tracking host in the recipient's name: with their program's name, without any cookie."""

import http.client
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings

SECONDS = 10
MOST = 1_000_000  # bytes of a picture


@dataclass(frozen=True)
class Fetched:
    """What the tracking host answered; status 0 if it did not."""

    status: int
    location: str = ""
    content_type: str = ""
    content: bytes = b""


def fetch(address: str, *, user_agent: str) -> Fetched:
    """GET `address` once, following no redirect. Raises ValueError unless it is tracking's."""
    return _ask(address, "/t/", "GET", {"User-Agent": user_agent})


def one_click(address: str) -> Fetched:
    """Unsubscribe at `address` as a mail provider does for its user (RFC 8058, 3.2). Raises
    ValueError unless it is our own."""
    headers = {
        "User-Agent": "SinkMail/1.0",
        "Content-Type": "application/x-www-form-urlencoded",
    }
    return _ask(address, "/u/", "POST", headers, b"List-Unsubscribe=One-Click")


def _ask(
    address: str, within: str, method: str, headers: dict[str, str], body: bytes | None = None
) -> Fetched:
    if not address.startswith(f"{settings.TRACKING_URL}{within}"):
        raise ValueError(f"{address} is not on the tracking host")
    parts = urlsplit(address)
    secure = parts.scheme == "https"
    kind = http.client.HTTPSConnection if secure else http.client.HTTPConnection
    connection = kind(parts.netloc, timeout=SECONDS)
    try:
        connection.request(method, parts.path, body, headers)
        answer = connection.getresponse()
        return Fetched(
            answer.status,
            answer.headers.get("Location", ""),
            answer.headers.get("Content-Type", ""),
            answer.read(MOST),
        )
    except (OSError, http.client.HTTPException):
        return Fetched(0)
    finally:
        connection.close()
