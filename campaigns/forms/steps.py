"""A step as it stands in its editor: an email, or something that the rep does."""

from typing import TYPE_CHECKING, Any, cast
from uuid import uuid4

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.forms import one_line
from emails.following import again
from emails.forms import FilesForm
from emails.forms.compose import LongTextField
from emails.forms.texts import TextForm
from emails.models import Identity, TemplateVersion
from tasks.models import Task

from ..models import Campaign, Kind, Step, StepRefused, Timing

if TYPE_CHECKING:
    from django.http import QueryDict

    from accounts.models import User
    from emails.models import StoredFile

LATE = gettext_lazy("A campaign has at most 365 days: choose a day from 1 to 365.")
# As an email goes by itself: when the campaign is started, or as the email before it.
BY_ITSELF = "auto"
A_DAY = 24 * 60


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


class EmailStepForm(StepForm, TextForm, FilesForm):
    """An email that goes by itself, or is written as a task when its day has come."""

    FIELDS = ("clock", "minutes", "subject", "html")

    timing = forms.ChoiceField(
        choices=[
            (BY_ITSELF, gettext_lazy("by itself")),
            (Timing.FIXED.value, Timing.FIXED.label),
            (Timing.TASK.value, Timing.TASK.label),
        ],
        label=gettext_lazy("Time"),
    )
    minutes = forms.IntegerField(
        required=False,
        min_value=0,
        max_value=A_DAY - 1,
        label=gettext_lazy("minutes later"),
        error_messages={
            name: gettext_lazy("Write 0 to 1,439 minutes; more than that is another day.")
            for name in ("min_value", "max_value", "invalid")
        },
    )
    follows = forms.ChoiceField(
        required=False,
        choices=[
            ("", gettext_lazy("A conversation of its own")),
            ("yes", gettext_lazy("Follow-up to the email before it")),
        ],
        label=gettext_lazy("Conversation"),
    )

    def __init__(
        self, campaign: Campaign, kind: str, *args: Any, user: "User", **kwargs: Any
    ) -> None:
        self.writer = user
        super().__init__(campaign, kind, *args, user=user, **kwargs)
        if self.step:  # an admin may change what somebody else has attached files to
            known = user.files.all() | self.step.files.all()
            self.fields["files"].queryset = known.distinct()  # type: ignore[attr-defined]

    def first_of(self, step: Step | None) -> dict[str, Any]:
        told = super().first_of(step)
        if step is None:
            return told | {"timing": BY_ITSELF, "minutes": 0}
        by_itself = step.timing in {Timing.LAUNCH, Timing.PREVIOUS}
        told["timing"] = BY_ITSELF if by_itself else step.timing
        told["follows"] = "yes" if step.follows else ""
        if step.template_version:
            told["template"] = step.template_version.ticket_for(self.writer)
        return told

    # What its page shows ---------------------------------------------------------------------

    @property
    def attached(self) -> "list[StoredFile]":
        if self.is_bound:
            return getattr(self, "cleaned_data", {}).get("attached", [])
        return list(self.step.files.all()) if self.step else []

    @property
    def sender(self) -> Identity | None:
        """Who it comes from when it is looked at: the identity that new emails begin with."""
        return self.user.identities.for_compose().first()

    @property
    def template_ticket(self) -> str:
        return str((self.data if self.is_bound else self.initial).get("template") or "")

    def put_in(self, version: TemplateVersion) -> None:
        """Let the text be known as that of a template from now on."""
        self.data = cast("QueryDict", self.data).copy()
        self.data["template"] = version.ticket_for(self.writer)

    @property
    def email_before(self) -> Step | None:
        """The email that a follow-up would follow: the last one before it."""
        emails = [each for each in self.steps_before if each.kind == Kind.EMAIL]
        return emails[-1] if emails else None

    @property
    def subject_before(self) -> str:
        """What stands as the subject of a follow-up that has none of its own; "" if it follows
        nothing."""
        before = self.email_before
        while before and not before.subject:
            earlier = [each for each in self.steps_before if each.place < before.place]
            emails = [each for each in earlier if each.kind == Kind.EMAIL]
            before = emails[-1] if emails else None
        return again(before.subject) if before else ""

    # How it is read --------------------------------------------------------------------------

    def clean_minutes(self) -> int:
        return self.cleaned_data["minutes"] or 0

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        follows = cleaned.get("follows") == "yes"
        if cleaned.get("timing") == Timing.FIXED and not cleaned.get("clock"):
            self._say("clock", _("Say at what time it goes, for example 09:30."))
        if follows and "day" in cleaned and not self.email_before:
            self._say(
                "follows",
                _("No email comes before it that it could follow up. Choose a later day, or let it"
                  " begin a conversation of its own."),
            )  # fmt: skip
        if not follows and not cleaned.get("subject"):
            self._say("subject", _("Give it a subject."))
        if not cleaned.get("html"):
            self._say("html", _("Write what the email says."))
        return cleaned

    def _say(self, name: str, sentence: str) -> None:
        if name not in self.errors:
            self.add_error(name, ValidationError(sentence))

    def told(self) -> dict[str, Any]:
        told, timing = super().told(), self.cleaned_data["timing"]
        if timing == BY_ITSELF:
            timing = Timing.LAUNCH if self.is_first else Timing.PREVIOUS
        told |= {"timing": timing, "follows": self.cleaned_data["follows"] == "yes"}
        if timing in {Timing.LAUNCH, Timing.PREVIOUS}:
            told["clock"] = None
        if timing != Timing.PREVIOUS:
            told["minutes"] = 0
        version = TemplateVersion.of_ticket(self.writer, self.template_ticket)
        told["template_version"] = version
        return told | {"files": self.cleaned_data["attached"]}


def form_for(
    campaign: Campaign, kind: str, user: "User", *args: Any, **kwargs: Any
) -> EmailStepForm | TaskStepForm:
    """The form of a step of this kind, written by `user`."""
    if kind == Kind.EMAIL:
        return EmailStepForm(campaign, kind, *args, user=user, **kwargs)
    return TaskStepForm(campaign, kind, *args[:1], **kwargs)
