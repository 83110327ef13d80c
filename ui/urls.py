"""The living style page; included with DEBUG only."""

from django.urls import path, re_path

from . import kit

app_name = "ui"

urlpatterns = [
    path("kit/", kit.show, name="kit"),
    re_path(f"^kit/(?P<name>{'|'.join(kit.PAGES)})/$", kit.show, name="kit-page"),
]
