"""Who may be mailed: on a person's page, and among the settings for admins."""

from django.urls import path

from . import views

app_name = "consent"

urlpatterns = [
    path("people/<int:pk>/unsubscribe/", views.unsubscribe_person, name="unsubscribe"),
    path("people/<int:pk>/resubscribe/", views.resubscribe_person, name="resubscribe"),
    path("settings/do-not-mail/", views.do_not_mail, name="do-not-mail"),
    path("settings/do-not-mail/<int:pk>/release/", views.release_one, name="release"),
]
