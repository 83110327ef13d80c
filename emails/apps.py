from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class EmailsConfig(AppConfig):
    name = "emails"
    verbose_name = _("Emails")

    def ready(self) -> None:
        # Consent is of prospects, which knows nothing of what waits to be sent. Before the higher
        # apps, which are asked before us by that.
        from .sending import suppressing  # noqa: F401

        # Undo is of accounts, which knows nothing of what can be undone.
        autodiscover_modules("reactions", "undo")
