"""What a request says of campaigns."""

from typing import TYPE_CHECKING

from .models import Campaign

if TYPE_CHECKING:
    from accounts.requests import SignedInRequest


def number(text: str | None) -> int:
    """An id as a form posts it; 0 for anything else."""
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 19 else 0


def campaign_asked(request: "SignedInRequest") -> Campaign | None:
    """The campaign that a form names, if the user may use it."""
    asked = number(request.POST.get("campaign"))
    return Campaign.seen_by(request.user).filter(pk=asked).first()
