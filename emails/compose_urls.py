"""The compose window; part of emails/urls.py."""

from django.urls import path

from .views import compose

urlpatterns = [
    path("compose/", compose.new, name="compose"),
    path("compose/autosave/", compose.autosave, name="compose-autosave"),
    path("compose/save/", compose.save, name="compose-save"),
    path("compose/send/", compose.send, name="send"),
    path("compose/schedule/", compose.schedule, name="schedule"),
    path("compose/discard/", compose.discard, name="compose-discard"),
    path("compose/files/", compose.attach, name="compose-files"),
    path("compose/people/", compose.suggest_people, name="people-suggest"),
    path("compose/fields/", compose.list_fields, name="field-list"),
    path("compose/preview/", compose.preview, name="compose-preview"),
    path("compose/done/", compose.done, name="compose-done"),
    path("<int:pk>/edit/", compose.edit, name="compose-edit"),
    path("<int:pk>/follow-up/", compose.follow_up, name="follow-up"),
]
