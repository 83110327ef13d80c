"""Campaigns in the lists of emails."""

from typing import cast

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from accounts.requests import SignedInRequest
from emails.folders import Folder
from ui.slots import slot

from .models import Enrollment


@slot("ticked-emails", order=30)
def take_out(request: HttpRequest, folder: object) -> SafeString:
    """In Sent: take the people behind the ticked emails out of their campaigns."""
    if not isinstance(folder, Folder) or not folder.path.startswith("sent/"):
        return SafeString()
    user = cast(SignedInRequest, request).user
    if not Enrollment.objects.open().filter(owner=user).exists():
        return SafeString()
    return render_to_string("campaigns/people/_ticked_emails.html", {}, request)
