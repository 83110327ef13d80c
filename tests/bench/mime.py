"""How fast a message of 2.5 KB is built: ours beside plain formatting and Python's EmailMessage."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Any

from emails.sending.mime import Outgoing, build

HTML = "<p>Hej Åsa,</p>" + "<p>This paragraph says something about what we sell.</p>" * 26
TEXT = "Hej Åsa,\n\n" + "This paragraph says something about what we sell.\n\n" * 20
SUBJECT = "A quick question – about autumn"
DATE = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
SECONDS = 1.0
ROUNDS = 3


def measure() -> dict[str, Any]:
    """Messages a second on one thread, the best of three rounds of each kind in turn."""
    kinds = {"ours": _ours, "plain formatting": _plain, "EmailMessage": _standard}
    best = dict.fromkeys(kinds, 0.0)
    for _ in range(ROUNDS):
        for name, make in kinds.items():
            best[name] = max(best[name], _rate(make))
    return {
        "unit": "messages/s",
        "result": round(best["ours"]),
        "floor": round(best["plain formatting"]),
        "ratio": round(best["ours"] / best["plain formatting"], 3),
        "sizes": {
            "bytes": len(_ours(1)),
            "email_message_per_s": round(best["EmailMessage"]),
            "times_email_message": round(best["ours"] / best["EmailMessage"], 1),
        },
    }


def _rate(make: Callable[[int], bytes]) -> float:
    count, began = 0, time.perf_counter()
    while (taken := time.perf_counter() - began) < SECONDS / ROUNDS:
        for _ in range(50):
            make(count)
            count += 1
    return count / taken


def _ours(number: int) -> bytes:
    return build(
        Outgoing(
            from_name="Rita Ek",
            from_address="rita@example.com",
            to_name=f"Person {number}",
            to_address=f"person{number}@example.net",
            subject=SUBJECT,
            html=HTML,
            text=TEXT,
            message_id=f"<{number}@example.com>",
            date=DATE,
        )
    )


def _plain(number: int) -> bytes:
    """What no program can undercut: the same fields put together without any encoding."""
    return (
        f"From: Rita Ek <rita@example.com>\r\nTo: Person {number} <person{number}@example.net>\r\n"
        f"Subject: {SUBJECT}\r\nDate: {format_datetime(DATE)}\r\n"
        f"Message-ID: <{number}@example.com>\r\nMIME-Version: 1.0\r\n"
        "Content-Type: multipart/alternative; boundary=x\r\n\r\n--x\r\n"
        f"Content-Type: text/plain; charset=utf-8\r\n\r\n{TEXT}\r\n--x\r\n"
        f"Content-Type: text/html; charset=utf-8\r\n\r\n{HTML}\r\n--x--\r\n"
    ).encode()


def _standard(number: int) -> bytes:
    message = EmailMessage(policy=SMTP)
    message["From"] = "Rita Ek <rita@example.com>"
    message["To"] = f"Person {number} <person{number}@example.net>"
    message["Subject"] = SUBJECT
    message["Date"] = DATE
    message["Message-ID"] = f"<{number}@example.com>"
    message.set_content(TEXT)
    message.add_alternative(HTML, subtype="html")
    return message.as_bytes()
