"""What servers, recipients and providers do to an email of a campaign, by the one door for evidence."""

from typing import Any
from uuid import uuid4

from django.db import connection

from emails import events
from emails.events import Observation
from emails.models import Attempt, Email, Event
from emails.sending.settle import settle
from tests.factories import make_attempt


def moment() -> Any:
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement_timestamp()")
        return cursor.fetchone()[0]


def let_it_be_due(email: Email) -> None:
    Email.objects.filter(pk=email.pk).update(send_at=moment())
    email.refresh_from_db()


def mark(email: Email) -> Attempt:
    """A worker takes it in hand."""
    let_it_be_due(email)
    return make_attempt(email)


def answer(attempt: Attempt, kind: Event.Kind, **data: Any) -> None:
    """What the server says to it."""
    settle(
        Observation(
            email_id=attempt.email_id,
            attempt_id=attempt.pk,
            kind=kind,
            at=moment(),
            source=events.SMTP,
            source_id=f"attempt {attempt.pk}",
            data=data,
        )
    )


def arrive(email: Email) -> None:
    answer(mark(email), Event.Kind.ACCEPTED)
    email.refresh_from_db()


def refuse(email: Email) -> None:
    answer(mark(email), Event.Kind.REFUSED, reason="policy")
    email.refresh_from_db()


def bounce(email: Email, **data: Any) -> None:
    answer(mark(email), Event.Kind.BOUNCE, reason="no_such_mailbox", **data)
    email.refresh_from_db()


def learn(email: Email, kind: Event.Kind, **fields: Any) -> None:
    """Evidence that comes later: a reply, a complaint, a late bounce."""
    seen = Observation(
        email_id=email.pk, kind=kind, at=moment(), source="test", source_id=uuid4().hex, **fields
    )
    events.record([seen])
    events.apply_events()
    email.refresh_from_db()
