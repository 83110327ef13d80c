"""All that a tracking host serves: pixels, clicks, unsubscribing, documents, webhooks."""

from django.conf import settings
from django.urls import include, path
from django.views.generic import RedirectView

from . import views

urlpatterns = [
    path("healthz", views.healthz),
    path("t/", include("emails.tracking.urls")),
    path("u/", include("emails.unsubscribing.urls")),
]

if settings.DEBUG:
    # In development the tracking host is `localhost`, which is what people type.
    urlpatterns += [path("", RedirectView.as_view(url=settings.BASE_URL))]
