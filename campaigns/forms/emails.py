"""An email of a campaign as it stands in its editor."""

from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from emails.following import again
from emails.forms import FilesForm
from emails.forms.texts import TextForm
from emails.models import Identity, TemplateVersion

from ..models import Campaign, Kind, Step, Timing
from .steps import StepForm

if TYPE_CHECKING:
    from django.http import QueryDict

    from accounts.models import User
    from emails.models import StoredFile

# As an email goes by itself: when the campaign is started, or as the email before it.
BY_ITSELF = "auto"
A_DAY = 24 * 60


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
