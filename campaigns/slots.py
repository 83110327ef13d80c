"""What this app adds to the pages of all."""

from typing import cast

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.requests import SignedInRequest
from ui.navigation import Entry, add

from .models import Campaign


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
