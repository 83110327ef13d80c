"""What a higher app has to say of emails that are part of something of its own.

It names the column that ties an email to it, and registers its words once:

    @keeper("campaign")
    class OfCampaign(Keeper): ...
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .email import Email
    from .vocabulary import Cause


class Keeper:
    """By itself it has nothing against anything, and nothing to add."""

    def objection(self, email: "Email", cause: "Cause") -> str:
        """Why a person may not do this with `email`, in a sentence; "" if they may."""
        return ""

    def held(self, email: "Email") -> str:
        """Why `email`, which is on hold, does not go."""
        return ""

    def waits(self, email: "Email", when: str) -> str:
        """What `email` waits for; `when` says in words when it goes."""
        return ""


_KEEPERS: dict[str, Keeper] = {}


def keeper(column: str) -> Callable[[type[Keeper]], type[Keeper]]:
    """Register a Keeper of the emails that have something in `column`."""

    def register(kind: type[Keeper]) -> type[Keeper]:
        _KEEPERS[column] = kind()
        return kind

    return register


def keeper_of(email: "Email") -> Keeper:
    found = (each for column, each in _KEEPERS.items() if getattr(email, f"{column}_id"))
    return next(found, Keeper())
