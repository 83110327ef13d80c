"""What recipients' mail programs and browsers ask for; served on the tracking host."""

from django.urls import path

from . import views

app_name = "tracking"

urlpatterns = [
    path("o/<token>.gif", views.pixel, name="open"),
    path("c/<token>", views.click, name="click"),
    path("own/<note>", views.own_browser_here, name="own"),
]
