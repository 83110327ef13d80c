"""What the bar of ticked people asks besides who they are: one form for each action."""

from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from . import actions, deleting
from .actions import Result
from .models import Group, Person

if TYPE_CHECKING:
    from accounts.models import User

    from .models.people import PersonQuerySet


class TickedForm(forms.Form):
    """One action: its name in the URL, its label, and the question that it asks first, if any."""

    name: ClassVar[str]
    label: ClassVar[str | Promise]
    question: ClassVar[str | Promise] = ""

    def __init__(self, user: "User", *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **({"auto_id": "ticked_%s"} | kwargs))
        self.user = user

    @property
    def sentence(self) -> str:
        """What is wrong, in one sentence."""
        return " ".join(str(error) for errors in self.errors.values() for error in errors)

    @property
    def about(self) -> str:
        """Which group, what value: beside the label, for whoever comes back to it later."""
        return ""

    def weigh(self, people: "PersonQuerySet") -> None:
        """Raise GroupFull or TooMany where it cannot be done with all of `people`, before it is
        begun with some of them."""

    def carry_out(self, people: "PersonQuerySet") -> Result:
        """Do it with `people`. Raises GroupFull."""
        raise NotImplementedError


class ToGroup(TickedForm):
    name, label = "group", _("Add to group")

    group = forms.ModelChoiceField(
        Group.objects.none(), label=_("Group"), required=False, empty_label=_("a new group:")
    )
    new_group = forms.CharField(label=_("Name of the new group"), required=False, max_length=100)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        mine = Group.changed_by(self.user).by_name()
        self.fields["group"].queryset = mine  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        cleaned["new_group"] = " ".join(cleaned.get("new_group", "").split())
        if not self.errors and not cleaned["new_group"] and not cleaned["group"]:
            raise ValidationError(_("Choose a group, or give a new one a name."))
        # Who typed a name means it, whatever the choice beside it says.
        if cleaned["new_group"]:
            cleaned["group"] = (
                Group.objects.owned_by(self.user).called(cleaned["new_group"]).first()
            )
        return cleaned

    @property
    def about(self) -> str:
        return str(self.cleaned_data["group"] or self.cleaned_data["new_group"])

    def weigh(self, people: "PersonQuerySet") -> None:
        told = self.cleaned_data
        group = told["group"] or Group(owner=self.user, name=told["new_group"])
        group.has_room_for(people)

    def carry_out(self, people: "PersonQuerySet") -> Result:
        told = self.cleaned_data
        return actions.add_to_group(people, self.user, told["group"], told["new_group"])


class OutOfGroup(TickedForm):
    name, label = "leave", _("Remove from group")

    left = forms.ModelChoiceField(
        Group.objects.none(),
        error_messages={
            "required": _("Open the group first."),
            "invalid_choice": _("Only the owner of a group or an admin changes who is in it."),
        },
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["left"].queryset = Group.changed_by(self.user)  # type: ignore[attr-defined]

    @property
    def about(self) -> str:
        return str(self.cleaned_data["left"])

    def carry_out(self, people: "PersonQuerySet") -> Result:
        return actions.leave_group(people, self.user, self.cleaned_data["left"])


class SetSource(TickedForm):
    name, label = "source", _("Set source")

    source = forms.CharField(label=_("Source"), required=False, max_length=100)

    @property
    def about(self) -> str:
        return str(self.cleaned_data["source"] or _("none"))

    def carry_out(self, people: "PersonQuerySet") -> Result:
        source = " ".join(self.cleaned_data["source"].split())
        return actions.put(people, self.user, "source", source, source)


class SetAuthorization(TickedForm):
    name, label = "authorization", _("Set authorization")

    authorization = forms.ChoiceField(
        label=_("Authorization"),
        choices=[("", _("none")), *Person.Authorization.choices],
        required=False,
    )

    @property
    def _shown(self) -> str:
        shown = dict(Person.Authorization.choices)
        return str(shown.get(self.cleaned_data["authorization"], ""))

    @property
    def about(self) -> str:
        return self._shown or str(_("none"))

    def carry_out(self, people: "PersonQuerySet") -> Result:
        chosen = self.cleaned_data["authorization"]
        return actions.put(people, self.user, "authorization", chosen, self._shown)


class Unsubscribe(TickedForm):
    name, label = "unsubscribe", _("Unsubscribe")
    question = _("Unsubscribe them? Nobody of the organisation can write to them any more.")

    def carry_out(self, people: "PersonQuerySet") -> Result:
        return actions.stop_mail(people, self.user)


class Delete(TickedForm):
    name, label = "delete", _("Delete")
    question = _(
        "Delete them? They leave every list and group. Emails to them stay where they are, and those"
        " that are scheduled still go out."
    )

    def carry_out(self, people: "PersonQuerySet") -> Result:
        return deleting.delete(people, self.user)


FORMS: dict[str, type[TickedForm]] = {
    form.name: form
    for form in (ToGroup, OutOfGroup, SetSource, SetAuthorization, Unsubscribe, Delete)
}


def add(form: type[TickedForm]) -> None:
    """Offer an action of a higher app, behind adding to a group. The names of its fields must be its
    own: all actions of the bar are asked for in one form."""
    first, *others = FORMS.values()
    FORMS.clear()
    FORMS.update({each.name: each for each in (first, form, *others)})


def offered(user: "User", group: Group | None) -> list[TickedForm]:
    """The actions that the bar of a list offers; with the list of a group, leaving it too."""
    within = group is not None and group.is_editable_by(user)
    return [form(user) for form in FORMS.values() if form is not OutOfGroup or within]
