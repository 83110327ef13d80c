"""Two connections: somebody unsubscribes, and a worker marks an email to them at that instant."""

import threading
from uuid import uuid4

import pytest
from django.db import connection, connections, transaction

from emails.models import Email, Status
from emails.sending.claim import claim_one
from emails.sending.mark import mark
from prospects import consent
from prospects.models import ConsentChange, Suppression
from tests.factories import make_email, make_person, make_user

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def rita():
    return make_user("Rita")


@pytest.fixture
def maria(rita):
    return make_person(rita, "Maria")


@pytest.fixture
def lease():
    return uuid4()


@pytest.fixture
def email(rita, maria, lease):
    """Claimed by `lease`, about to be marked."""
    email = make_email(rita, Status.SCHEDULED, person=maria)
    claim_one(email, lease)
    return email


class Elsewhere:
    """Runs something on a connection of its own; `result` waits for it."""

    def __init__(self, work):
        self._work, self._value = work, None
        self.pid = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()
        assert self.pid.wait(10)

    def _run(self):
        try:
            connection.ensure_connection()
            self.backend = connection.connection.info.backend_pid
            self.pid.set()
            self._value = self._work()
        finally:
            connections.close_all()

    def waits(self, *, unless_done=False):
        """Returns once it waits for a lock of ours."""
        for _ in range(2000):
            if unless_done and not self._thread.is_alive():
                return
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT cardinality(pg_blocking_pids(%s)) > 0, pg_sleep(0.005)", [self.backend]
                )
                if cursor.fetchone()[0]:
                    return
        raise AssertionError("it does not wait")

    @property
    def result(self):
        self._thread.join(20)
        assert not self._thread.is_alive()
        return self._value


def marks(email, lease):
    return Elsewhere(lambda: mark(Email.objects.get(pk=email.pk), lease, worker="test"))


def test_who_unsubscribes_first_is_not_written_to(email, maria, lease):
    with transaction.atomic():
        effect = consent.unsubscribe([maria.pk])
        worker = marks(email, lease)
        worker.waits(unless_done=True)
    assert worker.result is None
    assert effect.stopped == 1

    email.refresh_from_db()
    assert (email.status, email.reason) == ("failed", "suppressed")
    assert not email.attempts.exists()


def test_what_is_marked_first_finishes(email, maria, lease):
    with transaction.atomic():
        assert mark(email, lease, worker="test")
        leaves = Elsewhere(lambda: consent.unsubscribe([maria.pk]))
        leaves.waits()
    assert leaves.result.stopped == 0

    email.refresh_from_db()
    assert email.status == "in_progress"
    assert Suppression.objects.covering(maria.email).exists()
    again = make_email(email.owner, Status.SCHEDULED, person=maria)
    claim_one(again, lease)
    assert mark(again, lease, worker="test") is None


def test_a_mark_that_waits_for_a_lock_sees_what_was_committed_meanwhile(email, maria, lease):
    """The row is held by a transaction that writes down a suppression without moving the email."""
    with transaction.atomic():
        Email.objects.filter(pk=email.pk).locked().get()
        worker = marks(email, lease)
        worker.waits(unless_done=True)
        Suppression.forbid([maria.email], Suppression.Reason.UNSUBSCRIBED)
    assert worker.result is None

    email.refresh_from_db()
    assert (email.status, email.attempts.count()) == ("scheduled", 0)


def test_two_who_unsubscribe_the_same_address_leave_one_line(rita, maria):
    with transaction.atomic():
        first = consent.unsubscribe([maria.pk])
        second = Elsewhere(lambda: consent.unsubscribe([maria.pk]))
        second.waits()
    assert (len(first.new), len(second.result.new), second.result.known) == (1, 0, 1)
    assert ConsentChange.objects.count() == 1


@pytest.mark.parametrize("first", ["to", "cc"])
def test_emails_are_locked_in_their_order_whichever_line_the_address_is_in(rita, maria, first):
    """As everybody else does it: who holds the first and wants the second is not in the way."""
    to = {"to": {"person": maria}, "cc": {"cc": (maria.email,)}}
    second = "cc" if first == "to" else "to"
    one, two = (make_email(rita, Status.SCHEDULED, **to[line]) for line in (first, second))
    with transaction.atomic():
        Email.objects.filter(pk=one.pk).locked().get()
        leaves = Elsewhere(lambda: consent.unsubscribe([maria.pk]))
        leaves.waits()
        Email.objects.filter(pk=two.pk).select_for_update(nowait=True).get()
    assert leaves.result.stopped == 2
