"""Following up: a new email to somebody whom an earlier one has reached."""

import re
from typing import Any

from .fields.quoting import quoted, without_codes
from .models import Email

# “Re:” as mail programs write it, in Swedish, Danish and German too.
_AGAIN = re.compile(r"\s*(?:re|sv|vs|aw)\s*(?:\[\d+\])?\s*:\s*", re.IGNORECASE)
# An empty line to write on, above what is quoted.
_ROOM = "<div><br></div><div><br></div>"


def follow_up_of(email: Email) -> dict[str, Any]:
    """What stands in the window that follows `email` up: the same recipient and sender, a subject
    that says so once, and what was really sent below. Nothing of it is a field any more."""
    said = without_codes(quoted(email))
    return {
        "identity": email.identity_id,
        "to": f"{email.to_name} <{email.to_address}>" if email.to_name else email.to_address,
        "subject": without_codes(again(email.subject)),
        "html": f"{_ROOM}{said}" if said else "",
    }


def again(subject: str) -> str:
    """The subject of a follow-up: “Re: …”, once."""
    words = subject
    while found := _AGAIN.match(words):
        words = words[found.end() :]
    return f"Re: {words}"[:500]
