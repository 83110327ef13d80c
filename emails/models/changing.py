from typing import TYPE_CHECKING, Any, cast

from django.db import transaction
from django.db.models import Q, prefetch_related_objects
from django.db.models.functions import Greatest, Now

from accounts.changes import announce

from .belonging import keeper_of
from .querysets import EmailQuerySet
from .rows import EmailRow
from .vocabulary import BY_EVIDENCE, FORGIVEN, TRANSITIONS, Cause, Status

if TYPE_CHECKING:
    from collections.abc import Iterable

    from accounts.models import User

    from .email import Email
    from .history import Transition


class IllegalTransition(Exception):
    """An email was told to go where it cannot go from where it stands.

    `email` is where it stands now, freshly read, so that the answer can say why; `words` are those
    of a higher app that objects.
    """

    def __init__(self, email: "Email", cause: Cause, words: str = "") -> None:
        super().__init__(f"{cause} from {email.status}")
        self.email = email
        self.cause = cause
        self.words = words


class Changing(EmailRow):
    """The one writer of an email's status."""

    class Meta:
        abstract = True

    def tell_owner(self) -> None:
        """Let its owner's open pages know, once this has committed."""
        announce(self.owner_id, emails=[self.pk])

    @transaction.atomic
    def _change(
        self, cause: Cause, *, by: "User | None" = None, when: Q | None = None, **changes: Any
    ) -> "Transition":
        """One conditional UPDATE plus its row; raises IllegalTransition if it did not apply.

        `changes` are further columns of the email; `attempt` and `event` go into the row alone.
        Of two that try at once one wins, and the other is told where the email stands now.
        """
        origins, target = TRANSITIONS[cause]
        before = Status(self.status)
        told = {name: changes.pop(name) for name in ("attempt", "event") if name in changes}
        changes.setdefault("reason", "")
        changes.setdefault("reason_values", {})
        changes.setdefault("server_words", "")
        changes = {"lease": None, "lease_until": None} | changes
        changes = {"moved_at": Now()} | changes | {"status": target, "updated_at": Now()}
        if target == Status.DRAFT:  # what is sent of it later is not held by its bulk email's pause
            changes["on_hold"] = False
        when = when or Q()
        if cause not in BY_EVIDENCE:
            when &= Q(removed_at=None)
        movable = self._mine(before).filter(when) if before in origins else None
        self._refuse_unless(movable.update(**changes) if movable is not None else 0, cause)
        self.refresh_from_db(fields=list(changes))
        if forgiven := FORGIVEN.get(cause):
            self.attempts.update(counts_above=Greatest("counts_above", forgiven.value))
        noted = self._note(
            cause,
            before,
            by=by,
            reason=self.reason,
            reason_values=self.reason_values,
            server_words=self.server_words,
            **told,
        )
        if cause not in BY_EVIDENCE:  # what evidence does is reacted to where it is applied
            react_all([noted])
        return noted

    def _mine(self, *statuses: str) -> EmailQuerySet:
        return cast(EmailQuerySet, type(self).objects).filter(pk=self.pk, status__in=statuses)

    def _refuse_unless(self, moved: int, cause: Cause) -> None:
        if not moved:
            # Gone with a bulk email that was taken back it is where it was seen last.
            now = type(self).objects.filter(pk=self.pk).first() or self
            raise IllegalTransition(cast("Email", now), cause)
        self.tell_owner()

    def _refuse_if_kept(self, cause: Cause) -> None:
        """Whether what it belongs to lets a person do this."""
        email = cast("Email", self)
        if words := keeper_of(email).objection(email, cause):
            raise IllegalTransition(email, cause, words)

    def _note(self, cause: Cause, before: str, **told: Any) -> "Transition":
        return self.transitions.create(
            cause=cause, from_status=before, to_status=self.status, **told
        )


def react_all(transitions: "Iterable[Transition]") -> None:
    """Let higher apps react to what people and our own checks did."""
    from ..reactions import react

    noted = list(transitions)
    prefetch_related_objects(noted, "email")
    for transition in noted:
        react(transition)


@transaction.atomic
def change_all(
    emails: EmailQuerySet,
    cause: Cause,
    *,
    by: "User | None" = None,
    reacting: bool = True,
    **changes: Any,
) -> int:
    """Change all of `emails` for which that is possible, like `_change` does one; how many.

    For many at once, by people: evidence moves each by itself. All are locked in the order of
    their ids, so that a mark or an answer either came before or finds them changed. Not `reacting`:
    whoever asks has done all that there is to do about it.
    """
    from .history import Attempt, Transition

    origins, target = TRANSITIONS[cause]
    here = emails.present().with_status(*origins).order_by("pk")
    before = dict(here.select_for_update(no_key=True).values_list("pk", "status"))
    told: dict[str, Any] = {"reason": "", "reason_values": {}, "server_words": "", "lease": None}
    told |= {"lease_until": None, "moved_at": Now()} | changes
    told |= {"status": target, "updated_at": Now()}
    type(emails)(emails.model).filter(pk__in=before).update(**told)
    if forgiven := FORGIVEN.get(cause):
        past = Attempt.objects.filter(email__in=before)
        past.update(counts_above=Greatest("counts_above", forgiven.value))
    rows = [
        Transition(email_id=pk, cause=cause, from_status=status, to_status=target, by=by)
        for pk, status in before.items()
    ]
    noted = Transition.objects.bulk_create(rows, batch_size=2000)
    if reacting:
        react_all(noted)
    owners = emails.model.objects.filter(pk__in=before).values_list("owner_id", flat=True)
    announce(*set(owners), emails=before)
    return len(before)
