"""Which compose window a request comes from."""

from collections.abc import Mapping
from uuid import UUID

from django import forms

GREATEST_ID = 2**63 - 1


class WindowForm(forms.Form):
    """The hidden fields by which a window says what it is about."""

    key = forms.UUIDField()
    email = forms.IntegerField(required=False, min_value=1, max_value=GREATEST_ID)
    version = forms.IntegerField(required=False, min_value=0, max_value=2**31 - 1)
    continues = forms.IntegerField(required=False, min_value=1, max_value=GREATEST_ID)

    @staticmethod
    def key_in(told: Mapping[str, str], name: str = "key") -> UUID | None:
        """The window's key in a query string; None if there is none, or nonsense."""
        try:
            return UUID(told.get(name, ""))
        except ValueError:
            return None


class BulkWindowForm(forms.Form):
    """The same for the window of a bulk email."""

    key = forms.UUIDField()
    bulk = forms.IntegerField(min_value=1, max_value=GREATEST_ID)
    version = forms.IntegerField(min_value=0, max_value=2**31 - 1)
    recipient = forms.IntegerField(required=False, min_value=1, max_value=GREATEST_ID)
