"""How what was done with people in campaigns is taken back; found at start-up."""

from collections.abc import Callable, Collection, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from accounts.models import Undo

from .launching import undo as launching_undo  # noqa: F401
from .leaving import removing  # noqa: F401
from .models import Enrollment
from .pausing import pause_all, resume_all
from .succeeding import undone_for

if TYPE_CHECKING:
    from accounts.models import User

PAUSE = "campaigns.pause"
RESUME = "campaigns.resume"


def _at_once(verb: Callable[..., Collection[int]], user: "User", before: Mapping[str, Any]) -> str:
    """Those with whom it is still possible."""
    mine = Enrollment.objects.seen_by(user).of_ids(before["enrollments"])
    return undone_for(len(verb(mine, by=user)))


Undo.reverts(PAUSE)(partial(_at_once, resume_all))
Undo.reverts(RESUME)(partial(_at_once, pause_all))
