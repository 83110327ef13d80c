from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models.functions import Now

from .vocabulary import SENT, Cause
from .weighing import Weighing

if TYPE_CHECKING:
    from accounts.models import User


class Succeeding(Weighing):
    """The mark that an email has brought what it was written for.

    It is no status: the email stays in its folder, and its history says who set it and when. Each
    verb says whether it changed anything, so that whoever comes second (a person, or a higher
    layer after each reply) does no harm and knows it. Raises IllegalTransition for what has not
    been sent or stands in the trash.
    """

    class Meta:
        abstract = True

    def succeed(self, *, by: "User | None") -> bool:
        """Mark it as a success, once; `by` is None where nobody pressed anything."""
        return self._mark_success(Cause.SUCCEED, by, succeeded_at=Now(), succeeded_by=by)

    def unsucceed(self, *, by: "User | None") -> bool:
        """Take the mark off."""
        return self._mark_success(Cause.UNSUCCEED, by, succeeded_at=None, succeeded_by=None)

    def succeed_again(self, *, by: "User") -> bool:
        """Give it back the mark that it had last, with its time and who set it."""
        last = self.transitions.filter(cause=Cause.SUCCEED).last()
        at, who = (last.at, last.by) if last else (Now(), by)
        return self._mark_success(Cause.SUCCEED, by, succeeded_at=at, succeeded_by=who)

    @transaction.atomic
    def _mark_success(self, cause: Cause, by: "User | None", **mark: Any) -> bool:
        unlike = {"succeeded_at__isnull": cause == Cause.SUCCEED}
        sent = self._mine(*SENT).filter(removed_at=None)
        changed = sent.filter(**unlike).update(**mark, updated_at=Now())
        if not changed and sent.exists():
            self.refresh_from_db(fields=["status", *mark])
            return False
        self._refuse_unless(changed, cause)
        self.refresh_from_db(fields=["status", "updated_at", *mark])
        # A mark set now has the same moment in its history.
        told = {"at": self.succeeded_at} if isinstance(mark["succeeded_at"], Now) else {}
        self._note(cause, self.status, by=by, **told)
        return True
