from typing import TYPE_CHECKING, Any

from ..models import Campaign, Kind
from .campaigns import NewCampaignForm, SettingsForm
from .emails import EmailStepForm
from .steps import TaskStepForm

if TYPE_CHECKING:
    from accounts.models import User

__all__ = [
    "EmailStepForm",
    "NewCampaignForm",
    "SettingsForm",
    "TaskStepForm",
    "form_for",
]


def form_for(
    campaign: Campaign, kind: str, user: "User", *args: Any, **kwargs: Any
) -> EmailStepForm | TaskStepForm:
    """The form of a step of this kind, written by `user`."""
    if kind == Kind.EMAIL:
        return EmailStepForm(campaign, kind, *args, user=user, **kwargs)
    return TaskStepForm(campaign, kind, *args[:1], **kwargs)
