"""How what was done with people in campaigns is taken back; found at start-up."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Undo, UndoRefused

from .launching import undo as launching_undo  # noqa: F401
from .leaving import removing  # noqa: F401
from .models import Enrollment, EnrollmentRefused

if TYPE_CHECKING:
    from accounts.models import User

PAUSE = "campaigns.pause"
RESUME = "campaigns.resume"
SUCCEED = "campaigns.succeed"


def _each(verb: Callable[..., None], user: "User", before: Mapping[str, Any]) -> str:
    """Those with whom it is still possible."""
    done = 0
    for enrollment in Enrollment.objects.seen_by(user).of_ids(before["enrollments"]):
        try:
            verb(enrollment, by=user)
        except EnrollmentRefused:
            continue
        done += 1
    return _said(done)


def _said(done: int) -> str:
    if not done:
        raise UndoRefused(_("Something has changed meanwhile, so this cannot be undone any more."))
    words = ngettext("Undone for %(count)s person.", "Undone for %(count)s people.", done)
    return words % {"count": done}


Undo.reverts(PAUSE)(partial(_each, Enrollment.resume))
Undo.reverts(RESUME)(partial(_each, Enrollment.pause))


@Undo.reverts(SUCCEED)
def _no_success(user: "User", before: Mapping[str, Any]) -> str:
    mine = Enrollment.objects.seen_by(user).of_ids(before["enrollments"])
    return _said(mine.unmark_success())
