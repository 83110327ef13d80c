from typing import TYPE_CHECKING

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ..forms import one_line

if TYPE_CHECKING:
    from ..models import User
    from ..models.categories import Category

NO_CATEGORY = gettext_lazy("No category")


class CategoryForm(forms.ModelForm):
    """A category's name, which its owner has once."""

    class Meta:
        fields = ["name"]

    def clean_name(self) -> str:
        name, kind = one_line(self.cleaned_data["name"]), type(self.instance)
        others = kind.changed_by(self.instance.owner).exclude(pk=self.instance.pk)
        if others.called(name).exists():
            raise ValidationError(_("You have a category of this name already."), code="known")
        if not self.instance.pk:
            refuse_another_category(kind, self.instance.owner)
        return name


def new_name(kind: "type[Category]", owner: "User", typed: str) -> str:
    """The name of a category that is to be made on the way, "" for none; raises ValidationError
    where `owner` may not have another one."""
    name = one_line(typed)
    if name and not kind.changed_by(owner).called(name).exists():
        refuse_another_category(kind, owner)
    return name


def refuse_another_category(kind: "type[Category]", owner: "User") -> None:
    """Raise ValidationError if `owner` has as many of this kind as one may have."""
    limit = settings.LIMITS["CATEGORIES"]
    if kind.changed_by(owner).count() >= limit:
        raise ValidationError(
            _("You have %(limit)s categories, and more are not allowed. Delete empty ones first."),
            params={"limit": limit},
        )
