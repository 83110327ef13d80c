from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class CampaignsConfig(AppConfig):
    name = "campaigns"
    verbose_name = _("Campaigns")

    def ready(self) -> None:
        autodiscover_modules("undo")
        # Neither emails nor tasks know anything of campaigns.
        from . import belonging, writing  # noqa: F401
