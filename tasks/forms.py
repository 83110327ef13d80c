"""Forms for tasks: one, new or known, and what is asked before many are changed."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.urls import reverse_lazy
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from emails.recipients import Recipient, one
from prospects.addresses import looks_like_address
from prospects.lists import BETWEEN, plain
from prospects.models import Person
from ui.ids import id_in

from .models import Task
from .search_forms import DayField

if TYPE_CHECKING:
    from emails.models import Email

    TaskModelForm = forms.ModelForm[Task]
else:
    TaskModelForm = forms.ModelForm

# Minutes before it is due.
REMINDERS = [
    ("", _("not at all")),
    ("0", _("at the time")),
    ("10", _("10 minutes before")),
    ("60", _("1 hour before")),
    ("1440", _("1 day before")),
]


def written(person: Person) -> str:
    """A person as the field for one holds them."""
    return str(Recipient(person.email, plain(f"{person.first_name} {person.last_name}")))


class PersonField(forms.CharField):
    """One of the people whom the user sees, by address or by name; found by a few letters."""

    def __init__(self, **kwargs: Any) -> None:
        found = {
            "role": "combobox",
            "aria-expanded": "false",
            "aria-controls": "task-people",
            "aria-autocomplete": "list",
            "autocomplete": "off",
            "spellcheck": "false",
            "data-pick": "",
            "hx-get": reverse_lazy("tasks:people"),
            "hx-trigger": "input changed delay:150ms",
            "hx-target": "#task-people",
            "hx-swap": "innerHTML",
            "hx-sync": "this:replace",
        }
        super().__init__(required=False, max_length=600, widget=forms.TextInput(found), **kwargs)

    def meant(self, text: str, user: User) -> Person | None:
        """Whom `text` means. Raises ValidationError with a sentence for nobody and for several."""
        people = Person.seen_by(user)
        if not text:
            return None
        if looks_like_address(text) or "<" in text:
            found = list(people.with_address(one(text.rstrip(", ")).address)[:1])
        else:
            found = list(people.matching(BETWEEN.sub(" ", text)[:200])[:2])
        if len(found) > 1:
            raise ValidationError(
                _("Several people are meant by “%(text)s”. Choose one from the list."),
                code="several",
                params={"text": text[:80]},
            )
        if not found:
            raise ValidationError(
                _("You have nobody called “%(text)s”. Choose somebody from the list."),
                code="nobody",
                params={"text": text[:80]},
            )
        return found[0]


class TaskForm(TaskModelForm):
    """A task of the user's: what, for whom, about whom, and when on the user's own clock."""

    person = PersonField(label=_("Person"))
    day = DayField(label=_("Day"))
    clock = forms.TimeField(
        label=_("Time"),
        required=False,
        widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}),
        error_messages={"invalid": _("This is no time of day.")},
    )
    remind = forms.TypedChoiceField(
        label=_("Remind me"),
        choices=REMINDERS,
        required=False,
        coerce=lambda minutes: timedelta(minutes=int(minutes)),
        empty_value=None,
    )
    email = forms.CharField(required=False, widget=forms.HiddenInput)

    class Meta:
        model = Task
        fields = ["kind", "name", "assignee", "priority", "details"]
        widgets = {"details": forms.Textarea(attrs={"rows": 3})}
        error_messages = {"name": {"required": _("Give it a name: what is to be done?")}}

    field_order = (
        "name", "kind", "priority", "day", "clock", "person", "assignee", "remind", "details", "email",
    )  # fmt: skip

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **({"auto_id": "task_%s"} | kwargs))
        self.user = user
        assignees: Any = self.fields["assignee"]
        self.assignee_before = self.instance.assignee_id
        now = Q(pk=self.assignee_before)  # who has it keeps it, even if they have left
        assignees.queryset = User.colleagues().filter(Q(is_active=True) | now)
        assignees.empty_label, assignees.required = None, False
        assignees.label_from_instance = lambda each: (
            _("%(name)s (you)") % {"name": each} if each == user else str(each)
        )
        if assignees.queryset.count() == 1:
            del self.fields["assignee"]
        self.initial = {**self._initially(), **self.initial}
        if self.instance.pk and self.initial["remind"] not in dict(REMINDERS):
            odd = (self.initial["remind"], _("as it is set"))
            self.fields["remind"].choices = [*REMINDERS, odd]  # type: ignore[attr-defined]

    def _initially(self) -> dict[str, Any]:
        task, zone = self.instance, self.user.zone
        if not task.pk:
            return {
                "assignee": self.user.pk,
                "day": timezone.localdate(timezone=zone),
                "remind": "",
            }
        before = task.reminds_before
        return {
            "person": written(task.person) if task.person else "",
            "day": task.day_in(zone),
            "clock": task.clock_in(zone),
            "remind": "" if before is None else str(int(before.total_seconds() // 60)),
            "email": task.email_id or "",
        }

    def clean_name(self) -> str:
        return " ".join(self.cleaned_data["name"].split())

    def clean_person(self) -> Person | None:
        """Whoever it was about stays, even if the user may not see them any more."""
        text, field = self.cleaned_data["person"], self.fields["person"]
        if self.instance.person and text == written(self.instance.person):
            return self.instance.person
        if self.instance.campaign_id:
            raise ValidationError(
                _("A campaign made this task for %(person)s: it stays about them."),
                code="campaign",
                params={"person": self.instance.person},
            )
        return field.meant(text, self.user)  # type: ignore[attr-defined]

    def clean_email(self) -> "Email | None":
        """The email that it is made from; of the user's own alone."""
        told = self.cleaned_data["email"]
        if told and told == str(self.instance.email_id):
            return self.instance.email
        pk = id_in(told)
        return self.user.emails.unpurged().of_ids([pk]).first() if pk else None

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        who = cleaned.get("assignee") or (self.instance.assignee if self.instance.pk else self.user)
        cleaned["assignee"], person = who, cleaned.get("person")
        if person and who != self.user and not person.is_seen_by(who):
            self.add_error("assignee" if "assignee" in self.fields else None, unseen(who, person))
        return cleaned

    @transaction.atomic
    def keep(self) -> Task:
        """Store it; the lists of those whom it concerns learn of it."""
        told, task = self.cleaned_data, self.instance
        task.assignee, task.person, task.email = told["assignee"], told["person"], told["email"]
        if not task.pk:
            task.creator = self.user
        task.plan(told["day"], told["clock"], self._zone())
        task.remind(told["remind"])
        task.keep(instead_of=self.assignee_before)
        return task

    def _zone(self) -> str:
        """The zone whose clock is meant: the writer's; of a day without a time that stays, its own."""
        task, told = self.instance, self.cleaned_data
        stays = task.pk and not task.has_time and told["clock"] is None
        return task.zone if stays and told["day"] == task.due_on else self.user.time_zone


def unseen(assignee: User, person: Person) -> str:
    """Why `assignee` cannot be given a task about `person`."""
    told = {"assignee": assignee, "person": person}
    return (
        gettext("%(assignee)s may not see %(person)s. Share the person with a team first.") % told
    )
