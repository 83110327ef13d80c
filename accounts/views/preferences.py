from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.forms import PreferencesForm
from accounts.requests import SignedInRequest
from ui.notices import tell


@require_http_methods(["GET", "HEAD", "POST"])
def preferences(request: SignedInRequest) -> HttpResponse:
    """One's own name, language, time zone and ways of working."""
    form = PreferencesForm(request.POST or None, instance=request.user)
    if request.method == "POST" and form.is_valid():
        user = form.save()
        with translation.override(user.language):
            tell(request, _("Saved."))
        response = redirect("accounts:settings")
        # The page for signing in, which does not know yet who comes, speaks it too.
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            user.language,
            max_age=365 * 24 * 3600,
            secure=settings.SESSION_COOKIE_SECURE,
            samesite="Lax",
        )
        return response
    if form.errors:
        request.user.refresh_from_db()
    status = 422 if form.errors else 200
    return render(request, "settings/preferences.html", {"form": form}, status=status)
