"""Acting on tasks; part of tasks/urls.py."""

from django.urls import path, register_converter

from . import views
from .acting import NAMES


class ActingConverter:
    """`<acting:name>` in a URL: only what can be done on the page of a task."""

    regex = "|".join(NAMES)

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(ActingConverter, "acting")

urlpatterns = [
    path("<int:pk>/do/<acting:name>/", views.act_here, name="act-here"),
    path("<int:pk>/news/", views.news, name="news"),
    path("<int:pk>/write/", views.write, name="write"),
    path("reminders/", views.reminders, name="reminders"),
    path("reminders/<int:pk>/dismiss/", views.dismiss, name="dismiss"),
]
