"""What emails say about unsubscribing: one's own words, and for admins the organisation's."""

from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.models import Organisation, User
from accounts.requests import SignedInRequest
from ui.notices import tell

from ..unsubscribing.wording import NOWHERE, linked, of_organisation, of_user

MESSAGE = forms.Textarea(attrs={"rows": 3, "maxlength": 500})


class OwnWordsForm(forms.ModelForm):
    """A user's own message."""

    class Meta:
        model = User
        fields = ["unsubscribe_message"]
        widgets = {"unsubscribe_message": MESSAGE}

    def clean_unsubscribe_message(self) -> str:
        return self.cleaned_data["unsubscribe_message"].replace("\r\n", "\n").strip()


class TeamWordsForm(forms.ModelForm):
    """What holds for everybody who has no message of their own."""

    class Meta:
        model = Organisation
        fields = ["append_unsubscribe", "unsubscribe_message", "bounce_unsubscribes"]
        widgets = {"unsubscribe_message": MESSAGE}

    def clean_unsubscribe_message(self) -> str:
        return self.cleaned_data["unsubscribe_message"].replace("\r\n", "\n").strip()


@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribing(request: SignedInRequest) -> HttpResponse:
    """Both forms on one page; each button saves its own. The organisation's is an admin's."""
    forms_ = _forms(request)
    chosen = forms_.get(request.POST.get("part", ""))
    if chosen and chosen.is_valid():
        chosen.save()
        tell(request, _("Saved."))
        return redirect("setup:unsubscribing")
    status = 422 if chosen else 200
    context = {"own": forms_["own"], "team": forms_.get("team"), **_shown(request)}
    return render(request, "setup/unsubscribing.html", context, status=status)


def _forms(request: SignedInRequest) -> dict[str, Any]:
    """The forms that this user may fill in; bound is the one that was sent."""

    def data(part: str) -> Any:
        return request.POST if request.POST.get("part") == part else None

    user = User.kept(request.user)
    forms_: dict[str, Any] = {"own": OwnWordsForm(data("own"), instance=user, prefix="own")}
    if request.user.is_admin:
        current = Organisation.current()
        forms_["team"] = TeamWordsForm(data("team"), instance=current, prefix="team")
    return forms_


def _shown(request: SignedInRequest) -> dict[str, Any]:
    """How the messages read in an email now."""
    user, organisation = request.user, Organisation.current()
    return {
        "appended": organisation.append_unsubscribe,
        "own_shown": linked(of_user(user, organisation), NOWHERE),
        "team_shown": linked(of_organisation(organisation, user.language), NOWHERE),
    }
