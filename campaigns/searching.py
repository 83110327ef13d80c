"""What is looked for among campaigns, and among the people in one; it lives in the query string."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.categories.searching import ShelfSearch

from .models import Campaign, Category, State, Step

if TYPE_CHECKING:
    from .models.campaigns import CampaignQuerySet
    from .models.enrollments import EnrollmentQuerySet


class CampaignSearch(ShelfSearch):
    """What the list of campaigns is narrowed to."""

    KIND = Category
    VIEWS = {"": _("All"), "mine": _("Mine"), "team": _("Team campaigns"), "deleted": _("Deleted")}
    STATES = {
        "": _("Any state"),
        "running": pgettext_lazy("campaign", "Running"),
        "paused": pgettext_lazy("campaign", "Paused"),
        "draft": pgettext_lazy("campaign", "Draft"),
        "finished": pgettext_lazy("campaign", "Finished"),
    }

    state = forms.ChoiceField(required=False, choices=list(STATES.items()), label=_("State"))

    @property
    def chosen_state(self) -> str:
        return self.cleaned_data.get("state") or ""

    @property
    def is_narrowed(self) -> bool:
        return bool(self.sought or self.chosen_state)

    def found(self) -> "CampaignQuerySet":
        seen = Campaign.seen_by(self.user)
        found = {
            "": seen,
            "mine": seen.owned_by(self.user),
            "team": Campaign.objects.present().shared_with(self.user),
            "deleted": Campaign.deleted_by(self.user),
        }[self.chosen_view]
        if self.chosen_category:
            found = found.in_category(self.chosen_category)
        states: dict[str, Callable[[], CampaignQuerySet]] = {
            "running": found.running,
            "paused": found.paused,
            "draft": found.drafts,
            "finished": found.finished,
        }
        found = states[self.chosen_state]() if self.chosen_state else found
        return found.matching(self.sought)


class PeopleSearch(forms.Form):
    """What the people of one campaign are narrowed to."""

    words = forms.CharField(required=False, max_length=200)
    state = forms.ChoiceField(required=False, choices=State.choices, label=_("State"))
    step = forms.ModelChoiceField(
        Step.objects.none(), required=False, label=_("Step"), empty_label=_("any step")
    )

    def __init__(self, campaign: Campaign, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        steps = campaign.steps.in_order()  # type: ignore[attr-defined]
        self.fields["step"].queryset = steps  # type: ignore[attr-defined]
        self.is_valid()

    @property
    def sought(self) -> str:
        return self.cleaned_data.get("words") or ""

    @property
    def chosen_state(self) -> str:
        return self.cleaned_data.get("state") or ""

    @property
    def chosen_step(self) -> Step | None:
        return self.cleaned_data.get("step")

    @property
    def is_narrowed(self) -> bool:
        return bool(self.sought or self.chosen_state or self.chosen_step)

    def narrow(self, people: "EnrollmentQuerySet") -> "EnrollmentQuerySet":
        """Those of `people` that are asked for, in whatever state."""
        if self.chosen_step:
            people = people.at_step(self.chosen_step)
        return people.matching(self.sought)
