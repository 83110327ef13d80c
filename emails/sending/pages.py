"""Open pages of those whose emails a worker moves."""

import time
from collections import defaultdict
from typing import TYPE_CHECKING

from accounts.changes import announce

if TYPE_CHECKING:
    from ..models import Email

# Pages look once a second; telling them more often costs and shows nothing.
TELL_SECONDS = 0.5


class Pages:
    """Open pages of those whose emails have moved: told at once, and then not at every email."""

    def __init__(self) -> None:
        self.moved: dict[int, set[int]] = defaultdict(set)  # by owner
        self.told_at = 0.0

    def note(self, email: "Email") -> None:
        self.moved[email.owner_id].add(email.pk)
        if time.monotonic() - self.told_at > TELL_SECONDS:
            self.tell()

    def tell(self) -> None:
        """Let them know of what there is to know."""
        for owner, emails in self.moved.items():
            announce(owner, emails=emails)
        self.moved.clear()
        self.told_at = time.monotonic()
