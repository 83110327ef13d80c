"""The two steps in SQL leave the very rows that the way through the ORM would."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from accounts.models import Organisation
from emails import events
from emails.models import Attempt, Channel, Email, Event, Outcome, Status
from emails.reactions import REACTIONS
from emails.sending.claim import claim_one
from emails.sending.limits import room_today
from emails.sending.mark import Mark, mark
from emails.sending.message import prepare
from emails.sending.observed import observed
from emails.sending.settle import settle
from tests.factories import make_email, make_identity, make_user

pytestmark = pytest.mark.django_db
HTML = '<p>100 % <a href="https://nordlys.example/it\'s?a=%s">yours</a></p>'
# What differs between two emails that went the same way, and times, of which `assert_same` sees
# to it that the same ones are known.
OWN = {"id", "email", "attempt", "event", "lease", "message_id", "compose_key", "fingerprint"}


@pytest.fixture
def rita():
    return make_user("Rita Berg")


def accepted(attempt: Attempt, **told):
    details = {
        "stage": "answer",
        "bytes_sent": 1234,
        "provider_id": "4XyZ",
        "recipients": {"maria@nordlys.example": {"code": 250, "outcome": "accepted"}},
    }
    data = {"words": "Ok: 100 % 'queued'; as \\4XyZ", "code": 250, "attempt": details | told}
    return observed(attempt.email, attempt, Event.Kind.ACCEPTED, data)


def marked(owner) -> Attempt:
    attempt = make_email(owner, Status.IN_PROGRESS, html=HTML).attempts.get()
    attempt.email = Email.objects.get(pk=attempt.email_id)
    return attempt


def row(found) -> dict:
    return {
        field.name: bool(value) if isinstance(value, type(timezone.now())) else value
        for field in found._meta.concrete_fields
        if field.name not in OWN
        for value in [getattr(found, field.attname)]
    }


def rows(email: Email) -> list:
    email = Email.objects.get(pk=email.pk)
    return [
        row(email),
        *map(row, email.attempts.order_by("pk")),
        *map(row, email.transitions.order_by("pk")),
        *map(row, email.events.order_by("pk")),
    ]


def test_an_answer_leaves_the_same_rows_as_evidence_of_any_other_kind(rita):
    one, other = marked(rita), marked(rita)

    settle(accepted(one))
    events.record([accepted(other)])

    assert rows(one.email) == rows(other.email)
    assert Email.objects.get(pk=one.email_id).status == Status.DELIVERED
    event = one.email.events.get()
    last = one.email.transitions.last()
    assert (last.event, last.attempt) == (event, one)
    assert event.applied_at
    assert bytes(event.fingerprint) == accepted(one).fingerprint


def test_a_mark_leaves_the_same_rows_as_any_other_transition(rita):
    """Told from what `_change` writes: `hold()` marks by it."""
    from emails.restoring import _presume_sent

    Organisation.current()
    Organisation.objects.update(append_unsubscribe=False)  # its link names the email
    one, other = (make_email(rita, Status.SCHEDULED, html=HTML) for _ in range(2))
    lease = uuid4()
    claim_one(one, lease)
    prepared = prepare(Email.objects.get(pk=one.pk))
    attempt = mark(one, lease, worker="", prepared=prepared)
    _presume_sent(Email.objects.select_related("content").get(pk=other.pk), None)

    steps = [row(email.transitions.get(cause="mark")) for email in (one, other)]
    assert steps[0] == steps[1]
    differing = {"started_at", "ended_at", "reason"}
    known, presumed = row(Attempt.objects.get(pk=attempt.pk)), row(other.attempts.get())
    assert {name for name in known if known[name] != presumed[name]} <= differing
    for kept in ("html", "sent_text"):
        assert getattr(Email.objects.get(pk=one.pk).content, kept) == getattr(
            Email.objects.get(pk=other.pk).content, kept
        )
    assert list(one.links.values_list("number", "url", "text")) == [
        (1, "https://nordlys.example/it's?a=%s", "yours")
    ]


def test_the_email_in_memory_is_as_the_row_is_after_its_mark(rita):
    email = make_email(rita, Status.SCHEDULED)
    lease = uuid4()
    claim_one(email, lease)
    attempt = mark(email, lease, worker="test")

    assert row(email) == row(Email.objects.get(pk=email.pk))
    assert (email.lease, email.moved_at) == (lease, attempt.started_at)
    assert row(attempt) == row(Attempt.objects.get())


def test_an_answer_that_comes_again_changes_nothing(rita):
    attempt = marked(rita)
    settle(accepted(attempt))
    before = rows(attempt.email)
    settle(accepted(attempt))

    assert rows(attempt.email) == before


@pytest.mark.parametrize("outcome", [Outcome.ARRIVED, Outcome.FAILED, Outcome.COMPLAINED])
def test_what_an_older_attempt_came_to_is_weighed_with_it(rita, outcome):
    ends = set()
    for tell in (lambda seen: settle(seen), lambda seen: events.record([seen])):
        email = make_email(rita, Status.FAILED)
        email.retry(by=rita)
        lease = uuid4()
        claim_one(email, lease)
        attempt = mark(email, lease, worker="test")
        email.attempts.filter(number=1).update(outcome=outcome)
        tell(accepted(attempt))
        email.refresh_from_db()
        ends.add(email.status)

    assert len(ends) == 1
    assert email.attempts.get(number=2).outcome == Outcome.ARRIVED


def test_an_answer_after_the_lease_is_weighed_too(rita):
    attempt = marked(rita)
    Email.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    attempt.email.give_up()
    settle(accepted(attempt))

    email = Email.objects.get(pk=attempt.email_id)
    assert email.status == Status.DELIVERED
    assert [step.cause for step in email.transitions.order_by("pk")][-2:] == ["doubt", "arrive"]


@pytest.mark.parametrize("happening", [Event.Kind.ACCEPTED, Status.DELIVERED])
def test_reactions_run_with_what_they_ask_for(rita, monkeypatch, happening):
    attempt, seen = marked(rita), []
    monkeypatch.setitem(REACTIONS, happening, [seen.append])

    settle(accepted(attempt))

    [told] = seen
    assert told.email.status == Status.DELIVERED
    assert (told.attempt, told.pk is not None) == (attempt, True)


def following(owner) -> Mark:
    email = make_email(owner, Status.SCHEDULED)
    lease = uuid4()
    claim_one(email, lease)
    email = Email.objects.for_sending().get(pk=email.pk)
    room = room_today([owner.pk])
    return Mark(email=email, lease=lease, worker="w", room=room, prepared=prepare(email))


def test_the_next_one_is_marked_with_the_answer(rita):
    attempt, then = marked(rita), following(rita)

    marked_next = settle(accepted(attempt), then)

    assert marked_next.email == then.email
    assert Email.objects.get(pk=attempt.email_id).status == Status.DELIVERED
    assert Email.objects.get(pk=then.email.pk).status == Status.IN_PROGRESS


def test_where_the_answer_is_not_settled_the_next_one_is_not_marked(rita):
    """Else two would be in doubt if this worker died now."""
    attempt, then = marked(rita), following(rita)
    Email.objects.filter(pk=attempt.email_id).update(lease_until=timezone.now())
    attempt.email.give_up()

    assert settle(accepted(attempt), then) is None
    assert Email.objects.get(pk=attempt.email_id).status == Status.DELIVERED
    assert Email.objects.get(pk=then.email.pk).status == Status.SCHEDULED


def test_an_email_and_its_answer_cost_one_question(rita, django_assert_num_queries):
    make_identity(rita)
    attempt, then = marked(rita), following(rita)
    settle(accepted(attempt), then)
    attempt, then = marked(rita), following(rita)

    with django_assert_num_queries(1):
        assert settle(accepted(attempt), then)


@pytest.mark.parametrize("close", [Channel.pause, lambda channel: channel.hold("x", "")])
def test_what_is_closed_after_the_claim_marks_nothing(rita, close):
    attempt, then = marked(rita), following(rita)
    close(then.email.channel)

    assert settle(accepted(attempt), then) is None
    assert Email.objects.get(pk=attempt.email_id).status == Status.DELIVERED
    assert Email.objects.get(pk=then.email.pk).status == Status.SCHEDULED
