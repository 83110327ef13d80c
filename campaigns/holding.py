"""Taking hold of enrollments with all that is under way for them, in the order in which everybody
locks: emails by id, then tasks, then enrollments.

Whoever holds an email decides against its mark: from then on no worker hands it over.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction

from emails.models import Email, Status
from tasks.models import Task

from .models import Enrollment, Turn
from .models.enrollments import EnrollmentQuerySet

UNSENT = (Status.SCHEDULED, Status.IN_PROGRESS)


@dataclass(frozen=True)
class Held:
    """Open enrollments that are locked until the transaction ends, with their unsent emails and
    the ids of their open tasks, which are locked too."""

    enrollments: list[Enrollment]
    emails: list[Email]
    tasks: list[int]

    @property
    def ids(self) -> list[int]:
        return [enrollment.pk for enrollment in self.enrollments]

    @property
    def waiting(self) -> list[int]:
        """The ids of the emails that no worker has marked."""
        return [email.pk for email in self.emails if email.status == Status.SCHEDULED]

    @property
    def turns(self) -> list[int]:
        """The ids of the turns that are not over."""
        mine = Turn.objects.filter(enrollment__in=self.ids, done_at=None)
        return list(mine.values_list("pk", flat=True))

    @property
    def in_hand(self) -> int:
        """How many emails are being handed over at this moment, and cannot be stopped."""
        return len(self.emails) - len(self.waiting)


def hold(enrollments: EnrollmentQuerySet) -> Held:
    """Lock those of `enrollments` that are open, and what is under way for them.

    What comes to be while this waits for the locks, by the engine or a rep, is found at the end:
    then all are let go and it begins anew.
    """
    while (
        True
    ):  # each time for somebody who went forward meanwhile, which they soon cannot any more
        point = transaction.savepoint_create()
        ids = list(enrollments.open().values_list("pk", flat=True))
        emails, tasks = _unsent(ids), _to_do(ids)
        held = _lock(ids, emails, tasks)
        if set(_unsent(held.ids)) <= set(emails) and set(_to_do(held.ids)) <= set(tasks):
            transaction.savepoint_commit(point)
            return held
        transaction.savepoint_rollback(point)


def hold_one(pk: int) -> tuple[Enrollment | None, Held]:
    """One of them, if it is still open."""
    held = hold(Enrollment.objects.filter(pk=pk))
    return next(iter(held.enrollments), None), held


def _lock(ids: list[int], emails: list[int], tasks: list[int]) -> Held:
    waiting = Email.objects.of_ids(emails).present().with_status(*UNSENT)
    locked = list(waiting.locked())
    open_ = list(Task.objects.of_ids(tasks).open().locked().values_list("pk", flat=True))
    return Held(list(Enrollment.objects.filter(pk__in=ids).open().locked()), locked, open_)


def _unsent(enrollments: Iterable[int]) -> list[int]:
    emails = Email.objects.present().with_status(*UNSENT)
    mine = emails.filter(turn__enrollment__in=enrollments).in_order_of_id()
    return list(mine.values_list("pk", flat=True))


def _to_do(enrollments: Iterable[int]) -> list[int]:
    mine = Turn.objects.filter(enrollment__in=enrollments, done_at=None)
    return list(Task.objects.open().filter(turn__in=mine).values_list("pk", flat=True))
