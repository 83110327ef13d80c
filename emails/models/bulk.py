from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone

from accounts.changes import announce
from prospects.words import folded

from .bulk_rows import GOING, BulkRow, State
from .changing import change_all
from .content import EmailContent
from .email import Email, wall_columns
from .vocabulary import Cause, Status

if TYPE_CHECKING:
    from collections.abc import Sequence

    from accounts.models import User

    from .bulk_recipients import BulkRecipientQuerySet
    from .querysets import EmailQuerySet

CANCELLED = "bulk_cancelled"
WAITING = Q(status__in=[Status.SCHEDULED, Status.IN_PROGRESS])
HELD = Q(on_hold=True)


class BulkRefused(Exception):
    """A bulk email was told to do what it cannot from where it stands; `bulk` is how it stands."""

    def __init__(self, bulk: "BulkSend", what: str) -> None:
        super().__init__(f"{what} from {bulk.state}")
        self.bulk = bulk
        self.what = what


class BulkSend(BulkRow):
    """One email to many: a message of its own to each recipient, made of common words.

    A draft while its recipients and words can be changed; launching freezes both. From then on a
    job makes one Email for each recipient, and what happened is what happened to those: nothing
    is counted here.
    """

    # While it is a draft -------------------------------------------------------------------

    @transaction.atomic
    def take_off(self, ids: "Sequence[int]") -> None:
        """Take recipients off the list; what was written to them alone stays with them."""
        self.be_a_draft()
        self.recipients.of_ids(ids).remove()
        self.stand_in_drafts()

    @transaction.atomic
    def put_back(self, ids: "Sequence[int]") -> None:
        self.be_a_draft()
        self.recipients.of_ids(ids).put_back()
        self.stand_in_drafts()

    @transaction.atomic
    def reset_words(self, edited: "BulkRecipientQuerySet") -> int:
        """Let `edited`, of its recipients, have the common words again; how many had their own."""
        self.be_a_draft()
        return edited.reset()

    @transaction.atomic
    def give_back_words(self, words: "Sequence[tuple[int, str | None, str | None]]") -> None:
        """Let recipients say again what they said alone: id, subject and text of each."""
        self.be_a_draft()
        for pk, subject, html in words:
            self.recipients.active().of_ids([pk]).say(subject, html)

    # What a rep does with it ------------------------------------------------------------------

    @transaction.atomic
    def launch(self, at: datetime, *, by: "User", zone: str = "", at_once: bool = False) -> None:
        """Draft → open: the recipients and the words are frozen, and a job makes the emails.

        The identity must be ready and there must be recipients: the caller has said what is
        missing; here it is a ValueError. Raises BulkRefused if it was launched meanwhile.
        """
        from ..bulk.freezing import freeze

        self.be_a_draft()
        if self.identity is None or not self.identity.is_ready:
            raise ValueError("A bulk email is launched from a verified identity with a channel.")
        freeze(self)
        self._set(
            state=State.OPEN,
            channel=self.identity.channel,
            launched_at=Now(),
            at_once=at_once,
            made_up_to=0,
            made_at=None,
            shown_up_to=0,
            shown_at=None,
            **wall_columns(at, zone or self.owner.time_zone),
        )
        self.emails.standing_for_drafts().delete()
        self.make_emails_later()

    def send(self, *, by: "User", window: int) -> None:
        """Launch for now plus the undo `window` in seconds."""
        self.launch(timezone.now() + timedelta(seconds=window), by=by, at_once=True)

    @transaction.atomic
    def take_back(self, *, by: "User") -> None:
        """Become the draft again that it was, with all that was written to single recipients.

        Nothing else is left of it. Raises BulkRefused once one of its emails has gone on.
        """
        self._lock()
        self._refuse_unless(self.state in GOING, "take back")
        waiting = list(self.emails.untouched().locked().values_list("pk", flat=True))
        self._refuse_unless(not self.emails.exclude(pk__in=waiting).exists(), "take back")
        self.emails.all().delete()
        self.recipients.left_out().update(left_out="")
        self._set(state=State.DRAFT, channel=None, launched_at=None, send_at=None)
        self.stand_in_drafts()

    @transaction.atomic
    def pause(self, *, by: "User") -> None:
        """Hold what has not been sent, and all the others as well, should they have to wait again:
        what is in hand, what has failed and is tried again, what bounces late."""
        self._move(State.PAUSED, State.OPEN)
        self.emails.of_ids(self._lock_emails(Q())).update(on_hold=True)

    @transaction.atomic
    def resume(self, *, by: "User") -> None:
        """Let it go on."""
        self._move(State.OPEN, State.PAUSED)
        self.emails.of_ids(self._lock_emails(HELD)).update(on_hold=False)
        self._wake()

    @transaction.atomic
    def cancel(self, *, by: "User") -> int:
        """Withdraw all that has not been sent, which never becomes a failure; returns how many.

        What is in hand finishes; if it has to wait again it is withdrawn too (see `weigh`).
        Raises BulkRefused where nothing is left: what has all gone stays finished.
        """
        self._lock()
        here = self._lock_emails(WAITING | HELD)
        left = self.emails.of_ids(here).filter(WAITING).exists()
        self._refuse_unless(left or self.is_being_made or self.state not in GOING, "cancel")
        # Whatever was marked before is locked by now.
        self._move(State.CANCELLED, *GOING, ended_at=Now())
        self.emails.of_ids(here).filter(HELD).update(on_hold=False)
        told: dict[str, Any] = {"removed_at": Now(), "removed_by": by}
        told["removed_because"] = CANCELLED
        return change_all(self.emails.all(), Cause.WITHDRAW, by=by, on_hold=False, **told)

    @transaction.atomic
    def retry_failed(self, *, by: "User") -> int:
        """Try those again that failed, now; never the unconfirmed; returns how many.

        Raises BulkRefused while it is paused.
        """
        self._lock()
        self._refuse_unless(self.state != State.PAUSED, "retry")
        now = wall_columns(timezone.now(), self.send_zone)
        if self.identity and self.identity.channel_id:
            now["channel"] = self.identity.channel
        told: dict[str, Any] = {"claims_lost": 0, "deferrals": 0, "on_hold": False}
        moved = change_all(self.emails.worth_a_retry(), Cause.RETRY, by=by, **now, **told)
        self._wake()
        return moved

    @classmethod
    @transaction.atomic
    def forget_drafts(cls, rows: "EmailQuerySet") -> int:
        """Forget the drafts that stand behind `rows` of the trash: nothing was ever sent of them,
        so that nothing has to stay. Returns how many."""
        drafts = cls.objects.drafts().filter(emails__in=rows)
        found = list(
            drafts.select_for_update(of=("self",), no_key=True).values_list("pk", flat=True)
        )
        Email.objects.standing_for_drafts().filter(bulk__in=found).delete()
        cls.objects.filter(pk__in=found).delete()
        return len(found)

    # How it is done ---------------------------------------------------------------------------

    def make_emails(self) -> int:
        """Make what emails are missing; returns how many. Any number of runs, however they end,
        make one for each recipient."""
        from ..bulk.making import make_all
        from ..bulk.showing import show_all
        from ..conversations import all_joined

        made = make_all(self)
        if self.campaign_continued:
            all_joined(self.emails.all())
        self._wake()
        show_all(self)
        return made

    def make_emails_later(self) -> None:
        from ..jobs import make_bulk_emails

        pk = self.pk
        transaction.on_commit(lambda: make_bulk_emails.delay(pk), robust=True)

    def stand_in_drafts(self) -> None:
        """Let its one row in Drafts be there and say what it is, unless there is nothing yet."""
        from ..sending.html import line_of

        if not self._is_begun():
            self.emails.standing_for_drafts().delete()
            return
        shown = {"subject": self.subject, "identity": self.identity, "owner": self.owner}
        shown["snippet"] = line_of(self.html)[:200]
        row, created = Email.objects.update_or_create(
            bulk=self, to_address="", defaults={**shown, "updated_at": Now()}
        )
        if created:
            told = {"cause": Cause.CREATE, "to_status": row.status, "at": row.created_at}
            row.transitions.create(**told, by=self.owner)
        words = {"search_text": folded(self.subject)[:1200]}
        EmailContent.objects.update_or_create(email=row, defaults=words)
        row.tell_owner()

    def _is_begun(self) -> bool:
        """Whether there is anything of it that its writer would miss; a zone is there from the
        start."""
        typed = any(value for name, value in self.typed.items() if name != "zone")
        said = self.subject or self.html or self.cc or self.bcc or typed
        return bool(said) or self.files.exists() or self.recipients.exists()

    def be_a_draft(self) -> None:
        """Stay one for the rest of the transaction; raises BulkRefused if it is none."""
        self._lock()
        self._refuse_unless(self.is_draft, "change")

    def _lock_emails(self, which: Q) -> list[int]:
        """Lock those of its emails, in the order of their ids; the ids."""
        return list(self.emails.filter(which).locked().values_list("pk", flat=True))

    def _lock(self) -> None:
        self.refresh_from_db(from_queryset=BulkSend.objects.select_for_update(no_key=True))

    def _set(self, **changes: Any) -> None:
        BulkSend.objects.filter(pk=self.pk).update(**changes, updated_at=Now())
        self.refresh_from_db()
        announce(self.owner_id)

    def _move(self, target: str, *origins: str, **changes: Any) -> None:
        self._lock()
        self._refuse_unless(self.state in origins, target)
        self._set(state=target, **changes)

    def _refuse_unless(self, possible: bool, what: str) -> None:
        if not possible:
            raise BulkRefused(self, what)

    def _wake(self) -> None:
        from ..jobs import wake

        channel = self.channel_id
        if channel and self.send_at and self.send_at <= timezone.now():
            transaction.on_commit(lambda: wake(channel), robust=True)
