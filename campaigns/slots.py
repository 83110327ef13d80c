"""What this app adds to the pages of all."""

from typing import TYPE_CHECKING, cast

from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.requests import SignedInRequest
from ui.navigation import Entry, add
from ui.slots import slot
from ui.templatetags.ui import grouped

from . import many, on_emails, on_people  # noqa: F401
from .models import Campaign, Step

if TYPE_CHECKING:
    from emails.models import Template


def running(request: HttpRequest) -> int:
    """How many campaigns of the user's and of their teams people are going through."""
    user = cast(SignedInRequest, request).user
    return Campaign.used_by(user).running().count()


add(
    Entry(
        _("Campaigns"),
        icon="megaphone",
        url="campaigns:home",
        section="campaigns",
        order=43,
        count=running,
    )
)


@slot("template-deletion")
def steps_keep_their_text(_request: HttpRequest, template: object) -> SafeString:
    """How many steps of campaigns were written with a template."""
    count = Step.written_with(cast("Template", template)).count()
    if not count:
        return SafeString()
    words = ngettext(
        "%(count)s campaign step was written with it and keeps its text.",
        "%(count)s campaign steps were written with it and keep their text.",
        count,
    ) % {"count": grouped(count)}
    return format_html('<p class="quiet">{}</p>', words)
