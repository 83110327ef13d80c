"""All of the application and the living style page, which it has with DEBUG only."""

from django.urls import include, path

from commandcenter.urls import urlpatterns as application

urlpatterns = [*application, path("ui/", include("ui.urls"))]
