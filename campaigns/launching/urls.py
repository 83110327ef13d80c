"""Adding people to a campaign; part of campaigns/urls.py."""

from django.urls import path

from . import views, writing_views

urlpatterns = [
    path("add/", views.add_chosen, name="add-chosen"),
    path("<int:pk>/add/", views.people, name="add"),
    path("<int:pk>/add/off/", views.take_off, name="add-off"),
    path("<int:pk>/add/again/", views.again, name="add-again"),
    path("<int:pk>/add/email/", writing_views.email, name="add-email"),
    path("<int:pk>/add/text/", writing_views.text, name="add-text"),
    path("<int:pk>/add/write/", writing_views.write, name="add-write"),
    path("<int:pk>/add/keep/", writing_views.keep, name="add-keep"),
    path("<int:pk>/add/reset/", writing_views.reset, name="add-reset"),
    path("<int:pk>/add/start/", views.start, name="add-start"),
    path("launches/<int:pk>/", views.started, name="launch"),
]
