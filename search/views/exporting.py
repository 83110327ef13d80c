"""People and emails as files for spreadsheets: those that are ticked, or all that are listed."""

from collections.abc import Iterator

from django.contrib import messages
from django.http import HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.requests import SignedInRequest
from prospects.ticked import Ticked, TooMany, ticked_people
from ui.notices import tell
from ui.shortcuts import page_that_asked, refused

from ..exporting import emails_as_csv, people_as_csv
from ..limits import together, within_limit
from ..ticked import TickedEmails


@require_POST
def people(request: SignedInRequest) -> HttpResponseBase:
    """The people whom the bar of ticked people is about."""
    if not Ticked.of(request):
        tell(request, _("Tick the people first."), level=messages.INFO)
        return redirect(page_that_asked(request, reverse("people:home")))
    try:
        with together(), within_limit():
            lines = people_as_csv(ticked_people(request), request.user)
    except TooMany as error:
        return refused(request, error.sentence)
    return _file(lines, _("people.csv"))


@require_POST
def emails(request: SignedInRequest) -> HttpResponseBase:
    """The emails that the bar of ticked emails is about."""
    ticked = TickedEmails.of(request)
    if not ticked:
        tell(request, _("Tick the emails first."), level=messages.INFO)
        return redirect(page_that_asked(request, reverse("search:home")))
    with together(), within_limit():
        lines = emails_as_csv(ticked.seen_by(request.user), request.user)
    return _file(lines, _("emails.csv"))


def _file(lines: Iterator[str], name: str) -> StreamingHttpResponse:
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = content_disposition_header(True, name)
    return response
