"""Forms about who may be mailed."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from ..models import Person, Suppression
from . import blocking, changes
from .changes import Effect

if TYPE_CHECKING:
    from accounts.models import User

    from ..models.suppression import SuppressionQuerySet

LONGEST_REASON = 300


class WhyForm(forms.Form):
    """A reason in words, for the history."""

    why = forms.CharField(
        label=_("Why"),
        max_length=LONGEST_REASON,
        error_messages={"required": _("Say why: it is kept with your name.")},
    )

    def clean_why(self) -> str:
        return " ".join(self.cleaned_data["why"].split())


class UnsubscribeForm(WhyForm):
    """That somebody wants no more mail; the reason may stay open."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["why"].required = False
        self.fields["why"].help_text = _("“Asked on the phone.” It stands in their history.")

    def unsubscribe(self, person: Person, by: "User") -> Effect:
        return changes.unsubscribe([person.pk], by=by, why=self.cleaned_data["why"])


class ResubscribeForm(WhyForm):
    """That they may be mailed again."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["why"].help_text = _("How they asked for it. It is kept with your name.")

    def resubscribe(self, person: Person, by: "User") -> int:
        return changes.resubscribe([person], by=by, why=self.cleaned_data["why"])


class BlockForm(forms.Form):
    """Addresses and domains to block, one or many. What can be read is blocked, and what cannot
    stays in the field, each line with what is wrong with it."""

    values = forms.CharField(
        label=_("Addresses or domains"),
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false", "autocapitalize": "off"}),
        help_text=_("One a line: anna@example.com, or example.com with all its subdomains."),
        error_messages={"required": _("Give at least one address or domain.")},
    )
    why = forms.CharField(
        label=_("Why"),
        max_length=LONGEST_REASON,
        error_messages={"required": _("Say why they must not be mailed.")},
    )

    def clean_values(self) -> str:
        text: str = self.cleaned_data["values"]
        if text.count("\n") >= blocking.MOST_LINES:
            raise ValidationError(
                ngettext_lazy(
                    "At most %(most)s line at once.",
                    "At most %(most)s lines at once. Paste them in parts.",
                    blocking.MOST_LINES,
                )
                % {"most": blocking.MOST_LINES}
            )
        return text

    def block(self, by: "User") -> Effect:
        """Block what can be read; the form then says what cannot, and keeps that alone."""
        read = blocking.pasted(self.cleaned_data["values"])
        effect = changes.block(read.values, by=by, why=" ".join(self.cleaned_data["why"].split()))
        if read.wrong:
            self.add_error("values", [why for _line, why in read.wrong[:50]])
            self.data = {"values": read.left, "why": self.cleaned_data["why"]}
        return effect


class BlockedSearch(forms.Form):
    """What the list of those who must not be mailed is narrowed to."""

    words = forms.CharField(required=False, max_length=200)
    reason = forms.ChoiceField(required=False, choices=Suppression.Reason)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.is_valid()

    @property
    def sought(self) -> str:
        return self.cleaned_data.get("words") or ""

    @property
    def chosen(self) -> str:
        return self.cleaned_data.get("reason") or ""

    @property
    def reasons(self) -> list[tuple[str, Any]]:
        return list(Suppression.Reason.choices)

    def narrow(self, rows: "SuppressionQuerySet") -> "SuppressionQuerySet":
        """Those of `rows` that are asked for; what makes no sense in the query is passed over."""
        if self.chosen:
            rows = rows.because(self.chosen)
        return rows.matching(self.sought)
