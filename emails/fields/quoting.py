"""Quotations of emails that were really sent."""

import re
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import override

from ui.moments import day

if TYPE_CHECKING:
    from ..models import Email
    from .values import About

# By which a quotation is found again, in a text and in what came of it.
QUOTE = '<div class="cc-quote">'
# The way to unsubscribe below a text belongs to that one message.
_FOOTER = re.compile(r'<div class="cc-unsubscribe">.*?</div>', re.DOTALL)
_BRACES = re.compile(r"\{(?=[{%])")


def quoted(email: "Email") -> SafeString:
    """What `email` said to its recipient, below “On … wrote:” in its owner's language; "" where
    that is not known any more. With the writer's own links, without the pixel and the footer."""
    from ..previews import preview

    said = _FOOTER.sub("", preview(email, pictures=True).html)
    if not said or not email.identity:
        return SafeString()
    with override(email.owner.language):
        at = timezone.localtime(email.delivered_at or email.moved_at, email.owner.zone)
        wrote = _("On %(day)s %(name)s wrote:") % {
            "day": day(at, year=True),
            "name": email.identity.name,
        }
    head = format_html("<p>{}</p>", wrote)
    return mark_safe(f"{QUOTE}{head}<blockquote>{said}</blockquote></div>")  # noqa: S308 - both parts are


def without_codes(html: str) -> str:
    """`html` that nobody has written as a text with fields, made to hold none."""
    return _BRACES.sub("{\u2060", html)


def last_email_to(about: "About") -> str:
    """The last email that its owner has really sent to this person, quoted."""
    sent = about.owner.emails.sent_to(about.address, about.person)
    if about.email:
        sent = sent.exclude(pk=about.email.pk)
    last = sent.last_sent()
    return quoted(last) if last else ""
