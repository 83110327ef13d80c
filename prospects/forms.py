"""Forms for people and groups."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.changes import EVERYBODY, announce
from accounts.forms import TeamsField

from .addresses import checked
from .custom_forms import CustomFieldsForm
from .models import Group, GroupFull, Person
from .models.telling import tell_owners

if TYPE_CHECKING:
    from accounts.models import User


class PersonForm(CustomFieldsForm):
    """A person, new or known, their own fields, and the groups of the user that they are in."""

    email = forms.CharField(
        label=_("Email"),
        max_length=320,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )

    class Meta:
        model = Person
        fields = [
            "first_name",
            "last_name",
            "email",
            "title",
            "company",
            "phone",
            "website",
            "linkedin",
            "source",
            "authorization",
        ]
        widgets = {"phone": forms.TelInput}

    groups = forms.ModelMultipleChoiceField(
        Group.objects.none(), label=_("Groups"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, user: "User", *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.add_custom_fields()
        groups = Group.changed_by(user).by_name()
        self.fields["groups"].queryset = groups  # type: ignore[attr-defined]
        if self.instance.pk:
            self.initial["groups"] = self.instance.groups.all()
        if not groups:
            del self.fields["groups"]

    def clean_email(self) -> str:
        address = checked(self.cleaned_data["email"])
        self._refuse_a_second(address)
        return address

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        names = {"first_name", "last_name"}
        if not names & self.errors.keys() and not any(cleaned.get(name) for name in names):
            self.add_error("first_name", _("Give a first or a last name."))
        return cleaned

    def keep(self) -> bool:
        """Save it; False, with an error beside the address, if somebody was faster with it."""
        if not self.instance.pk:
            self.instance.owner = self.user
        try:
            with transaction.atomic():
                self.put_custom()
                self.instance.save()
                self._keep_groups()
                tell_owners([self.instance.pk], self.user.pk)
        except GroupFull as full:
            self.add_error("groups", full.sentence)
            return False
        except IntegrityError:
            self.add_error("email", _("Somebody has just added a person with this address."))
            return False
        return True

    def _keep_groups(self) -> None:
        """Put the person into the ticked groups and out of the others that the user may change."""
        if "groups" in self.fields:
            mine = Group.changed_by(self.user)
            self.instance.join(self.cleaned_data["groups"], instead_of=mine)

    def _refuse_a_second(self, address: str) -> None:
        same = Person.objects.present().with_address(address).exclude(pk=self.instance.pk).first()
        if same is None:
            return
        if not same.is_seen_by(self.user):
            raise ValidationError(
                _("A colleague's person whom you may not see has this address. Ask an admin."),
                code="taken",
            )
        raise ValidationError(
            format_html(
                gettext("{} has this address already."),
                format_html('<a href="{}">{}</a>', reverse("people:person", args=[same.pk]), same),
            ),
            code="known",
        )


class GroupForm(forms.ModelForm):
    """A group's name, which its owner has once, and the teams that see it."""

    class Meta:
        model = Group
        fields = ["name"]

    teams = TeamsField(
        help_text=_(
            "Its members see the group and its people, and write to them. They change nothing."
        )
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        teams: TeamsField = self.fields["teams"]  # type: ignore[assignment]
        teams.offer(self.instance.owner, self.instance)
        if not teams.queryset and not self.is_bound:
            del self.fields["teams"]

    def clean_name(self) -> str:
        name = " ".join(self.cleaned_data["name"].split())
        same = Group.objects.owned_by(self.instance.owner).exclude(pk=self.instance.pk)
        if same.called(name).exists():
            raise ValidationError(_("You have a group of this name already."), code="known")
        return name

    @transaction.atomic
    def keep(self) -> Group:
        """Store it, and share it with the ticked teams and no others."""
        group: Group = self.save()
        group.share(self.cleaned_data["teams"])
        announce(EVERYBODY, group.owner_id)
        return group


class NotesForm(forms.Form):
    """A person's notes, and which state of them the writer has seen."""

    notes = forms.CharField(
        label=_("Notes"),
        required=False,
        strip=False,
        max_length=Person.LONGEST_NOTES,
        widget=forms.Textarea,
    )
    seen = forms.CharField(required=False, max_length=50)
    over = forms.CharField(required=False, max_length=50)

    def clean_notes(self) -> str:
        return self.cleaned_data["notes"].replace("\r\n", "\n").rstrip()

    def keep(self, person: Person, by: "User") -> bool:
        """Write them down; False, with nothing changed, if somebody has written meanwhile."""
        told = self.cleaned_data
        return person.write_notes(told["notes"], seen=told["over"] or told["seen"], by=by)
