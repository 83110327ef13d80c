"""Campaigns: the list, the tabs of one, its steps, and the categories. Adding people has its own in
launching/urls, taking them out in leaving/urls."""

from django.urls import path, register_converter

from accounts.categories import views as categories

from .acting import ACTIONS
from .launching.urls import urlpatterns as launching
from .leaving.urls import urlpatterns as leaving
from .models import Category, Kind
from .views import campaigns, people, settings, steps, tabs

KIND = {"kind": Category}

app_name = "campaigns"


class PeopleActionConverter:
    """`<people-action:action>` in a URL: only those that exist."""

    regex = "|".join(ACTIONS)

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


class StepKindConverter(PeopleActionConverter):
    """`<step-kind:kind>` in a URL: only those that exist."""

    regex = "|".join(Kind.values)


register_converter(PeopleActionConverter, "people-action")
register_converter(StepKindConverter, "step-kind")

urlpatterns = [
    *launching,
    *leaving,
    path("", campaigns.index, name="home"),
    path("new/", campaigns.new, name="new"),
    path("success/", people.succeed, name="succeed"),
    path("<int:pk>/", steps.setup, name="campaign"),
    path("<int:pk>/people/", people.people, name="people"),
    path("<int:pk>/people/<people-action:action>/", people.act, name="act"),
    path("<int:pk>/tasks/", tabs.tasks, name="tasks"),
    path("<int:pk>/emails/", tabs.emails, name="emails"),
    path("<int:pk>/settings/", settings.settings, name="settings"),
    path("<int:pk>/pause/", settings.pause, name="pause"),
    path("<int:pk>/resume/", settings.resume, name="resume"),
    path("<int:pk>/stop/", settings.stop, name="stop"),
    path("<int:pk>/duplicate/", campaigns.duplicate, name="duplicate"),
    path("<int:pk>/delete/", campaigns.delete, name="delete"),
    path("<int:pk>/restore/", campaigns.restore, name="restore"),
    path("<int:pk>/steps/new/<step-kind:kind>/", steps.new, name="new-step"),
    path("steps/<int:pk>/", steps.edit, name="step"),
    path("steps/<int:pk>/move/", steps.move, name="move-step"),
    path("steps/<int:pk>/duplicate/", steps.duplicate, name="duplicate-step"),
    path("steps/<int:pk>/delete/", steps.delete, name="delete-step"),
    path("steps/<int:pk>/preview/", steps.preview, name="step-preview"),
    path("categories/new/", categories.new, KIND, name="new-category"),
    path("categories/<int:pk>/", categories.edit, KIND, name="category"),
    path("categories/<int:pk>/delete/", categories.delete, KIND, name="delete-category"),
]
