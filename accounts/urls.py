"""A user's own settings, and the team."""

from django.urls import path

from .views import preferences, team

app_name = "accounts"

urlpatterns = [
    path("", preferences.preferences, name="settings"),
    path("team/", team.team, name="team"),
    path("team/new/", team.new_member, name="new-member"),
    path("team/<int:pk>/", team.member, name="member"),
    path("team/<int:pk>/invite/", team.invite_member, name="invite"),
    path("team/<int:pk>/deactivate/", team.deactivate, name="deactivate"),
    path("team/<int:pk>/reactivate/", team.reactivate, name="reactivate"),
]
