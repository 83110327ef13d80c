"""Open pages of those whose emails a worker moves."""

import time

from accounts.changes import announce

# Pages look once a second; telling them more often costs and shows nothing.
TELL_SECONDS = 0.5


class Pages:
    """Open pages of those whose emails have moved: told at once, and then not at every email."""

    def __init__(self) -> None:
        self.owners: set[int] = set()
        self.told_at = 0.0

    def note(self, owner: int) -> None:
        self.owners.add(owner)
        if time.monotonic() - self.told_at > TELL_SECONDS:
            self.tell()

    def tell(self) -> None:
        """Let them know of what there is to know."""
        if self.owners:
            announce(*self.owners)
        self.owners.clear()
        self.told_at = time.monotonic()
