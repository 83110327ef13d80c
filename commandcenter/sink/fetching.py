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
    if not address.startswith(f"{settings.TRACKING_URL}/t/"):
        raise ValueError(f"{address} is not on the tracking host")
    parts = urlsplit(address)
    secure = parts.scheme == "https"
    kind = http.client.HTTPSConnection if secure else http.client.HTTPConnection
    connection = kind(parts.netloc, timeout=SECONDS)
    try:
        connection.request("GET", parts.path, headers={"User-Agent": user_agent})
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
