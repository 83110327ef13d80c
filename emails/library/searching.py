"""What is looked for among templates: in their list, in the picker, and for a new email."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy

from accounts.categories.searching import ShelfSearch

from ..models import Category, Template

if TYPE_CHECKING:
    from accounts.models import User

    from ..models.templates import TemplateQuerySet


class ChosenTemplate(forms.Form):
    """The template that an email is begun with: ?template=42."""

    template = forms.ModelChoiceField(Template.objects.none(), required=False)

    def __init__(self, user: "User", *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.fields["template"].queryset = Template.seen_by(user)  # type: ignore[attr-defined]

    def typed(self) -> dict[str, Any]:
        """What stands in a compose window that opens with it; {} where none can be found."""
        if not self.is_valid() or not (template := self.cleaned_data["template"]):
            return {}
        latest = template.latest
        ticket = latest.ticket_for(self.user)
        return {"subject": latest.subject, "html": latest.html, "template": ticket}


class TemplateSearch(ShelfSearch):
    """What a list of templates is narrowed to and sorted by."""

    KIND = Category
    VIEWS = {"": gettext_lazy("All"), "mine": gettext_lazy("Mine")} | {
        "favourites": gettext_lazy("Favourites"),
        "team": gettext_lazy("Team templates"),
        "deleted": gettext_lazy("Deleted"),
    }
    SORTS = {"name": "sort_name", "used": "-used_at"} | {
        "replies": "-reply_rate",
        "success": "-success_rate",
    }

    sort = forms.ChoiceField(required=False, choices=[(name, name) for name in SORTS])

    @property
    def chosen_sort(self) -> str:
        return self.cleaned_data.get("sort") or "name"

    @property
    def by(self) -> str:
        """The column to sort by."""
        return self.SORTS[self.chosen_sort]

    def found(self) -> "TemplateQuerySet":
        """The templates that are asked for."""
        user = self.user
        seen = Template.seen_by(user)
        found = {
            "": seen,
            "mine": seen.owned_by(user),
            "favourites": seen.favourites_of(user),
            "team": seen.shared_with(user),
            "deleted": Template.objects.owned_by(user).removed(),
        }[self.chosen_view]
        if self.chosen_category:
            found = found.in_category(self.chosen_category)
        return found.matching(self.sought)

    def in_order(self) -> "TemplateQuerySet":
        """`found`, each with the column to sort by."""
        found = self.found()
        columns = {"used": found.with_last_use, "replies": found.with_reply_rate}
        columns |= {"success": found.with_success_rate}
        return columns.get(self.chosen_sort, lambda: found)()
