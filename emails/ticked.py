"""Which emails the bar of ticked emails is about, for every action in it, those of higher layers too.

Its form posts `email` for each ticked row, or `all=yes` for all that the list holds. Only lists of a
higher layer offer that, which says in EVERY what is meant.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from accounts.requests import SignedInRequest
from ui.ids import ids_in

if TYPE_CHECKING:
    from .models.querysets import EmailQuerySet

# More rows than a page holds are never ticked.
MOST_TICKED = 500
# Of all that a list holds, the emails that whoever asks may do something with.
EVERY: "list[Callable[[SignedInRequest], EmailQuerySet]]" = []


def ticked(request: SignedInRequest) -> list[int]:
    """The ids of the ticked rows."""
    return ids_in(request.POST.getlist("email")[:MOST_TICKED])


def meant(request: SignedInRequest) -> "EmailQuerySet":
    """The emails of the user that were ticked, or all of the list."""
    if request.POST.get("all") == "yes" and EVERY:
        [every] = EVERY
        return every(request)
    return request.user.emails.present().of_ids(ticked(request))
