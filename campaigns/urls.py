"""Campaigns: the list, the tabs of one, its steps, and the categories."""

from django.urls import path

from .views import campaigns, categories, people, settings, steps, tabs

app_name = "campaigns"

urlpatterns = [
    path("", campaigns.index, name="home"),
    path("new/", campaigns.new, name="new"),
    path("<int:pk>/", steps.setup, name="campaign"),
    path("<int:pk>/people/", people.people, name="people"),
    path("<int:pk>/people/<slug:action>/", people.act, name="act"),
    path("<int:pk>/tasks/", tabs.tasks, name="tasks"),
    path("<int:pk>/emails/", tabs.emails, name="emails"),
    path("<int:pk>/settings/", settings.settings, name="settings"),
    path("<int:pk>/pause/", settings.pause, name="pause"),
    path("<int:pk>/resume/", settings.resume, name="resume"),
    path("<int:pk>/stop/", settings.stop, name="stop"),
    path("<int:pk>/duplicate/", campaigns.duplicate, name="duplicate"),
    path("<int:pk>/delete/", campaigns.delete, name="delete"),
    path("<int:pk>/restore/", campaigns.restore, name="restore"),
    path("<int:pk>/steps/new/<slug:kind>/", steps.new, name="new-step"),
    path("steps/<int:pk>/", steps.edit, name="step"),
    path("steps/<int:pk>/move/", steps.move, name="move-step"),
    path("steps/<int:pk>/duplicate/", steps.duplicate, name="duplicate-step"),
    path("steps/<int:pk>/delete/", steps.delete, name="delete-step"),
    path("steps/<int:pk>/preview/", steps.preview, name="step-preview"),
    path("categories/new/", categories.new, name="new-category"),
    path("categories/<int:pk>/", categories.edit, name="category"),
    path("categories/<int:pk>/delete/", categories.delete, name="delete-category"),
]
