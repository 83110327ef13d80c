"""A subject and a text that emails are made of later: those of a template, of a campaign's step."""

from typing import Any

from django import forms
from django.conf import settings
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ..fields import Group, Listed, Problem, listed, read, unknown_custom
from ..fields.language import FILTERS
from ..sending.html import clean, text_of
from .compose import LongTextField
from .files import MEGABYTE
from .shown import from_text, is_blank
from .subjects import subject_line


class TextForm(forms.Form):
    """What templates/emails/compose/_body.html and the picker of fields ask of their form.

    The text comes as HTML from the editor, or as plain text where there is none.
    """

    subject = forms.CharField(required=False, label=gettext_lazy("Subject"))
    html = LongTextField(required=False, strip=False)
    text = LongTextField(required=False, strip=False, label=gettext_lazy("Text"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.written = ""

    # What its page shows ---------------------------------------------------------------------

    @property
    def body(self) -> str:
        """The text, clean."""
        return self.written if self.is_bound else self.initial.get("html") or ""

    @property
    def body_as_text(self) -> str:
        return text_of(self.body).rstrip("\n")

    @property
    def known_fields(self) -> list[tuple[Group, list[Listed]]]:
        """Every field that can be used."""
        return listed()

    @property
    def filters(self) -> list[tuple[str, Any]]:
        """What can be done with a field."""
        return list(FILTERS.items())

    @property
    def body_limit(self) -> int:
        """How many bytes the text may have."""
        return settings.LIMITS["BODY_MB"] * MEGABYTE

    # How it is read --------------------------------------------------------------------------

    def clean_subject(self) -> str:
        return subject_line(self.cleaned_data["subject"])

    def clean_html(self) -> str:
        html = clean(self.cleaned_data["html"])
        return "" if is_blank(html) else html

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        text = "\n".join(cleaned.get("text", "").splitlines())
        if "text" in self.data and text.strip() != text_of(cleaned.get("html") or "").strip():
            cleaned["html"] = from_text(text)
        # Shown again whatever is said against it below: nothing typed is lost.
        self.written = cleaned.get("html") or ""
        self._judge_size(cleaned.get("html") or "")
        self._judge_fields(cleaned)
        return cleaned

    def _judge_size(self, html: str) -> None:
        size = len(html.encode())
        if size > self.body_limit:
            self.add_error(
                "html",
                _(
                    "The text with its pictures is %(size)s; at most %(limit)s can be sent. Take"
                    " pictures out."
                )
                % {"size": filesizeformat(size), "limit": filesizeformat(self.body_limit)},
            )

    def _judge_fields(self, cleaned: dict[str, Any]) -> None:
        """Refuse what no email could be made of; prompts are for whoever writes with it."""
        sources = {"subject": read(cleaned.get("subject") or "", html=False)}
        sources["html"] = read(cleaned.get("html") or "", html=True)
        for name, source in sources.items():
            if source.problem:
                self.add_error(name, _in_the(name) % {"problem": source.problem})
            for field in unknown_custom(source.fields):
                unknown = Problem("unknown_field", values={"name": field})
                self.add_error(name, _in_the(name) % {"problem": unknown})


def _in_the(field: str) -> str:
    """The sentence around what is wrong with a field in the subject or in the text."""
    return (
        _("In the subject, %(problem)s.") if field == "subject" else _("In the text, %(problem)s.")
    )
