"""What the page for unsubscribing asks."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from prospects.models import ConsentChange

LONGEST = 500


class LeavingForm(forms.Form):
    """What somebody does not want any more, and why.

    Nobody who wants to leave is refused for what else they say: what is unreadable counts as not
    said, and who does not say from whom leaves everybody.
    """

    ALL, SENDER = "all", "sender"

    scope = forms.CharField(required=False)
    because = forms.CharField(required=False)
    words = forms.CharField(
        required=False,
        label=_("Anything else?"),
        widget=forms.Textarea(attrs={"rows": 3, "maxlength": LONGEST}),
    )

    @property
    def told(self) -> dict[str, Any]:
        """What it says, as emails.unsubscribing.taking.take() wants it."""
        said = {name: str(self.data.get(name, "")).replace("\0", "") for name in self.fields}
        because = said["because"]
        return {
            "from_all": said["scope"] != self.SENDER,
            "because": because if because in ConsentChange.Because.values else "",
            "words": " ".join(said["words"].split())[:LONGEST],
        }

    @property
    def reasons(self) -> list[tuple[str, Any]]:
        return list(ConsentChange.Because.choices)
