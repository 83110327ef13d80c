"""Campaigns in the lists of emails."""

from collections.abc import Mapping, Sequence
from typing import cast

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from accounts.requests import SignedInRequest
from emails.folders import Folder
from emails.models import Email
from ui.slots import row_slot, slot
from ui.templatetags.ui import tag

from .models import Campaign, Enrollment


@row_slot("email-rows", order=10)
def campaign_of(request: HttpRequest, emails: Sequence[Email]) -> Mapping[int, SafeString]:
    """The name of the campaign that each came from."""
    wanted = {email.campaign_id for email in emails if email.campaign_id}
    if not wanted or request.path.startswith("/campaigns/"):
        return {}
    names = dict(Campaign.objects.filter(pk__in=wanted).values_list("pk", "name"))
    return {email.pk: tag(names[email.campaign_id]) for email in emails if email.campaign_id}


@slot("ticked-emails", order=30)
def take_out(request: HttpRequest, folder: object) -> SafeString:
    """In Sent: take the people behind the ticked emails out of their campaigns."""
    if not isinstance(folder, Folder) or not folder.path.startswith("sent/"):
        return SafeString()
    user = cast(SignedInRequest, request).user
    if not Enrollment.objects.open().filter(owner=user).exists():
        return SafeString()
    return render_to_string("campaigns/people/_ticked_emails.html", {}, request)
