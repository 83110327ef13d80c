from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from .models import User


class SignedInRequest(HttpRequest):
    """A request as a view gets it behind LoginRequiredMiddleware; for annotations alone."""

    user: User
    htmx: HtmxDetails
    changes_seen: int
