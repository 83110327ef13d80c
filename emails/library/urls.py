"""Templates: the list, one of them, its versions, and the categories."""

from django.urls import path

from accounts.categories import views as categories

from ..models import Category
from .views import actions, picker, templates, versions

KIND = {"kind": Category}

app_name = "templates"

urlpatterns = [
    path("", templates.index, name="home"),
    path("new/", templates.new, name="new"),
    path("<int:pk>/", templates.template, name="template"),
    path("<int:pk>/share/", actions.share, name="share"),
    path("<int:pk>/star/", actions.star, name="star"),
    path("<int:pk>/duplicate/", actions.duplicate, name="duplicate"),
    path("<int:pk>/delete/", actions.delete, name="delete"),
    path("<int:pk>/restore/", actions.restore, name="restore"),
    path("<int:pk>/text/", picker.text, name="text"),
    path("picker/", picker.panel, name="picker"),
    path("picker/beside/", picker.beside, name="picker-beside"),
    path("picker/found/", picker.found, name="picker-found"),
    path("versions/<int:pk>/", versions.version, name="version"),
    path("versions/<int:pk>/preview/", versions.preview, name="version-preview"),
    path("categories/new/", categories.new, KIND, name="new-category"),
    path("categories/<int:pk>/", categories.edit, KIND, name="category"),
    path("categories/<int:pk>/delete/", categories.delete, KIND, name="delete-category"),
]
