"""Mail by the system itself: verification, invitations. It never goes through the outbox."""

from smtplib import SMTPException

import structlog
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

log = structlog.get_logger(__name__)


class NotSent(Exception):
    """The mail server of the system did not take a mail; the words say so to the user."""


def send(to: str, template: str, context: dict[str, object], *, language: str) -> None:
    """Send the text `template`, whose first line is the subject, to one address.

    Raises NotSent. Returns when the server has taken it, or after its time limit (20 s).
    """
    with translation.override(language):
        subject, _blank, body = render_to_string(template, context).strip().partition("\n")
    message = EmailMessage(subject.strip(), body.strip() + "\n", to=[to])
    try:
        message.send(using="system")
    except (OSError, SMTPException) as error:
        log.warning("system mail not sent", template=template, error=str(error))
        raise NotSent(
            _("The mail could not be sent: the system's mail server did not take it.")
        ) from error
