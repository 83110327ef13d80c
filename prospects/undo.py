"""How what was done with people is taken back; found at start-up."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Undo, UndoRefused

from . import consent
from .consent.changes import UNSUBSCRIBE
from .models import ConsentChange, Suppression

if TYPE_CHECKING:
    from accounts.models import User


@Undo.reverts(UNSUBSCRIBE)
def _subscribe_again(user: "User", before: Mapping[str, Any]) -> str:
    """Only what this user has just done; what was stopped by it is not sent by that."""
    mine = Suppression.objects.filter(pk__in=before["suppressions"], created_by=user)
    count = consent.release(mine, by=user, source=ConsentChange.Source.UNDO)
    if not count:
        raise UndoRefused(_("Somebody has changed that meanwhile."))
    return ngettext(
        "Undone: %(count)s person may be mailed again. Emails that were stopped stay in Failed.",
        "Undone: %(count)s people may be mailed again. Emails that were stopped stay in Failed.",
        count,
    ) % {"count": number_format(count, force_grouping=True)}
