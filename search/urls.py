"""The search page and its parts, and searches that are kept."""

from django.urls import path

from .views import acting, exporting, finding, quick, runs, saved

app_name = "search"

urlpatterns = [
    path("", finding.index, name="home"),
    path("quick/", quick.quick, name="quick"),
    path("typed/", finding.typed, name="typed"),
    path("found/", finding.found, name="found"),
    path("emails/<action:action>/", acting.act_on_emails, name="act-on-emails"),
    path("export/people/", exporting.people, name="export-people"),
    path("export/emails/", exporting.emails, name="export-emails"),
    path("runs/", runs.under_way, name="under-way"),
    path("runs/<int:pk>/", runs.show, name="run"),
    path("runs/<int:pk>/undo/", runs.undo, name="run-undo"),
    path("side/", saved.side, name="side"),
    path("saved/", saved.index, name="saved"),
    path("saved/new/", saved.new, name="save"),
    path("saved/<int:pk>/", saved.edit, name="edit"),
    path("saved/<int:pk>/put/", saved.put, name="put"),
    path("saved/<int:pk>/duplicate/", saved.duplicate, name="duplicate"),
    path("saved/<int:pk>/delete/", saved.delete, name="delete"),
    path("saved/<int:pk>/up/", saved.up, name="up"),
    path("saved/<int:pk>/down/", saved.down, name="down"),
    path("saved/<int:pk>/pin/", saved.pin, name="pin"),
    path("saved/<int:pk>/alert/", saved.alert, name="alert"),
    path("saved/<int:pk>/dismiss/", saved.dismiss, name="dismiss"),
]
