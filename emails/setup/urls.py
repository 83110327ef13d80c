from django.urls import path

from . import channels, identities, unsubscribing

app_name = "setup"

urlpatterns = [
    path("identities/", identities.identities, name="identities"),
    path("identities/new/", identities.new, name="new-identity"),
    path("identities/verify/<str:token>/", identities.verify, name="verify"),
    path("identities/<int:pk>/", identities.edit, name="identity"),
    path("identities/<int:pk>/resend/", identities.resend, name="resend"),
    path("identities/<int:pk>/default/", identities.make_default, name="make-default"),
    path("identities/<int:pk>/remove/", identities.remove, name="remove-identity"),
    path("unsubscribing/", unsubscribing.unsubscribing, name="unsubscribing"),
    path("channels/", channels.channels, name="channels"),
    path("channels/new/", channels.new, name="new-channel"),
    path("channels/<int:pk>/", channels.edit, name="channel"),
    path("channels/<int:pk>/connect/", channels.try_now, name="connect"),
    path("channels/<int:pk>/pause/", channels.pause, name="pause"),
    path("channels/<int:pk>/resume/", channels.resume, name="resume"),
    path("channels/<int:pk>/remove/", channels.remove, name="remove-channel"),
]
