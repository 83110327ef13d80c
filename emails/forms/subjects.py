"""A subject as somebody typed it."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from .. import recipients

LONGEST = 500


def subject_line(text: str) -> str:
    """`text` if it can stand as a subject; raises ValidationError, worded for its writer."""
    if recipients.BREAKING.search(text):
        raise ValidationError(_("A subject stands on one line."), code="line")
    if len(text) > LONGEST:
        raise ValidationError(
            _("A subject has at most 500 characters; this one has %(count)s."),
            params={"count": len(text)},
        )
    return text
