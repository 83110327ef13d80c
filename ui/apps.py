from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class UiConfig(AppConfig):
    name = "ui"

    def ready(self) -> None:
        # Every app says in its slots.py what it shows on pages of the layers below it.
        autodiscover_modules("slots")
