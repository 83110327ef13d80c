"""A step as it stands in its editor: what both kinds have, and something that the rep does."""

from typing import Any
from uuid import uuid4

from django import forms
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.forms import one_line
from emails.forms.compose import LongTextField
from tasks.models import Task

from ..models import Campaign, Kind, Step, StepRefused

LATE = gettext_lazy("A campaign has at most 365 days: choose a day from 1 to 365.")


class StepForm(forms.Form):
    """What both kinds have; `step` is the one that is changed, if any.

    `version` is that of the step when the page read it, `key` by what name the browser keeps what
    is typed until it is saved; a new step is added once by it.
    """

    FIELDS: tuple[str, ...] = ()  # the columns that it writes, besides the day and the name

    key = forms.CharField(required=False, max_length=40)
    version = forms.IntegerField(required=False, min_value=0, max_value=2**31 - 2)
    day = forms.IntegerField(
        label=gettext_lazy("Day"),
        min_value=1,
        max_value=Step.LAST_DAY,
        error_messages={"min_value": LATE, "max_value": LATE, "invalid": LATE, "required": LATE},
    )
    name = forms.CharField(required=False, max_length=200, label=gettext_lazy("Name"))
    clock = forms.TimeField(
        required=False,
        label=gettext_lazy("at"),
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        error_messages={"invalid": gettext_lazy("Write the time as 09:30.")},
    )

    def __init__(
        self, campaign: Campaign, kind: str, *args: Any, step: Step | None = None, **kwargs: Any
    ) -> None:
        self.campaign, self.kind, self.step = campaign, Kind(kind), step
        kwargs["initial"] = self.first_of(step) | (kwargs.get("initial") or {})
        super().__init__(*args, **kwargs)

    def first_of(self, step: Step | None) -> dict[str, Any]:
        """What stands in it at first."""
        if step is None:
            return {"key": str(uuid4())}
        told = {"key": str(step.pk), "version": step.version, "day": step.day, "name": step.name}
        return told | {name: getattr(step, name) for name in self.FIELDS}

    def clean_name(self) -> str:
        return one_line(self.cleaned_data["name"])

    # Where it stands -------------------------------------------------------------------------

    @cached_property
    def steps(self) -> list[Step]:
        """The other steps of the campaign, in order."""
        present = self.campaign.steps.present().in_order()  # type: ignore[attr-defined]
        return [each for each in present if not self.step or each.pk != self.step.pk]

    @property
    def chosen_day(self) -> int:
        if self.is_bound:
            return getattr(self, "cleaned_data", {}).get("day") or 1
        return self.initial.get("day") or 1

    @property
    def steps_before(self) -> list[Step]:
        """Those that come before it on the day that is chosen; on a new day it is the last one."""
        stays = self.step and self.step.day == self.chosen_day
        if stays and self.step:
            return [each for each in self.steps if each.place < self.step.place]
        return [each for each in self.steps if each.day <= self.chosen_day]

    @property
    def is_first(self) -> bool:
        return not self.steps_before

    # How it is kept --------------------------------------------------------------------------

    def told(self) -> dict[str, Any]:
        """The columns of the step."""
        told = {name: self.cleaned_data[name] for name in ("day", "name", *self.FIELDS)}
        return told | {"kind": self.kind}

    def keep(self) -> Step | None:
        """The step as it is written now; None, with an error, if the steps would make no sense.

        Raises Overtaken if the step was changed meanwhile.
        """
        told, version = self.told(), self.cleaned_data["version"] or 0
        try:
            if self.step is None:
                return Step.add(self.campaign, key=self.cleaned_data["key"], **told)
            self.step.rewrite(version=version, **told)
        except StepRefused as error:
            self.add_error("day", str(error))
            return None
        return self.step

    def keep_over(self, other: Step) -> Step | None:
        """As `keep`, in place of what somebody else has written."""
        self.cleaned_data["version"] = other.version
        return self.keep()

    def keep_apart(self) -> Step | None:
        """As `keep`, as a new step beside the one that was changed meanwhile."""
        self.step, self.cleaned_data["key"] = None, ""
        return self.keep()


class TaskStepForm(StepForm):
    """A call, an InMail, or anything else that the rep does."""

    FIELDS = ("clock", "details", "priority")

    details = LongTextField(required=False, max_length=20_000)
    priority = forms.TypedChoiceField(
        choices=Task.Priority.choices,
        coerce=int,
        required=False,
        empty_value=Task.Priority.NORMAL,  # type: ignore[arg-type]
        label=gettext_lazy("Priority"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["clock"].label = _("Due at")
        self.fields["details"].label = {
            Kind.CALL: _("Talk track"),
            Kind.INMAIL: _("Text of the InMail"),
        }.get(self.kind, _("Note"))
        self.fields["details"].widget = forms.Textarea(attrs={"rows": 8})
