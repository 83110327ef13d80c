"""Forms for one's own settings, and for the team."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from . import time_zones
from .models import Shared, Team, User


class PreferencesForm(forms.ModelForm):
    """What a user decides for themselves."""

    time_zone = forms.ChoiceField(label=_("Time zone"))

    class Meta:
        model = User
        fields = [
            "name",
            "title",
            "language",
            "time_zone",
            "theme",
            "shortcuts",
            "undo_seconds",
            "rolls_up_bulk_emails",
        ]
        help_texts = {"shortcuts": _("J, K, E, R and the others; ? shows them all.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["time_zone"].choices = time_zones.choices(self.instance.time_zone)  # type: ignore[attr-defined]

    def clean_name(self) -> str:
        return one_line(self.cleaned_data["name"])

    def clean_title(self) -> str:
        return one_line(self.cleaned_data["title"])


class MemberForm(forms.ModelForm):
    """What an admin decides about a user."""

    teams = forms.ModelMultipleChoiceField(
        Team.objects.all(), label=_("Teams"), required=False, widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = User
        fields = ["name", "role"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["teams"] = self.instance.teams.all()
        if not Team.objects.exists():
            del self.fields["teams"]

    def clean_name(self) -> str:
        return one_line(self.cleaned_data["name"])

    def clean_role(self) -> str:
        role: str = self.cleaned_data["role"]
        if self.instance.pk and role != User.Role.ADMIN and User.kept(self.instance).is_last_admin:
            raise ValidationError(_("The last admin stays one. Make somebody else an admin first."))
        return role

    def keep(self) -> User:
        """Save the user and the teams."""
        user: User = self.save()
        if "teams" in self.fields:
            user.teams.set(self.cleaned_data["teams"])
        return user


class NewMemberForm(MemberForm):
    """Somebody who gets an account; they choose their password by a link."""

    class Meta(MemberForm.Meta):
        fields = ["name", "email", "role"]

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"].strip().lower()
        if User.objects.with_email(email).exists():
            raise ValidationError(_("Somebody has an account with this address already."))
        return email

    def save(self, commit: bool = True) -> User:
        self.instance.set_unusable_password()
        user: User = super().save(commit)
        return user


class TeamsField(forms.ModelMultipleChoiceField):
    """Teams to share something with: its owner's, and those that it is shared with already."""

    widget = forms.CheckboxSelectMultiple
    default_error_messages = {
        name: _("You can share only with teams that you are in. Nothing was changed.")
        for name in ("invalid_choice", "invalid_pk_value", "invalid_list")
    }

    def __init__(self, **kwargs: Any) -> None:
        kwargs = {"label": _("Shared with"), "required": False} | kwargs
        super().__init__(Team.objects.none(), **kwargs)

    def offer(self, owner: User, shared: Shared) -> None:
        """The choice for one thing of `owner`'s, which may be new; ticked is what holds now."""
        now = shared.teams.all() if shared.pk else Team.objects.none()
        self.queryset = Team.objects.of_or_in(owner, now)
        self.initial = [team.pk for team in now]


class SharingForm(forms.Form):
    """With which teams one thing is shared. A form with more to it takes TeamsField alone."""

    teams = TeamsField()

    def __init__(self, owner: User, shared: Shared, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.shared = shared
        self.fields["teams"].offer(owner, shared)  # type: ignore[attr-defined]

    def keep(self) -> None:
        """Share it with the ticked teams and no others."""
        self.shared.share(self.cleaned_data["teams"])


def one_line(text: str) -> str:
    """`text` without line ends and doubled spaces: it goes into headers of mails."""
    return " ".join(text.split())
