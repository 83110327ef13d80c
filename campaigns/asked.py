"""What a request says of campaigns."""

from typing import TYPE_CHECKING

from ui.ids import id_in

from .models import Campaign

if TYPE_CHECKING:
    from accounts.requests import SignedInRequest


def campaign_asked(request: "SignedInRequest") -> Campaign | None:
    """The campaign that a form names, if the user may use it."""
    asked = id_in(request.POST.get("campaign"))
    return Campaign.seen_by(request.user).filter(pk=asked).first()
