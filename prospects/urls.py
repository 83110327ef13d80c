from django.urls import path

from .views import groups, imports, people, ticked

app_name = "people"

urlpatterns = [
    path("", people.index, name="home"),
    path("new/", people.new, name="new"),
    path("<int:pk>/", people.person, name="person"),
    path("<int:pk>/edit/", people.edit, name="edit"),
    path("<int:pk>/notes/", people.notes, name="notes"),
    path("columns/", people.columns, name="columns"),
    path("ticked/<slug:action>/", ticked.act, name="act-on-ticked"),
    path("groups/new/", groups.new, name="new-group"),
    path("groups/<int:pk>/", groups.edit, name="edit-group"),
    path("groups/<int:pk>/delete/", groups.delete, name="delete-group"),
    path("import/", imports.upload, name="upload"),
    path("import/<int:pk>/", imports.bring_in, name="import"),
    path("import/<int:pk>/rows-to-mend.csv", imports.bad_rows, name="bad-rows"),
]
