from .campaigns import NewCampaignForm, SettingsForm
from .steps import EmailStepForm, TaskStepForm, form_for

__all__ = [
    "EmailStepForm",
    "NewCampaignForm",
    "SettingsForm",
    "TaskStepForm",
    "form_for",
]
