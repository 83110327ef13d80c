"""One task for each of many people: in the bar of ticked people, wherever people are listed."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.changes import announce, announce_elsewhere
from accounts.models import Undo, UndoRefused
from prospects.actions import Result, counted
from prospects.ticked import TooMany
from prospects.ticked_forms import TickedForm, add

from .models import Kind, Task
from .search_forms import DayField

if TYPE_CHECKING:
    from accounts.models import User
    from prospects.models.people import PersonQuerySet

MOST = 1000
MADE = "tasks.made"


class MakeTasks(TickedForm):
    name, label = "tasks", _("Make tasks")

    task_name = forms.CharField(label=_("What is to be done?"), required=False, max_length=200)
    task_kind = forms.ChoiceField(
        label=_("Type"), choices=Kind.choices, initial=Kind.CALL, required=False
    )
    task_day = DayField(label=_("Day"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["task_day"].initial = timezone.localdate(timezone=self.user.zone)

    def clean_task_name(self) -> str:
        name = " ".join(self.cleaned_data["task_name"].split())
        if not name:
            raise ValidationError(_("Say what is to be done with them."))
        return name

    def clean_task_day(self) -> Any:
        return self.cleaned_data["task_day"] or timezone.localdate(timezone=self.user.zone)

    @property
    def about(self) -> str:
        return str(self.cleaned_data["task_name"])

    def weigh(self, people: "PersonQuerySet") -> None:
        if (count := people.count()) > MOST:
            raise TooMany(count, MOST)

    def carry_out(self, people: "PersonQuerySet") -> Result:
        told = self.cleaned_data
        model = Task(
            creator=self.user,
            assignee=self.user,
            name=told["task_name"],
            kind=told["task_kind"] or Kind.CALL,
        )
        model.plan(told["task_day"], None, self.user.time_zone)
        return make(people, model, self.user)


add(MakeTasks)


@transaction.atomic
def make(people: "PersonQuerySet", model: Task, user: "User") -> Result:
    """A task of `user` like `model`, which is not stored, for each of `people`."""
    told = {
        name: getattr(model, name)
        for name in ("creator", "assignee", "name", "kind", "due_on", "due_at", "zone", "has_time")
    }
    ids = people.order_by("sort_name", "pk").values_list("pk", flat=True)
    made = Task.objects.bulk_create([Task(person_id=pk, **told) for pk in ids], batch_size=500)
    if not made:
        return Result()
    announce(user.pk, people=[task.person_id for task in made if task.person_id])
    announce_elsewhere()
    said = counted(
        lambda n: ngettext(
            "%(count)s task made: “%(name)s”.", "%(count)s tasks made: “%(name)s”.", n
        ),
        len(made),
        name=model.name,
    )
    before = {"tasks": [task.pk for task in made]}
    each = {task.person_id: {"tasks": [task.pk]} for task in made if task.person_id}
    undo = Undo.objects.create(user=user, action=MADE, before=before)
    return Result(said, undo=undo, before=each)


@Undo.reverts(MADE)
def _take_back(user: "User", before: Mapping[str, Any]) -> str:
    """Those that are still open; what was done meanwhile stays done."""
    mine = Task.objects.assigned_to(user).open().of_ids(before["tasks"])
    count = mine.update(removed_at=timezone.now(), updated_at=timezone.now())
    if not count:
        raise UndoRefused(_("These tasks have all been done or deleted meanwhile."))
    announce(user.pk)
    announce_elsewhere()
    return counted(
        lambda n: ngettext(
            "Undone: %(count)s task is gone.", "Undone: %(count)s tasks are gone.", n
        ),
        count,
    )
