"""One campaign as a page of its tabs shows it."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.shortcuts import get_object_or_404

from accounts.looking import Eyes, eyes_of
from accounts.requests import SignedInRequest
from tasks.models import Task

from .figures import standing_of
from .models import Campaign

if TYPE_CHECKING:
    from emails.models.querysets import EmailQuerySet
    from tasks.models.querysets import TaskQuerySet

    from .figures import Standing
    from .models.enrollments import EnrollmentQuerySet


@dataclass(frozen=True)
class Opened:
    """A campaign, through whose eyes it is seen, and how far it is."""

    campaign: Campaign
    eyes: Eyes
    standing: "Standing"

    @property
    def may_change(self) -> bool:
        """Whether who looks at it may change its steps and settings."""
        may = self.campaign.is_editable_by(self.eyes.me)
        return self.eyes.are_mine and may and not self.campaign.removed_at

    @property
    def may_use(self) -> bool:
        """Whether they may add people to it."""
        return self.eyes.are_mine and not self.campaign.removed_at

    def people(self) -> "EnrollmentQuerySet":
        """Those in it whom the user may see."""
        return self.campaign.enrollments.seen_by(self.eyes.user)  # type: ignore[attr-defined]

    def emails(self) -> "EmailQuerySet":
        """Those that the user sends from it."""
        return self.eyes.user.emails.of_campaign(self.campaign.pk)

    def tasks(self) -> "TaskQuerySet":
        """The user's open tasks from it."""
        return Task.objects.open().assigned_to(self.eyes.user).of_campaign(self.campaign.pk)

    def context(self, tab: str) -> dict[str, object]:
        """What all of its pages show."""
        return {
            "campaign": self.campaign,
            "standing": self.standing,
            "eyes": self.eyes,
            "tab": tab,
            "may_change": self.may_change,
            "may_use": self.may_use,
        }


def opened(request: SignedInRequest, pk: int) -> Opened:
    """The campaign, if it is one that they may look at; raises Http404 otherwise."""
    eyes = eyes_of(request)
    campaign = get_object_or_404(Campaign.opened_by(eyes.user).for_list(), pk=pk)
    return Opened(campaign, eyes, standing_of(campaign))
