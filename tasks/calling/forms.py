"""The call pad, and what admins decide about calls."""

import re
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation

from ..models import Call, CallWord, Task
from .dialing import checked_pattern

if TYPE_CHECKING:
    from accounts.models import User
    from prospects.models import Person

LONGEST = 24 * 3600
LENGTH = re.compile(r"(?P<minutes>\d{1,4})(?:[:.](?P<seconds>\d{1,2}))?")


class LengthField(forms.CharField):
    """How long it took: minutes, “6” or “6:30”; the timer writes into it. In seconds."""

    def clean(self, value: Any) -> int:
        text = super().clean(value).removesuffix("min").strip()
        if not text:
            return 0
        found = LENGTH.fullmatch(text)
        if not found or int(found["seconds"] or 0) > 59:
            raise ValidationError(gettext("Write minutes, such as 6 or 6:30."))
        seconds = int(found["minutes"]) * 60 + int(found["seconds"] or 0)
        if seconds > LONGEST:
            raise ValidationError(
                gettext("A call of more than a day? Write minutes, such as 6 or 6:30.")
            )
        return seconds


class CallForm(forms.Form):
    """A call that was made: how long, what came of it, what it was about, what was said."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    length = LengthField(
        label=_("Minutes"),
        required=False,
        max_length=12,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )
    outcome = forms.ModelChoiceField(CallWord.objects.none(), label=_("Outcome"), required=False)
    reason = forms.ModelChoiceField(CallWord.objects.none(), label=_("Reason"), required=False)
    notes = forms.CharField(
        label=_("Notes"),
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def __init__(self, user: "User", *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **({"auto_id": "call_%s"} | kwargs))
        self.user = user
        self.initial.setdefault("key", uuid4())
        needs = {
            "outcome": user.organisation.call_needs_outcome,
            "reason": user.organisation.call_needs_reason,
        }
        for name, needed in needs.items():
            self._offer(name, needed)

    def _offer(self, name: str, needed: bool) -> None:
        field: forms.ModelChoiceField = self.fields[name]  # type: ignore[assignment]
        field.queryset, field.empty_label = CallWord.offered_on(name), "–"
        if not field.queryset:  # an admin has retired them all: then there is nothing to ask
            del self.fields[name]
            return
        field.required = needed
        field.error_messages["required"] = (
            _("Choose how it ended.") if name == "outcome" else _("Choose what it was about.")
        )
        gone = _("That is not offered any more. Choose another one.")
        field.error_messages["invalid_choice"] = gone

    def clean_notes(self) -> str:
        return self.cleaned_data["notes"].replace("\0", "").replace("\r\n", "\n").strip()

    def log(self, person: "Person", task: Task | None = None) -> tuple[Call, bool]:
        """Write it down; the call, and whether it completed the task."""
        told = self.cleaned_data
        key: UUID = told["key"]
        said = {name: told.get(name) for name in ("outcome", "reason")} | {"notes": told["notes"]}
        return Call.log(person, self.user, key=key, task=task, seconds=told["length"], **said)


class WordForm(forms.ModelForm):
    """One entry of a list, new or renamed."""

    class Meta:
        model = CallWord
        fields = ["words"]

    def clean_words(self) -> str:
        return " ".join(self.cleaned_data["words"].split())


class CallingForm(forms.ModelForm):
    """What a call opens, and what must be said about one."""

    class Meta:
        model = Organisation
        fields = ["call_address", "call_needs_outcome", "call_needs_reason"]
        widgets = {
            "call_address": forms.TextInput(
                attrs={"spellcheck": "false", "autocomplete": "off", "inputmode": "url"}
            )
        }

    def clean_call_address(self) -> str:
        return checked_pattern(self.cleaned_data["call_address"])
