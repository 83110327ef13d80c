"""What is typed in the window of a bulk email: the common words, or those to one recipient."""

from typing import TYPE_CHECKING, Any

from django.utils.functional import cached_property
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from prospects.models import Person

from ..models import Composition
from ..readiness import missing_in
from ..recipients import Recipient
from .compose import ComposeForm

if TYPE_CHECKING:
    from ..models import BulkRecipient, BulkSend


class BulkForm(ComposeForm):
    """A bulk email as it stands in its window; subject and text are those of `recipient`, if one
    is chosen there, and all else is common.

    `final` is "review" when it is to go: then nothing may be missing.
    """

    KEPT_AS_TYPED = ("cc", "bcc", "date", "time", "zone")

    to = None  # type: ignore[assignment]  # whom it goes to stands in the side bar

    def __init__(
        self,
        *args: Any,
        bulk: "BulkSend",
        recipient: "BulkRecipient | None" = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, user=bulk.owner, **kwargs)
        self.bulk = bulk
        self.chosen = recipient

    @property
    def recipient(self) -> Recipient | None:
        """The one whose words are written, if one is chosen."""
        return Recipient(self.chosen.address, self.chosen.name) if self.chosen else None

    @cached_property
    def person(self) -> Person | None:
        return self.chosen.person if self.chosen else None

    def columns(self) -> dict[str, Any]:
        """The columns of the bulk email as far as they can be read, and the rest as typed."""
        told: dict[str, Any] = {"typed": {name: self._raw(name) for name in self.KEPT_AS_TYPED}}
        told |= {name: self.read[name] for name in ("identity", "cc", "bcc") if name in self.read}
        if self.bulk.campaign_id:
            told["continues"] = "continues" in self.data
        if self.chosen:
            return told
        told["template_version"] = self.template_version
        if "subject" in self.read:
            return told | {"subject": self.read["subject"], "html": self.body}
        told["typed"]["subject"] = self._raw("subject")
        return told | {"html": self.body}

    def as_composition(self) -> dict[str, Any]:
        """All that was typed, for a window of its own."""
        typed = {name: self._raw(name) for name in Composition.FIELDS if name != "files"}
        return typed | {"html": self.body, "files": [file.pk for file in self.attached]}

    def _raw(self, name: str) -> str:
        return str(self.data.get(name, "")).replace("\0", "")

    def _refuse_unfilled(self) -> None:
        """What cannot be read is wrong for all; what is empty for some is told by the review."""
        for name, part in (("subject", self.resolved.subject), ("html", self.resolved.body)):
            if part.problem:
                self.add_error(name, capfirst(f"{part.problem}."))

    def _ask_for_what_is_missing(self, cleaned: dict[str, Any]) -> None:
        if not cleaned.get("subject") and "subject" not in self.errors:
            self.add_error("subject", _("Give it a subject."))
        if "identity" not in self.errors and (missing := missing_in(cleaned.get("identity"))):
            self.add_error("identity", missing)
        if not self.bulk.recipients.active().exists():
            self.add_error(None, _("Say whom it goes to: add people, groups or addresses."))
