from collections.abc import Collection
from typing import TYPE_CHECKING, Self

from django.db import models, transaction
from django.db.models import Exists, Func, OuterRef, Q
from django.db.models.functions import Lower, Now

from prospects.words import folded

from .vocabulary import Status

if TYPE_CHECKING:
    from accounts.models import User
    from prospects.models import Person

    from .email import Email

UNCONFIRMED = "unconfirmed"
# As prospects.models.hash_of says it; Django's own SHA256 asks for pgcrypto.
_HASHED = Func(
    Lower("to_address"),
    template="'sha256:' || encode(sha256(convert_to(%(expressions)s, 'UTF8')), 'hex')",
    output_field=models.CharField(),
)
_DOMAIN = Func(
    Lower("to_address"),
    template="split_part(%(expressions)s, '@', -1)",
    output_field=models.CharField(),
)


class EmailQuerySet(models.QuerySet["Email"]):
    """The questions that are asked about emails, as phrases that can be chained."""

    def present(self) -> Self:
        """In a folder: not removed."""
        return self.filter(removed_at=None)

    def removed(self) -> Self:
        """In the trash: deleted by somebody and not yet purged."""
        return self.exclude(removed_at=None).filter(purged_at=None)

    def unpurged(self) -> Self:
        """In a folder or in the trash: what of it was said is still known."""
        return self.filter(purged_at=None)

    def of_ids(self, ids: Collection[int]) -> Self:
        return self.filter(pk__in=ids)

    def with_status(self, *statuses: str) -> Self:
        return self.filter(status__in=statuses)

    def in_folder(self, status: str) -> Self:
        """What stands in the folder of `status`."""
        return self.present().filter(status=status)

    def folder_counts(self) -> dict[str, int]:
        """How many emails stand in each folder, by status; every status is a key."""
        counted = self.present().order_by().values_list("status").annotate(models.Count("pk"))
        return dict.fromkeys(Status.values, 0) | dict(counted)

    def unconfirmed(self) -> Self:
        return self.filter(status=Status.FAILED, reason=UNCONFIRMED)

    def ripe(self) -> Self:
        """Scheduled emails whose time has come, by PostgreSQL's clock."""
        return self.in_folder(Status.SCHEDULED).filter(send_at__lte=Now())

    def due(self) -> Self:
        """Those of them that may go: not part of something that is paused."""
        return self.ripe().filter(on_hold=False)

    def long_removed(self) -> Self:
        """In the trash for longer than anybody can restore them."""
        kept = self.model.KEPT_IN_TRASH
        return self.removed().filter(removed_at__lte=Now() - kept)

    def standing_for_drafts(self) -> Self:
        """The rows in Drafts of bulk emails that are being written."""
        return self.filter(bulk__isnull=False, to_address="")

    def addressed(self) -> Self:
        """Messages, without the rows in Drafts that stand for bulk emails."""
        return self.exclude(to_address="")

    def with_which_somebody(self, did: str) -> Self:
        """Those that somebody "viewed", "clicked" or "replied" to, or with which they "succeeded"."""
        if did == "succeeded":
            return self.exclude(succeeded_at=None)
        column = {"viewed": "views", "clicked": "clicks", "replied": "replies"}[did]
        return self.filter(**{f"{column}__gt": 0})

    def rolled_up(self, order: str) -> Self:
        """Of each bulk email the one alone that comes first in `order`, a column with "-" for
        descending; and all others."""
        column, beyond = order.removeprefix("-"), "gt" if order.startswith("-") else "lt"
        further = Q(**{f"{column}__{beyond}": OuterRef(column)})
        level = Q(**{column: OuterRef(column), f"pk__{beyond}": OuterRef("pk")})
        ahead = self.filter(further | level, bulk=OuterRef("bulk"))
        return self.filter(Q(bulk=None) | ~Exists(ahead.order_by()))

    def count_rolled_up(self) -> int:
        """How many rows that makes."""
        alone = self.filter(bulk=None).count()
        return alone + self.exclude(bulk=None).order_by().values("bulk").distinct().count()

    def untouched(self) -> Self:
        """Waiting as they were scheduled: nothing was ever done with them."""
        return self.in_folder(Status.SCHEDULED).filter(attempts=None, version=1)

    def worth_a_retry(self) -> Self:
        """Failed for a reason that may have passed: neither unconfirmed nor not to be mailed."""
        return self.in_folder(Status.FAILED).exclude(reason__in=[UNCONFIRMED, "suppressed"])

    def unclaimed(self) -> Self:
        return self.filter(Q(lease_until=None) | Q(lease_until__lte=Now()))

    def given_up(self) -> Self:
        """In Progress beyond their lease: their worker is gone or has lost its claim on them."""
        return self.filter(status=Status.IN_PROGRESS, lease_until__lte=Now())

    def matching(self, words: str) -> Self:
        """Those whose person, address or subject holds every word of `words`."""
        found = self
        for word in words.split()[:8]:
            found = found.filter(content__search_text__contains=folded(word))
        return found

    def newest_first(self) -> Self:
        return self.order_by("-moved_at", "-pk")

    def soonest_first(self) -> Self:
        return self.order_by("send_at", "pk")

    def for_list(self) -> Self:
        """With what a row shows, in one query; what it does not show is fetched for all at once."""
        related = self.select_related("person", "channel", "identity")
        return related.fetch_mode(models.FETCH_PEERS)

    def for_export(self) -> Self:
        """With what a file of them says besides the row itself."""
        return self.select_related("person", "owner")

    def for_pane(self) -> Self:
        """With what the reading pane shows of the email itself, in one query."""
        whose = ("person", "owner", "succeeded_by")
        related = (*whose, "channel", "identity", "content", "template_version")
        return self.unpurged().select_related(*related).defer("template_version__html")

    def for_compose(self) -> Self:
        """With what the compose window needs of it."""
        related = ("content", "owner", "identity__channel", "template_version")
        return self.select_related(*related).defer("template_version__html")

    def for_sending(self) -> Self:
        """With what a message is made of, for all of them at once; emails of one owner share them."""
        related = self.select_related("content", "identity", "channel", "person", "continues")
        return related.prefetch_related("owner", "attempts", "attachments__file")

    def of(self, user: "User") -> Self:
        return self.filter(owner=user)

    def of_campaign(self, campaign: int) -> Self:
        """Those that a campaign makes, by its id."""
        return self.filter(campaign=campaign)

    def waiting_for(self, values: "Collection[str]") -> Self:
        """Scheduled ones whose To is one of `values`: addresses, their hashes, domains (which
        cover subdomains)."""
        from prospects.models.suppression import domains_of

        waiting = self.in_folder(Status.SCHEDULED).alias(key=Lower("to_address"))
        hashes = {value for value in values if value.startswith("sha256:")}
        domains = {value for value in values if "@" not in value} - hashes
        meant = Q(key__in=[value for value in values if "@" in value])
        if hashes:
            waiting = waiting.alias(hashed=_HASHED)
            meant |= Q(hashed__in=hashes)
        if domains:
            at = waiting.annotate(at=_DOMAIN).order_by().values_list("at", flat=True).distinct()
            waiting = waiting.alias(at=_DOMAIN)
            meant |= Q(at__in=[each for each in at if not domains.isdisjoint(domains_of(each))])
        return waiting.filter(meant)

    def with_copies(self) -> Self:
        """Those that have Cc or Bcc."""
        return self.filter(~Q(content__cc=[]) | ~Q(content__bcc=[]), content__isnull=False)

    def for_copies(self) -> Self:
        """With nothing but who gets a copy."""
        copies = ["content__email", "content__cc", "content__bcc"]
        return self.order_by().select_related("content").only("pk", *copies)

    def to(self, person: "Person") -> Self:
        """Those whose recipient this person is."""
        return self.filter(person=person)

    def for_task(self, task_id: int) -> Self:
        """Those that were written for a task."""
        return self.present().filter(task=task_id)

    def sent_to(self, address: str, person: "Person | None" = None) -> Self:
        """Those that have really reached this person, or this address where nobody is known."""
        sent = self.unpurged().exclude(delivered_at=None)
        return sent.filter(person=person) if person else sent.filter(to_address__iexact=address)

    def last_sent(self) -> "Email | None":
        """The one of these that was delivered last."""
        return self.select_related("owner", "identity", "content").order_by("-delivered_at").first()

    def in_order_of_id(self) -> Self:
        """The order in which emails are locked, always and everywhere."""
        return self.order_by("pk")

    def locked(self) -> Self:
        return self.in_order_of_id().select_for_update(no_key=True, of=("self",))

    def purge(self) -> int:
        """Forget what these emails said and to whom; returns how many.

        A tombstone stays: late evidence still suppresses the address by its hash, and links
        still lead where they led.
        """
        from prospects.models import hash_of

        from .bulk import BulkSend
        from .bulk_recipients import BulkRecipient
        from .content import Attachment, EmailContent

        count = BulkSend.forget_drafts(self.standing_for_drafts())
        for email in self.addressed().iterator(chunk_size=500):
            with transaction.atomic():
                EmailContent.objects.filter(email=email).delete()
                Attachment.objects.filter(email=email).delete()
                email.copies.all().delete()
                BulkRecipient.objects.of_ids([email.bulk_recipient_id or 0]).forget(email)
                email.attempts.update(recipients={})
                email.events.exclude(applied_at=None).forget_words()
                count += self.model.objects.filter(pk=email.pk, purged_at=None).update(
                    purged_at=Now(),
                    to_address=hash_of(email.to_address),
                    to_name="",
                    subject="",
                    snippet="",
                    person=None,
                )
        return count
