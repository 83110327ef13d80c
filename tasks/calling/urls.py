"""Calls: with the person whom they are made to, with the task that they are for, and the settings."""

from django.urls import path, register_converter

from ..models import CallWord
from . import settings, views

app_name = "calls"


class ListConverter:
    """`<call-list:name>` in a URL: one of the lists of words."""

    regex = "|".join(CallWord.List.values)

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(ListConverter, "call-list")

urlpatterns = [
    path("people/<int:pk>/call/", views.of_person, name="of-person"),
    path("tasks/<int:pk>/call/", views.of_task, name="of-task"),
    path("settings/calls/", settings.settings, name="settings"),
    path("settings/calls/<call-list:name>/", settings.add, name="add-word"),
    path("settings/calls/<int:pk>/", settings.word, name="word"),
    path("settings/calls/<int:pk>/move/", settings.move, name="move-word"),
    path("settings/calls/<int:pk>/retire/", settings.retire, name="retire-word"),
]
