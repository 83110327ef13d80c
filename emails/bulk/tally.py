"""What became of a bulk email: counted from its emails whenever it is asked, and nowhere kept."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.db.models import Count, Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ui.templatetags.ui import grouped

from ..folders import FOLDER_OF
from ..models import BulkSend, Email, Status

if TYPE_CHECKING:
    from django.utils.functional import Promise

# In the order in which the sentence tells them.
_TOLD = (
    Status.DELIVERED, Status.ARCHIVED, Status.SCHEDULED, Status.IN_PROGRESS, Status.FAILED,
    Status.BOUNCED, Status.SPAM, Status.DRAFT,
)  # fmt: skip


@dataclass
class Tally:
    """How many emails of a bulk email stand where, and what people did with them."""

    by_status: dict[Status, int] = field(default_factory=dict)
    withdrawn: int = 0
    viewed: int = 0
    clicked: int = 0
    replied: int = 0
    succeeded: int = 0
    recipients: int = 0  # on the list, whether their email is made or not
    subject: str = ""  # the common one

    @property
    def made(self) -> int:
        return sum(self.by_status.values()) + self.withdrawn

    @property
    def sent(self) -> int:
        """What is over and done with, one way or another."""
        return self.made - self.waiting

    @property
    def waiting(self) -> int:
        return self[Status.SCHEDULED] + self[Status.IN_PROGRESS]

    @property
    def percent(self) -> int:
        return 100 * self.sent // max(self.made, self.recipients, 1)

    def __getitem__(self, status: str) -> int:
        return self.by_status.get(Status(status), 0)

    @property
    def folders(self) -> "list[tuple[Status, str | Promise, int]]":
        """Status, its folder's name, and the count, of those where anything stands."""
        return [(status, FOLDER_OF[status].label, self[status]) for status in _TOLD if self[status]]

    @property
    def sentence(self) -> str:
        """“296 delivered, 2 failed, 41 viewed”, as its one row says it."""
        said = [f"{grouped(count)} {str(label).lower()}" for _status, label, count in self.folders]
        for words, count in (
            (_("%(count)s viewed"), self.viewed),
            (_("%(count)s clicked"), self.clicked),
            (_("%(count)s replied"), self.replied),
        ):
            if count:
                said.append(words % {"count": grouped(count)})
        if self.succeeded:
            words = ngettext("%(count)s success", "%(count)s successes", self.succeeded)
            said.append(words % {"count": grouped(self.succeeded)})
        return ", ".join(said)


def tallies(bulks: "Collection[int]") -> dict[int, Tally]:
    """The tally of each of these bulk emails, by id, in two queries."""
    told = {pk: Tally() for pk in bulks}
    if not told:
        return told
    emails = Email.objects.filter(bulk__in=told).exclude(to_address="").order_by()
    counted = emails.values("bulk", "status", "removed_because").annotate(
        there=Count("pk", filter=Q(removed_at=None)),
        gone=Count("pk", filter=Q(removed_at__isnull=False)),
        viewed=Count("pk", filter=Q(views__gt=0)),
        clicked=Count("pk", filter=Q(clicks__gt=0)),
        replied=Count("pk", filter=Q(replies__gt=0)),
        succeeded=Count("pk", filter=Q(succeeded_at__isnull=False)),
    )
    for row in counted:
        tally = told[row["bulk"]]
        status = Status(row["status"])
        if row["there"]:
            tally.by_status[status] = tally[status] + row["there"]
        tally.withdrawn += row["gone"]
        tally.viewed += row["viewed"]
        tally.clicked += row["clicked"]
        tally.replied += row["replied"]
        tally.succeeded += row["succeeded"]
    on_list = BulkSend.objects.filter(pk__in=told).annotate(
        size=Count("recipients", filter=Q(recipients__removed_at=None))
    )
    for pk, size, subject in on_list.values_list("pk", "size", "subject"):
        told[pk].recipients, told[pk].subject = size, subject
    return told


def tallies_of(rows: Iterable[Email], *, rolled_up: bool) -> dict[int, Tally]:
    """Those of the bulk emails that stand as one row among `rows` of a list."""
    shown = (row for row in rows if row.bulk_id and (rolled_up or row.stands_for_bulk))
    return tallies({row.bulk_id for row in shown if row.bulk_id})


def tally(bulk: BulkSend) -> Tally:
    return tallies([bulk.pk])[bulk.pk]


def standing(bulk: BulkSend, told: Tally) -> str:
    """Where a launched bulk email stands, in a few words."""
    if bulk.state == BulkSend.State.CANCELLED:
        return _("Cancelled")
    if bulk.state == BulkSend.State.PAUSED:
        return _("Paused")
    if bulk.is_being_made:
        return _("Being prepared")
    if not told.waiting:
        return _("Finished")
    return _("Waiting for its time") if not told.sent else _("On its way")


def recipients_in_words(count: int) -> str:
    return ngettext("%(count)s recipient", "%(count)s recipients", count) % {
        "count": grouped(count)
    }
