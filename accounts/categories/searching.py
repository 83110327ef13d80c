from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.utils.functional import Promise, cached_property

if TYPE_CHECKING:
    from ..models import User
    from ..models.categories import Category


class ShelfSearch(forms.Form):
    """What a list that is kept in categories is narrowed to; it lives in the query string, and what
    makes no sense in it is passed over."""

    VIEWS: ClassVar[Mapping[str, str | Promise]]
    KIND: "ClassVar[type[Category]]"

    words = forms.CharField(required=False, max_length=200)
    view = forms.ChoiceField(required=False)
    category: Any = forms.ModelChoiceField(None, required=False)

    def __init__(self, user: "User", *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.fields["view"].choices = list(self.VIEWS.items())  # type: ignore[attr-defined]
        self.fields["category"].queryset = self.KIND.seen_by(user)  # type: ignore[attr-defined]
        self.is_valid()

    @property
    def sought(self) -> str:
        return self.cleaned_data.get("words") or ""

    @property
    def chosen_view(self) -> str:
        return self.cleaned_data.get("view") or ""

    @cached_property
    def chosen_category(self) -> "Category | None":
        return self.cleaned_data.get("category")

    @property
    def title(self) -> str:
        """The view or the category that is open."""
        chosen = self.chosen_category
        return chosen.name if chosen else str(self.VIEWS[self.chosen_view])
