"""What was done and can be taken back, said once more where it was done."""

from django.contrib.messages import get_messages
from django.urls import reverse

from ui.notices import tell

from .requests import SignedInRequest


def offer_again(request: SignedInRequest) -> None:
    """Say once more, on a page that is loaded anew, what was done there and can be undone."""
    if len(get_messages(request)):  # it has just been done and is said anyway
        return
    last = request.user.undos.usable().made_on(request.path).first()
    if last and last.before.get("said"):
        tell(request, last.before["said"], undo=reverse("undo", args=[last.pk]))
