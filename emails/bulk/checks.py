"""“Before it goes” for a bulk email: what its window says beside it while it is being written."""

from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from prospects.models import Suppression
from ui.templatetags.ui import grouped

from ..readiness import Check, of_fields, of_sender, of_size, of_text
from .tally import recipients_in_words

if TYPE_CHECKING:
    from ..forms import BulkForm
    from ..models import BulkSend


def bulk_checks(form: "BulkForm") -> list[Check]:
    """What can be said of the bulk email in `form` now; who will not get it is found at the
    review, for it takes a look at everybody."""
    told = [
        of_sender(form),
        *_of_recipients(form.bulk),
        *of_fields(form),
        of_text(form),
        *of_size(form),
    ]
    return [check for check in told if check]


def _of_recipients(bulk: "BulkSend") -> list[Check]:
    count = bulk.recipients.active().count()
    if not count:
        return [Check("warn", _("No recipients yet"))]
    limit = settings.LIMITS["BULK_RECIPIENTS"]
    told = [
        Check(
            "ok", recipients_in_words(count), _("of %(limit)s at most") % {"limit": grouped(limit)}
        )
    ]
    if refused := _suppressed(bulk):
        words = ngettext(
            "%(count)s must not be mailed", "%(count)s must not be mailed", refused
        ) % {"count": grouped(refused)}
        told.append(Check("warn", words, _("the review says who and why")))
    day = settings.LIMITS["EMAILS_PER_DAY"]
    if count > day:
        told.append(
            Check(
                "warn",
                _("Takes %(days)s days") % {"days": -(-count // day)},
                _("you may send %(limit)s emails a day") % {"limit": grouped(day)},
            )
        )
    if edited := bulk.recipients.active().edited().count():
        words = ngettext(
            "%(count)s with words of their own", "%(count)s with words of their own", edited
        ) % {"count": grouped(edited)}
        told.append(Check("ok", words, _("these keep them")))
    return told


def _suppressed(bulk: "BulkSend") -> int:
    addresses = bulk.recipients.active().values_list("address", flat=True)
    return Suppression.count_covered(addresses, sender=bulk.owner_id)
