"""What can be done with a bulk email that was launched, and how its emails are narrowed to."""

from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from ui.templatetags.ui import grouped

from ..models import BulkSend, Status
from ..reasons import word

if TYPE_CHECKING:
    from accounts.models import User

    from ..models import BulkRecipient
    from ..models.querysets import EmailQuerySet
    from .tally import Tally

State = BulkSend.State


class Shown(NamedTuple):
    label: str | Promise
    statuses: tuple[Status, ...] = ()
    did: str = ""  # the figure of the tally that counts these


class Show(Enum):
    """What of a bulk email's emails is listed; its name in lower case stands in the URL."""

    ALL = Shown(pgettext_lazy("emails", "All"))
    SCHEDULED = Shown(gettext_lazy("Waiting"), statuses=(Status.SCHEDULED, Status.IN_PROGRESS))
    DELIVERED = Shown(gettext_lazy("Delivered"), statuses=(Status.DELIVERED, Status.ARCHIVED))
    FAILED = Shown(pgettext_lazy("folder", "Failed"), statuses=(Status.FAILED,))
    BOUNCED = Shown(pgettext_lazy("folder", "Bounced"), statuses=(Status.BOUNCED,))
    SPAM = Shown(gettext_lazy("Spam"), statuses=(Status.SPAM,))
    DRAFT = Shown(gettext_lazy("Drafts"), statuses=(Status.DRAFT,))
    VIEWED = Shown(gettext_lazy("Viewed"), did="viewed")
    CLICKED = Shown(gettext_lazy("Clicked"), did="clicked")
    REPLIED = Shown(gettext_lazy("Replied"), did="replied")
    SUCCESS = Shown(gettext_lazy("Success"), did="succeeded")
    WITHDRAWN = Shown(gettext_lazy("Taken out"))

    @classmethod
    def asked(cls, name: str) -> "Show":
        """The one of that name; all for anything else."""
        return next((each for each in cls if each.slug == name), cls.ALL)

    @property
    def slug(self) -> str:
        return self.name.lower()

    @property
    def label(self) -> str | Promise:
        return self.value.label

    def count(self, tally: "Tally") -> int:
        """How many these are."""
        if self is Show.ALL:
            return tally.made - tally.withdrawn
        if self is Show.WITHDRAWN:
            return tally.withdrawn
        if self.value.did:
            return int(getattr(tally, self.value.did))
        return sum(tally[status] for status in self.value.statuses)

    def of(self, bulk: BulkSend) -> "EmailQuerySet":
        """Those emails of `bulk`."""
        emails = bulk.emails.addressed()
        if self is Show.WITHDRAWN:
            return emails.removed()
        if self.value.did:
            return emails.unpurged().with_which_somebody(self.value.did)
        present = emails.present()
        return present.with_status(*self.value.statuses) if self.value.statuses else present


class Action(Enum):
    """What can be done with the whole of it; its value stands in the URL."""

    PAUSE = "pause"
    RESUME = "resume"
    CANCEL = "cancel"
    RETRY = "retry-failed"

    @property
    def label(self) -> str | Promise:
        return {
            Action.PAUSE: gettext_lazy("Pause"),
            Action.RESUME: gettext_lazy("Resume"),
            Action.CANCEL: gettext_lazy("Cancel the rest"),
            Action.RETRY: gettext_lazy("Retry failed"),
        }[self]

    @property
    def question(self) -> str | Promise:
        """What is asked first; "" where nothing is."""
        if self is Action.CANCEL:
            return gettext_lazy(
                "Cancel what has not been sent yet? What was sent stays sent; the rest goes to the"
                " trash, from where single ones can be restored as drafts."
            )
        return ""

    @property
    def kind(self) -> str:
        return {Action.CANCEL: "bad", Action.RESUME: "main"}.get(self, "")

    def do(self, bulk: BulkSend, user: "User") -> str:
        """Do it; what was done, in one sentence. Raises BulkRefused."""
        if self is Action.PAUSE:
            bulk.pause(by=user)
            return _("Paused: nothing more goes out until you resume it.")
        if self is Action.RESUME:
            bulk.resume(by=user)
            return _("It goes on.")
        if self is Action.CANCEL:
            return _cancelled(bulk.cancel(by=user))
        return _retried(bulk.retry_failed(by=user))

    def why_not(self, bulk: BulkSend) -> str:
        """What to say where it was refused."""
        told = {State.CANCELLED: _("It was cancelled already."), State.PAUSED: _("It is paused.")}
        if self is Action.CANCEL and bulk.state in BulkSend.GOING:
            return _("Everything has gone already; nothing is left to cancel.")
        return told.get(State(bulk.state), _("It is going out already."))

    @staticmethod
    def why_not_undone(bulk: BulkSend) -> str:
        return _(
            "It is going out already, so it cannot be undone any more. Cancel the rest instead."
        )


def offered(bulk: BulkSend, tally: "Tally") -> list[Action]:
    """What can be done with `bulk` now."""
    told = []
    if bulk.state in BulkSend.GOING and (tally.waiting or bulk.is_being_made):
        told += [Action.RESUME if bulk.state == State.PAUSED else Action.PAUSE, Action.CANCEL]
    if bulk.state != State.PAUSED and bulk.emails.worth_a_retry().exists():
        told.insert(0, Action.RETRY)
    return told


def kept_back(bulk: BulkSend) -> "list[tuple[BulkRecipient, str]]":
    """Those for whom no email was made at the launch, and why."""
    left = bulk.recipients.active().left_out().select_related("person").in_order()
    return [(recipient, word(recipient.left_out).sentence) for recipient in left]


def _cancelled(count: int) -> str:
    return ngettext(
        "Cancelled: %(count)s email was not sent.",
        "Cancelled: %(count)s emails were not sent.",
        count,
    ) % {"count": grouped(count)}


def _retried(count: int) -> str:
    return ngettext(
        "%(count)s email is sent again now.", "%(count)s emails are sent again now.", count
    ) % {"count": grouped(count)}
