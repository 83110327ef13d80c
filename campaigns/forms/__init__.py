from .campaigns import CategoryForm, NewCampaignForm, SettingsForm
from .steps import EmailStepForm, TaskStepForm, form_for

__all__ = [
    "CategoryForm",
    "EmailStepForm",
    "NewCampaignForm",
    "SettingsForm",
    "TaskStepForm",
    "form_for",
]
