"""The field in which a signature is written."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from ..forms.shown import from_text, is_blank
from ..sending.html import clean, text_of

# It goes with every email; larger, it would be most of it.
MOST_BYTES = 100 * 1024


class SignatureWidget(forms.Textarea):
    """The editor, or plain text where there is none; either way its value is HTML."""

    template_name = "setup/_signature.html"

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        context["widget"]["text"] = text_of(value).rstrip("\n") if value else ""
        return context

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> str:
        html = str(data.get(name) or "").replace("\0", "")
        text = data.get(f"{name}_text")
        if text is None:
            return html
        text = "\n".join(str(text).replace("\0", "").splitlines())
        return html if text.strip() == text_of(html).strip() else from_text(text)


class SignatureField(forms.CharField):
    """HTML that may stand in mail, "" if a reader would see nothing of it."""

    widget = SignatureWidget

    def clean(self, value: Any) -> str:
        html = clean(super().clean(value))
        if len(html.encode()) > MOST_BYTES:
            raise ValidationError(
                _("A signature has at most %(most)s, pictures included; this one has %(size)s.")
                % {"most": filesizeformat(MOST_BYTES), "size": filesizeformat(len(html.encode()))}
            )
        return "" if is_blank(html) else html
