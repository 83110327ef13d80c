"""A saved search: its name, who sees it, and whether it stands in the side bar."""

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.forms import TeamsField, one_line

from .models import SavedSearch


class SavedSearchForm(forms.ModelForm):
    """What is found is not asked here: that is the search page's."""

    class Meta:
        model = SavedSearch
        fields = ["name", "is_pinned"]

    teams = TeamsField(
        help_text=_(
            "Its members can open the search and copy it. What each of them sees is what they may"
            " see anyway."
        )
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        teams: TeamsField = self.fields["teams"]  # type: ignore[assignment]
        teams.offer(self.instance.owner, self.instance)
        if not teams.queryset and not self.is_bound:
            del self.fields["teams"]

    @property
    def _others(self) -> Any:
        return SavedSearch.objects.owned_by(self.instance.owner).exclude(pk=self.instance.pk)

    def clean_name(self) -> str:
        name = one_line(self.cleaned_data["name"])
        if self._others.called(name).exists():
            raise ValidationError(_("You have a saved search of this name already."), code="known")
        return name

    def clean_is_pinned(self) -> bool:
        pinned: bool = self.cleaned_data["is_pinned"]
        most = settings.LIMITS["PINNED_SEARCHES"]
        if pinned and self._others.pinned().count() >= most:
            raise ValidationError(
                _("%(most)s searches stand in the side bar already. Take one out first.")
                % {"most": most}
            )
        return pinned

    def clean(self) -> dict[str, Any]:
        most = settings.LIMITS["SAVED_SEARCHES"]
        if not self.instance.pk and self._others.count() >= most:
            raise ValidationError(
                _("You have %(most)s saved searches, as many as possible. Delete one first.")
                % {"most": most}
            )
        return super().clean() or {}

    @transaction.atomic
    def keep(self) -> SavedSearch:
        """Store it, a new one at the end of the list, and share it with the ticked teams alone."""
        if not self.instance.pk:
            self.instance.stand_last()
        saved: SavedSearch = self.save()
        saved.share(self.cleaned_data["teams"])
        return saved
