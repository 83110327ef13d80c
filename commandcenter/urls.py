"""Every page of the application."""

from django.conf import settings
from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

from emails.tracking.views import own_browser
from emails.views.actions import undo
from emails.views.live import live

from . import views

urlpatterns = [
    path("", views.start, name="start"),
    path("emails/", include("emails.urls")),
    path("live/", live, name="live"),
    path("undo/<int:pk>/", undo, name="undo"),
    path("healthz", views.healthz),
    # An admin makes accounts and changes the addresses that people sign in by.
    path("accounts/email/", RedirectView.as_view(pattern_name="accounts:settings")),
    path("accounts/", include("allauth.urls")),
    path("own-browser/", own_browser, name="own-browser"),
    path("t/", include("emails.tracking.urls")),
    path("u/", include("emails.unsubscribing.urls")),
    path("people/", include("prospects.urls")),
    path("tasks/", include("tasks.urls")),
    path("", include("tasks.calling.urls")),
    path("templates/", include("emails.library.urls")),
    path("search/", include("search.urls")),
    path("campaigns/", include("campaigns.urls")),
    path("", include("prospects.consent.urls")),
    path("settings/", include("accounts.urls")),
    path("settings/", include("emails.setup.urls")),
    path("admin/", admin.site.urls),
    path("i18n/", include("django.conf.urls.i18n")),
]
if settings.DEBUG:
    urlpatterns.append(path("ui/", include("ui.urls")))
