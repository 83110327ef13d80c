"""A new campaign, its settings, and the categories."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import time_zones
from accounts.categories.forms import NO_CATEGORY, new_name
from accounts.forms import TeamsField, one_line

from ..editing import follow_change
from ..models import Campaign, Category, TooMany

if TYPE_CHECKING:
    pass


class NewCampaignForm(forms.ModelForm):
    """What a campaign begins with: its name, and the category it stands in, perhaps a new one."""

    new_category = forms.CharField(
        required=False, max_length=100, label=gettext_lazy("or a new category")
    )

    class Meta:
        model = Campaign
        fields = ["name", "category"]
        error_messages = {
            "name": {"required": gettext_lazy("Give it a name, by which you find it.")}
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        category = self.fields["category"]
        category.queryset = Category.changed_by(self.instance.owner).by_name()  # type: ignore[attr-defined]
        category.empty_label = NO_CATEGORY  # type: ignore[attr-defined]

    def clean_name(self) -> str:
        name = one_line(self.cleaned_data["name"])
        owner, known = self.instance.owner, self.instance if self.instance.pk else None
        if Campaign.is_taken(owner, name, but=known):
            raise ValidationError(self._taken(), code="known")
        return name

    def clean_new_category(self) -> str:
        return new_name(Category, self.instance.owner, self.cleaned_data["new_category"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.instance.pk:
            try:
                Campaign.ensure_room(self.instance.owner)
            except TooMany as full:
                self.add_error(None, str(full))
        return cleaned

    def keep(self) -> bool:
        """Save it; False, with an error beside the name, if somebody was faster with it."""
        try:
            with transaction.atomic():
                if name := self.cleaned_data["new_category"]:
                    self.instance.category = Category.named(self.instance.owner, name)
                self._save()
        except IntegrityError:
            self.add_error("name", self._taken())
            return False
        return True

    def _save(self) -> None:
        # Only what stands in the form: somebody may pause the campaign meanwhile.
        self.instance.save(update_fields=self._meta.fields if self.instance.pk else None)

    def _taken(self) -> str:
        return _("There is a campaign of this name already. Give it another one.")


class SettingsForm(NewCampaignForm):
    """What holds for a campaign as a whole, and who uses it besides its owner."""

    zone = forms.ChoiceField(
        label=gettext_lazy("Time zone"),
        help_text=gettext_lazy("The days and times of all steps are those of the clocks there."),
    )
    teams = TeamsField(
        help_text=gettext_lazy("Members add people of their own and send as themselves."),
    )

    class Meta(NewCampaignForm.Meta):
        fields = [
            "name",
            "category",
            "zone",
            "skip_weekends",
            "ends_on_reply",
            "reply_is_success",
            "ends_on_bounce",
            "ends_on_unsubscribe",
        ]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["zone"].choices = time_zones.choices(self.instance.zone)  # type: ignore[attr-defined]
        self.fields["teams"].offer(self.instance.owner, self.instance)  # type: ignore[attr-defined]

    def _save(self) -> None:
        super()._save()
        self.instance.share(self.cleaned_data["teams"])
        if {"zone", "skip_weekends"} & set(self.changed_data):
            for step in self.instance.steps.present():
                follow_change(step, retimed=True)
