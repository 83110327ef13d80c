"""Emails: the folders, one email, and what is done with them. Compose has its own in compose_urls,
bulk email in bulk_urls."""

from django.urls import path, register_converter

from .actions import NAMES
from .bulk_urls import urlpatterns as bulk
from .compose_urls import urlpatterns as compose
from .folders import FolderConverter, TabConverter
from .views import actions, folders, reading

app_name = "emails"


class ActionConverter:
    """`<action:action>` in a URL: only those that exist."""

    regex = "|".join(sorted(NAMES))

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(FolderConverter, "folder")
register_converter(TabConverter, "tab")
register_converter(ActionConverter, "action")

urlpatterns = [
    *compose,
    *bulk,
    path("", folders.home, name="home"),
    path("trash/", folders.trash, name="trash"),
    path("search/", folders.search, name="search"),
    path("<tab:tab>/", folders.tab, name="tab"),
    path("<folder:folder>/", folders.folder, name="folder"),
    path("<folder:folder>/<action:action>/", actions.act_on_ticked, name="act-on-ticked"),
    path("<int:pk>/", reading.email, name="email"),
    path("<int:pk>/preview/", reading.show, name="preview"),
    path("<int:pk>/<action:action>/", actions.act, name="act"),
]
