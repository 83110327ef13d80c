"""Tasks: the lists, one task, and what is done with them."""

from django.urls import path, register_converter

from .actions import ACTIONS
from .lists import ViewConverter
from .views import actions, lists, writing
from .work import views as work
from .work.urls import urlpatterns as acting

app_name = "tasks"


class TaskActionConverter:
    """`<task-action:action>` in a URL: only those that exist."""

    regex = "|".join(ACTIONS)

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(ViewConverter, "view")
register_converter(TaskActionConverter, "task-action")

urlpatterns = [
    *acting,
    path("work/<view:view>/", work.work, name="work"),
    path("", lists.home, name="home"),
    path("new/", writing.new, name="new"),
    path("new/fill/", writing.fill, name="fill"),
    path("new/people/", writing.people, name="people"),
    path("<int:pk>/", lists.task, name="task"),
    path("<int:pk>/edit/", writing.edit, name="edit"),
    path("<int:pk>/<task-action:action>/", actions.act, name="act"),
    path("<view:view>/", lists.index, name="list"),
    path("<view:view>/<task-action:action>/", actions.act_on_ticked, name="act-on-ticked"),
]
