"""What holds for a campaign as a whole: its settings, and pausing, going on and stopping."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from accounts.requests import SignedInRequest
from ui.notices import tell
from ui.shortcuts import changed, page_that_asked
from ui.templatetags.ui import grouped

from ..forms import SettingsForm
from ..models import Campaign
from ..opening import opened


@require_http_methods(["GET", "HEAD", "POST"])
def settings(request: SignedInRequest, pk: int) -> HttpResponse:
    """Name, category, days and times, what ends it for a person, and who uses it."""
    page = opened(request, pk)
    if request.method == "POST" and page.may_change:
        return _save(request, pk)
    form = SettingsForm(instance=page.campaign) if page.may_change else None
    told = page.context("settings") | {"form": form}
    return render(request, "campaigns/settings.html", told)


def _save(request: SignedInRequest, pk: int) -> HttpResponse:
    page = opened(request, pk)
    written = get_object_or_404(Campaign.changed_by(request.user), pk=pk)
    form = SettingsForm(request.POST, instance=written)
    if form.is_valid() and form.keep():
        tell(request, _("Saved."))
        return redirect("campaigns:settings", pk)
    told = page.context("settings") | {"form": form}
    return render(request, "campaigns/settings.html", told, status=422)


@require_POST
def pause(request: SignedInRequest, pk: int) -> HttpResponse:
    """Hold everybody in it."""
    campaign = get_object_or_404(Campaign.changed_by(request.user), pk=pk)
    campaign.pause(by=request.user)
    tell(request, _("Paused: nothing is sent from it until you resume it."))
    return changed(request, page_that_asked(request, campaign.get_absolute_url()))


@require_POST
def resume(request: SignedInRequest, pk: int) -> HttpResponse:
    """Let it go on."""
    campaign = get_object_or_404(Campaign.changed_by(request.user), pk=pk)
    campaign.resume(by=request.user)
    tell(request, _("It goes on: what should have gone meanwhile goes from now on."))
    return changed(request, page_that_asked(request, campaign.get_absolute_url()))


@require_POST
def stop(request: SignedInRequest, pk: int) -> HttpResponse:
    """End it for everybody in it; asks first."""
    page = opened(request, pk)
    campaign = get_object_or_404(Campaign.changed_by(request.user), pk=pk)
    if "sure" not in request.POST:
        return render(request, "campaigns/stop.html", page.context("settings"))
    ended = campaign.stop(by=request.user)
    said = ngettext(
        "Stopped for %(count)s person: nothing more is sent to them.",
        "Stopped for %(count)s people: nothing more is sent to them.",
        ended.count,
    ) % {"count": grouped(ended.count)}
    tell(request, f"{said} {ended.sentence}".strip())
    return changed(request, page_that_asked(request, campaign.get_absolute_url()))
