from typing import Any
from urllib.parse import urlencode

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import resolve_url


class ClosedAccountAdapter(DefaultAccountAdapter):
    """Nobody signs up by themselves: an administrator makes the accounts."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def post_login(self, request: HttpRequest, user: Any, **told: Any) -> HttpResponse:
        """Whoever wanted a certain page also takes the way of all who sign in."""
        response = super().post_login(request, user, **told)
        usual = resolve_url(settings.LOGIN_REDIRECT_URL)
        if isinstance(response, HttpResponseRedirect) and response.url != usual:
            response["Location"] = f"{usual}?{urlencode({'next': response.url})}"
        return response
