"""What is written in a template, where it stands, and what is looked for among templates."""

from typing import TYPE_CHECKING, Any
from uuid import uuid5

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.categories.forms import NO_CATEGORY, new_name
from accounts.forms import SharingForm, one_line

from ..forms.texts import TextForm
from ..models import Category, Identity, Overtaken, Template, TooMany

if TYPE_CHECKING:
    from accounts.models import User


class TemplateForm(TextForm):
    """A template as it stands in its editor; `template` is the one that is changed, if any.

    `version` is that of the template when the page read it.
    """

    key = forms.UUIDField()
    version = forms.IntegerField(required=False, min_value=0, max_value=2**31 - 2)
    name = forms.CharField(
        max_length=150,
        label=gettext_lazy("Name"),
        error_messages={"required": gettext_lazy("Give it a name, by which you find it.")},
    )
    category = forms.ModelChoiceField(
        Category.objects.none(),
        required=False,
        label=gettext_lazy("Category"),
        empty_label=NO_CATEGORY,
    )
    new_category = forms.CharField(
        required=False, max_length=100, label=gettext_lazy("or a new one")
    )

    def __init__(
        self, owner: "User", *args: Any, template: Template | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.owner, self.template = owner, template
        self.fields["category"].queryset = owner.categories.by_name()  # type: ignore[attr-defined]

    # What is asked of it ---------------------------------------------------------------------

    @classmethod
    def of(cls, template: Template) -> "TemplateForm":
        """To change `template`."""
        told = {"key": template.key, "version": template.version, "name": template.name}
        told |= {"subject": template.subject, "html": template.html}
        category = template.category_id
        return cls(template.owner, template=template, initial=told | {"category": category})

    def keep_apart(self) -> Template | None:
        """As `keep`, as a new template beside the one that was changed meanwhile; the same one
        for a second press."""
        told = self.cleaned_data
        self.template, told["key"] = None, uuid5(told["key"], f"beside {told['version']}")
        return self.keep()

    def keep(self) -> Template | None:
        """The template as it is written now; None, with an error, if it cannot be kept.

        Raises Overtaken if the template was changed meanwhile.
        """
        told = self.cleaned_data
        said = {"category": self._category(), "name": told["name"], "subject": told["subject"]}
        said["html"] = told["html"]
        if self.template:
            self.template.rewrite(version=told["version"] or 0, by=self.owner, **said)
            return self.template
        try:
            return Template.write(self.owner, key=told["key"], **said)
        except TooMany as full:
            self.add_error(None, str(full))
            return None

    def keep_over(self, overtaken: Overtaken) -> Template | None:
        """As `keep`, in place of what somebody else has written, which stays as a version."""
        self.cleaned_data["version"] = overtaken.template.version
        return self.keep()

    # What its page shows ---------------------------------------------------------------------

    @property
    def sender(self) -> Identity | None:
        """Who it comes from when it is looked at: the identity that new emails begin with."""
        return self.owner.identities.for_compose().first()

    # How it is read --------------------------------------------------------------------------

    def clean_name(self) -> str:
        return one_line(self.cleaned_data["name"])

    def clean_new_category(self) -> str:
        return new_name(Category, self.owner, self.cleaned_data["new_category"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if not self.errors and not (cleaned["subject"] or cleaned["html"]):
            self.add_error("html", _("Write a subject or a text: the template is empty."))
        return cleaned

    def _category(self) -> Category | None:
        if name := self.cleaned_data["new_category"]:
            return Category.named(self.owner, name)
        return self.cleaned_data["category"]


class TemplateSharingForm(SharingForm):
    """With which teams a template is shared; on the way it may move to another category."""

    category = forms.ModelChoiceField(
        Category.objects.none(),
        required=False,
        label=gettext_lazy("In the category"),
        empty_label=NO_CATEGORY,
    )

    def __init__(self, template: Template, *args: Any, **kwargs: Any) -> None:
        super().__init__(template.owner, template, *args, **kwargs)
        self.template = template
        self.fields["category"].queryset = template.owner.categories.by_name()  # type: ignore[attr-defined]
        self.initial["category"] = template.category_id

    def keep(self) -> None:
        template, category = self.template, self.cleaned_data["category"]
        if category != template.category:
            template.rewrite(version=template.version, by=template.owner, category=category)
        super().keep()

    def said(self) -> str:
        """Who sees it now, in a sentence."""
        names = ", ".join(team.name for team in self.cleaned_data["teams"])
        return _("Shared with %(teams)s.") % {"teams": names} if names else _("Only you see it.")
