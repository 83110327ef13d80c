"""The organisation's own fields in forms for people."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from .models import CustomField, Person

if TYPE_CHECKING:
    from accounts.models import User

    Form = forms.ModelForm[Person]
else:
    Form = forms.ModelForm


class CustomFieldsForm(Form):
    """One input for each own field, and two for a new one, which is usable from then on."""

    new_field = forms.CharField(label=_("Name of the new field"), required=False, max_length=200)
    new_value = forms.CharField(
        label=_("Its value for this person"), required=False, max_length=CustomField.LONGEST_VALUE
    )
    user: "User"

    def add_custom_fields(self) -> None:
        """Put the inputs in; call it once the form is made."""
        self.custom_fields = list(CustomField.all_by_label())
        for field in self.custom_fields:
            self.fields[f"custom_{field.key}"] = forms.CharField(
                label=field.label,
                required=False,
                max_length=CustomField.LONGEST_VALUE,
                initial=self.instance.custom.get(field.key, ""),
            )

    def custom_inputs(self) -> list[forms.BoundField]:
        return [self[f"custom_{field.key}"] for field in self.custom_fields]

    def new_inputs(self) -> list[forms.BoundField]:
        return [self["new_field"], self["new_value"]]

    @property
    def opens_new(self) -> bool:
        """Whether something stands in the inputs for a new field, or is wrong with it."""
        return any(bound.value() or bound.errors for bound in self.new_inputs())

    def clean_new_field(self) -> str:
        label = self.cleaned_data["new_field"]
        return CustomField.checked_new(label) if label.strip() else ""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("new_value") and not cleaned.get("new_field", "?"):
            self.add_error("new_field", _("Give the field a name."))
        return cleaned

    def put_custom(self) -> None:
        """Put what was typed on the instance, unsaved."""
        for field in self.custom_fields:
            self.instance.put(field, self.cleaned_data.get(f"custom_{field.key}", ""))
        if label := self.cleaned_data.get("new_field"):
            new = CustomField.add(label, by=self.user)
            self.instance.put(new, self.cleaned_data.get("new_value", ""))
