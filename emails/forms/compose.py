"""What is typed in the compose window, read and judged."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .. import recipients
from ..models import Composition, Identity
from ..readiness import missing_in
from ..sending.html import clean, text_of
from ..unfilled import unfilled
from ..wall_time import WallTime
from ..writing import Writing
from .files import FilesForm
from .shown import Shown, from_text, is_blank
from .subjects import subject_line

if TYPE_CHECKING:
    from accounts.models import User

MOST_COPIES = 100  # RFC 5321, 4.5.3.1.8: what every server must take in one transaction


class LongTextField(forms.CharField):
    """Text too long to be refused, and so lost, for a NUL that somehow got in."""

    def to_python(self, value: Any) -> str:
        return (super().to_python(value) or "").replace("\0", "")


class ComposeForm(Shown, FilesForm):
    """One email as it stands in the window.

    `final` is "" while it is being written (wrong is said to be wrong, but nothing is missing
    yet), "send" or "schedule" when it is to go.
    """

    identity = forms.ModelChoiceField(
        Identity.objects.none(), required=False, label=gettext_lazy("From")
    )
    to = forms.CharField(required=False, strip=True, label=gettext_lazy("To"))
    cc = forms.CharField(required=False, strip=True, label=gettext_lazy("Cc"))
    bcc = forms.CharField(required=False, strip=True, label=gettext_lazy("Bcc"))
    subject = forms.CharField(required=False, strip=True, label=gettext_lazy("Subject"))
    html = LongTextField(required=False, strip=False)
    text = LongTextField(required=False, strip=False, label=gettext_lazy("Text"))
    date = forms.DateField(required=False, label=gettext_lazy("Day"))
    time = forms.TimeField(required=False, label=gettext_lazy("Time"))
    zone = forms.CharField(required=False, label=gettext_lazy("Time zone"))

    def __init__(self, *args: Any, user: "User", final: str = "", **kwargs: Any) -> None:
        super().__init__(*args, user=user, **kwargs)
        self.final = final
        # Whom To means, if that is more than one: then it is to become a bulk email.
        self.many: recipients.Typed | None = None
        self.fields["identity"].queryset = user.identities.for_compose()  # type: ignore[attr-defined]

    # What is asked of it ---------------------------------------------------------------------

    def writing(self) -> Writing | None:
        """The email, of what is right in the form; None without recipient and subject."""
        told = self.read
        if not (told.get("to") and told.get("subject")):
            return None
        return Writing(
            identity=told.get("identity"),
            to_address=told["to"].address,
            to_name=told["to"].name,
            person=self.person,
            subject=told["subject"],
            html=told.get("html", ""),
            cc=told.get("cc") or [],
            bcc=told.get("bcc") or [],
            files=told.get("attached", []),
            template_version=self.template_version,
            task_id=self.task.pk if self.task else None,
        )

    def typed(self) -> dict[str, Any]:
        """Every field as it was typed, right or wrong; {} if nothing was."""
        typed: dict[str, Any] = {
            name: str(self.data.get(name, "")).replace("\0", "")
            for name in Composition.FIELDS
            if name != "files"
        }
        typed["html"] = self.body
        typed["files"] = [file.pk for file in self.attached]
        told = ("to", "cc", "bcc", "subject", "html", "files")
        return typed if any(typed[name] for name in told) else {}

    @property
    def is_for_many(self) -> bool:
        """Whether To names a group, or several: each would get a message of their own."""
        return self.many is not None and self.many.is_for_many

    # How it is read --------------------------------------------------------------------------

    def clean_to(self) -> recipients.Recipient | None:
        text = self.cleaned_data["to"]
        if not text:
            return None
        self.many = recipients.typed_by(self.user, text)
        if self.many.is_for_many:
            raise ValidationError(self.many.offer, code="several")
        return recipients.one(text)

    def clean_cc(self) -> list[str]:
        return recipients.several(self.cleaned_data["cc"])

    def clean_bcc(self) -> list[str]:
        return recipients.several(self.cleaned_data["bcc"])

    def clean_subject(self) -> str:
        return subject_line(self.cleaned_data["subject"])

    def clean_html(self) -> str:
        html = clean(self.cleaned_data["html"])
        return "" if is_blank(html) else html

    def clean_zone(self) -> str:
        zone = self.cleaned_data["zone"] or self.user.time_zone
        self.user._meta.get_field("time_zone").run_validators(zone)
        return zone

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        self._read_plain_text(cleaned)
        # What could be read stays so, whatever is said against it below: nothing typed is lost.
        self.read = dict(cleaned)
        self._judge_size(cleaned.get("html") or "")
        self._judge_copies(cleaned)
        if self.final != "send":
            self._read_time(cleaned)
        if self.final:
            self._ask_for_what_is_missing(cleaned)
            self._refuse_suppressed(cleaned)
            self._refuse_unfilled()
        return cleaned

    def _read_plain_text(self, cleaned: dict[str, Any]) -> None:
        # Without the editor the body is plain text; only if it was changed it replaces the HTML.
        text = "\n".join(cleaned.get("text", "").splitlines())
        if "text" in self.data and text.strip() != text_of(cleaned.get("html") or "").strip():
            cleaned["html"] = from_text(text)

    def _judge_size(self, html: str) -> None:
        limit = self.body_limit
        if len(html.encode()) > limit:
            self.add_error(
                "html",
                _(
                    "The text with its pictures is %(size)s; at most %(limit)s can be sent. Take"
                    " pictures out and attach them instead."
                )
                % {"size": filesizeformat(len(html.encode())), "limit": filesizeformat(limit)},
            )

    def _judge_copies(self, cleaned: dict[str, Any]) -> None:
        count = len(cleaned.get("cc") or []) + len(cleaned.get("bcc") or [])
        if count > MOST_COPIES:
            field = "cc" if len(cleaned.get("cc") or []) >= count / 2 else "bcc"
            self.add_error(
                field,
                _("Cc and Bcc may have %(most)s addresses together; these are %(count)s.")
                % {"most": MOST_COPIES, "count": count},
            )

    def _read_time(self, cleaned: dict[str, Any]) -> None:
        day, clock, zone = (cleaned.get(name) for name in ("date", "time", "zone"))
        chosen = bool(self.data.get("date") or self.data.get("time"))
        if not chosen and self.final != "schedule":
            return
        for name, value, words in (
            ("date", day, _("Choose a day as well.")),
            ("time", clock, _("Choose a time as well.")),
        ):
            if not value and name not in self.errors:
                self.add_error(name, words)
        if day and clock and zone:
            self.read["wall"] = WallTime(day, clock.replace(second=0, microsecond=0), zone)
            self._judge_time(self.read["wall"])

    def _judge_time(self, wall: WallTime) -> None:
        now = timezone.now()
        if wall.instant <= now:
            here = WallTime.of(now, wall.zone).clock
            self.add_error(
                "time",
                _("That is past: it is %(now)s there now. Choose a later time.")
                % {"now": here.strftime("%H:%M")},
            )
        elif wall.instant > now + timedelta(days=366):
            self.add_error("date", _("That is more than a year away. Choose an earlier day."))

    def _ask_for_what_is_missing(self, cleaned: dict[str, Any]) -> None:
        if not cleaned.get("to") and "to" not in self.errors:
            self.add_error("to", _("Say whom it goes to."))
        if not cleaned.get("subject") and "subject" not in self.errors:
            self.add_error("subject", _("Give it a subject."))
        if "identity" not in self.errors and (missing := missing_in(cleaned.get("identity"))):
            self.add_error("identity", missing)

    def _refuse_unfilled(self) -> None:
        if self.recipient is None:
            return
        said = self.resolved
        for name, part in (("subject", said.subject), ("html", said.body)):
            for found in unfilled(part, self.about):
                self.add_error(name, found.sentence)
        if said.problem and not (said.subject.problem or said.body.problem):
            self.add_error("subject", capfirst(f"{said.problem}."))

    def _refuse_suppressed(self, cleaned: dict[str, Any]) -> None:
        to = cleaned.get("to")
        named = {
            "to": [to.address] if to else [],
            "cc": cleaned.get("cc"),
            "bcc": cleaned.get("bcc"),
        }
        refused = recipients.refusals(
            (address for each in named.values() for address in each or []), self.user
        )
        for name, addresses in named.items():
            for address in addresses or []:
                if address in refused:
                    self.add_error(name, refused[address])
