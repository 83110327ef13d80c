"""What a list of people is narrowed to; all of it stands in the query string."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import User

from .models import CustomField, Group

if TYPE_CHECKING:
    from .models.people import PersonQuerySet


class Lists(models.TextChoices):
    """The lists that everybody has (G1), besides the groups."""

    ALL = "", _("All People")
    MINE = "mine", _("My Contacts")
    UNSUBSCRIBED = "unsubscribed", _("Unsubscribes")


class PeopleSearch(forms.Form):
    """A list or a group, and what is sought in it. What makes no sense in the query is passed over."""

    words = forms.CharField(required=False, max_length=200)
    show = forms.ChoiceField(choices=Lists.choices, required=False)
    group = forms.ModelChoiceField(Group.objects.none(), required=False)
    owner = forms.ModelChoiceField(
        User.objects.none(), label=_("Owner"), required=False, empty_label=_("anybody")
    )
    company = forms.CharField(label=_("Company or domain"), required=False, max_length=150)
    unsubscribed = forms.ChoiceField(
        label=_("Unsubscribed"),
        choices=[("", _("no matter")), ("yes", _("yes")), ("no", _("no"))],
        required=False,
    )
    field = forms.ChoiceField(label=_("Own field"), required=False)
    value = forms.CharField(label=_("holds"), required=False, max_length=CustomField.LONGEST_VALUE)

    FILTERS = ("owner", "company", "unsubscribed", "field", "value")

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **({"auto_id": "people_%s"} | kwargs))
        self.user = user
        groups = Group.seen_by(user).with_owners().prefetch_related("teams")
        self.fields["group"].queryset = groups  # type: ignore[attr-defined]
        self.fields["owner"].queryset = User.colleagues()  # type: ignore[attr-defined]
        self.own = {field.key: field for field in CustomField.all_by_label()}
        keys = [(key, field.label) for key, field in self.own.items()]
        self.fields["field"].choices = [("", _("no matter")), *keys]  # type: ignore[attr-defined]
        self.is_valid()

    @property
    def sought(self) -> str:
        return self.cleaned_data.get("words") or ""

    @property
    def chosen_group(self) -> Group | None:
        return self.cleaned_data.get("group")

    @property
    def chosen_list(self) -> Lists:
        """The list that is open; of no meaning while a group is."""
        return Lists(self.cleaned_data.get("show") or "")

    @property
    def title(self) -> str | Promise:
        return self.chosen_group.name if self.chosen_group else self.chosen_list.label

    @property
    def lists(self) -> list[tuple[Lists, bool]]:
        """Each list, and whether it is open."""
        return [(one, not self.chosen_group and one == self.chosen_list) for one in Lists]

    @property
    def filters(self) -> list[forms.BoundField]:
        """The inputs of the filters; those for own fields only where there are any."""
        names = self.FILTERS if self.own else self.FILTERS[:3]
        return [self[name] for name in names]

    @property
    def active(self) -> int:
        """How many filters narrow the list."""
        given = [name for name in self.FILTERS if self.cleaned_data.get(name)]
        return len(given) - ("field" in given and "value" in given) - (given == ["value"])

    @property
    def is_narrowed(self) -> bool:
        return bool(self.sought or self.active)

    def narrow(self, people: "PersonQuerySet") -> "PersonQuerySet":
        """Those of `people` that are asked for."""
        if self.chosen_group:
            people = people.in_group(self.chosen_group)
        elif self.chosen_list == Lists.MINE:
            people = people.owned_by(self.user)
        elif self.chosen_list == Lists.UNSUBSCRIBED:
            people = people.unsubscribed()
        return self._filtered(people).matching(self.sought)

    def _filtered(self, people: "PersonQuerySet") -> "PersonQuerySet":
        told = self.cleaned_data
        if told.get("owner"):
            people = people.owned_by(told["owner"])
        if told.get("company"):
            people = people.at_company(told["company"])
        if told.get("unsubscribed"):
            people = people.unsubscribed(told["unsubscribed"] == "yes")
        if told.get("field"):
            people = people.with_own_field(self.own[told["field"]], told.get("value") or "")
        return people
