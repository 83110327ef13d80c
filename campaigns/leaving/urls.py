"""Taking people out of campaigns; part of campaigns/urls.py."""

from django.urls import path

from . import views

urlpatterns = [
    path("leave/", views.people, name="take-out"),
    path("leave/emails/", views.emails, name="take-out-of-emails"),
    path("leave/<int:pk>/", views.one, name="leave"),
]
