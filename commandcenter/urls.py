"""Every page of the application."""

from django.contrib import admin
from django.urls import include, path

from emails.tracking.views import own_browser

from . import views

urlpatterns = [
    path("healthz", views.healthz),
    path("accounts/", include("allauth.urls")),
    path("own-browser/", own_browser, name="own-browser"),
    path("t/", include("emails.tracking.urls")),
    path("admin/", admin.site.urls),
    path("i18n/", include("django.conf.urls.i18n")),
]
