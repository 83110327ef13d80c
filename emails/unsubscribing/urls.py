"""Where the links for unsubscribing lead; served on the tracking host."""

from django.urls import path

from . import views

app_name = "unsubscribing"

urlpatterns = [path("<token>/", views.page, name="page")]
