"""The window of a bulk email: what stands in it, and where what is typed goes.

All is kept as it is typed: the common words on the bulk email, those to a single recipient with
that recipient.
"""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from ..composing import Saved
from ..models import BulkRecipient, BulkSend, TemplateVersion
from ..wall_time import WallTime
from .adding import Added, add_typed
from .checking import words_to

if TYPE_CHECKING:
    from accounts.models import User

    from ..composing import Window
    from ..forms import BulkForm, ComposeForm
    from ..recipients import Typed


@dataclass
class BulkWindow:
    """The window on the draft `bulk`; `recipient` is whose own words are written in it, if one is
    chosen. `version` is that of the common words when the window read them."""

    bulk: BulkSend
    recipient: BulkRecipient | None = None
    version: int = 0
    key: UUID = field(default_factory=uuid4)

    def typed(self) -> dict[str, Any]:
        """What stands in its fields when it opens."""
        bulk = self.bulk
        subject, html = words_to(bulk, self.recipient) if self.recipient else _common(bulk)
        told = {"cc": ", ".join(bulk.cc), "bcc": ", ".join(bulk.bcc)} | bulk.typed
        told |= {"identity": bulk.identity_id, "subject": subject, "html": html}
        if bulk.template_version and not self.recipient:
            told["template"] = bulk.template_version.ticket_for(bulk.owner)
        return told | {"files": [file.pk for file in bulk.files.all()]}

    def save(self, form: "BulkForm") -> Saved:
        """Keep what was typed; the window stands on it afterwards.

        Where somebody changed the common words meanwhile, or it has been sent, what was typed
        here is kept as unsaved writing of its own: nothing is lost and nothing overwritten.
        """
        with transaction.atomic():
            self.bulk._lock()
            if not self.bulk.is_draft:
                return self._keep_beside(form, Saved.PARTED)
            if not self._write_common(form):
                return self._keep_beside(form, Saved.CHANGED)
            if self.recipient and "subject" in form.read:
                self.recipient.write(form.read["subject"], form.body, common=self.bulk)
            self.bulk.stand_in_drafts()
        return Saved.DRAFT

    def _write_common(self, form: "BulkForm") -> bool:
        """False if they are not what this window has read."""
        told = form.columns()
        files = {file.pk for file in form.attached}
        same_files = files == set(self.bulk.files.values_list("pk", flat=True))
        if same_files and all(getattr(self.bulk, name) == value for name, value in told.items()):
            self.version = self.bulk.version
            return True
        if self.version != self.bulk.version:
            return False
        BulkSend.objects.filter(pk=self.bulk.pk).update(
            **told, version=F("version") + 1, updated_at=Now()
        )
        self.bulk.files.set(files)
        self.bulk.refresh_from_db()
        self.version = self.bulk.version
        return True

    def _keep_beside(self, form: "BulkForm", saved: Saved) -> Saved:
        kept = {"typed": form.as_composition()}
        self.bulk.owner.compositions.update_or_create(key=self.key, defaults=kept)
        return saved


def _common(bulk: BulkSend) -> tuple[str, str]:
    return bulk.typed.get("subject", bulk.subject), bulk.html


def begin(
    owner: "User", typed: dict[str, Any] | None = None, *, campaign: int | None = None
) -> BulkSend:
    """A new draft; of what was `typed` in a compose window before, if anything was. It continues
    `campaign`, if `owner` has written to somebody in it."""
    typed = typed or {}
    if campaign and not owner.emails.of_campaign(campaign).exclude(delivered_at=None).exists():
        campaign = None
    default = owner.identities.for_compose().first()
    chosen = owner.identities.filter(pk=typed.get("identity") or 0).first()
    bulk = BulkSend.objects.create(
        owner=owner,
        identity=chosen or default,
        subject=str(typed.get("subject") or "")[:500],
        html=str(typed.get("html") or ""),
        template_version=TemplateVersion.of_ticket(owner, str(typed.get("template") or "")),
        campaign_id=campaign,
        continues=campaign is not None,
        typed={"zone": owner.time_zone}
        | {name: typed[name] for name in ("cc", "bcc", "date", "time", "zone") if typed.get(name)},
    )
    bulk.files.set(owner.files.filter(pk__in=typed.get("files") or []))
    return bulk


@transaction.atomic
def turned_into_bulk(
    window: "Window", form: "ComposeForm", typed: "Typed"
) -> "tuple[BulkSend, Added]":
    """What stands in a compose window as a bulk email to `typed`; the draft it was goes to the
    trash. Raises TooMany, with nothing changed."""
    bulk = begin(window.owner, form.typed())
    added = add_typed(bulk, typed)
    if window.is_copy:  # the scheduled email itself stays as it is
        window.forget()
    else:
        window.discard()
    return bulk, added


def wall_of(bulk: BulkSend) -> WallTime | None:
    """The time that was chosen for the draft; None for at once. Raises ValueError for half of one."""
    day, clock = bulk.typed.get("date", ""), bulk.typed.get("time", "")
    if not day and not clock:
        return None
    return WallTime.written(f"{day}T{clock}", bulk.typed.get("zone") or bulk.owner.time_zone)
