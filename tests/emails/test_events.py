"""The one door for evidence: what is recorded, what counts, and where it belongs."""

from datetime import timedelta

import pytest
from django.db.models.functions import Now
from django.utils import timezone

from emails import events
from emails.events import Observation
from emails.models import Email, Event, Status
from tests.factories import make_attempt, make_email, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def email():
    return make_email(make_user("Rita"), Status.DELIVERED)


def see(email: Email, kind: str = Event.Kind.OPEN, **fields) -> list[Event]:
    fields = {"at": timezone.now(), "source": "test"} | fields
    seen = events.record([Observation(email_id=email.pk, kind=Event.Kind(kind), **fields)])
    events.apply_events()
    email.refresh_from_db()
    return seen


def test_an_archived_email_takes_no_views_and_unarchived_takes_them_again(email):
    email.archive(by=email.owner)
    assert see(email) == []
    assert see(email, Event.Kind.CLICK) == []
    assert len(see(email, Event.Kind.REPLY)) == 1
    assert (email.views, email.clicks, email.replies) == (0, 0, 1)

    email.unarchive(by=email.owner)
    see(email)
    assert email.views == 1


def test_a_view_from_before_it_was_archived_counts_though_it_comes_later(email):
    before = timezone.now()
    email.archive(by=email.owner)
    see(email, at=before - timedelta(minutes=5))

    assert email.views == 1


def test_the_same_evidence_is_recorded_once_and_every_view_is_its_own(email):
    for _ in range(3):
        see(email, Event.Kind.REPLY, source_id="<a@nordlys.example>")
        see(email)

    assert (email.replies, email.views) == (1, 3)


def test_first_and_last_times_do_not_depend_on_the_order_of_arrival(email):
    moments = [timezone.now() - timedelta(hours=hours) for hours in (2, 5, 1, 3)]
    for moment in moments:
        see(email, at=moment)

    assert (email.first_viewed_at, email.last_viewed_at) == (min(moments), max(moments))
    assert email.latest_activity == ("open", max(moments))


@pytest.mark.parametrize(
    ("who", "views", "machines"),
    [(Event.Who.HUMAN, 1, 0), (Event.Who.OWN, 0, 0), (Event.Who.MACHINE, 0, 1)],
)
def test_only_people_count(email, who, views, machines):
    see(email, who=who)

    assert (email.views, email.machine_views) == (views, machines)
    assert email.events.count() == 1


def test_the_senders_own_view_does_not_prove_that_it_arrived():
    email = make_email(make_user("Rita"), Status.IN_PROGRESS)
    Email.objects.filter(pk=email.pk).update(lease_until=Now() - timedelta(seconds=1))
    email.give_up()
    see(email, who=Event.Who.OWN)
    assert email.is_unconfirmed

    see(email, who=Event.Who.MACHINE)
    assert email.status == Status.DELIVERED


def test_evidence_that_names_no_attempt_belongs_to_the_one_of_its_time():
    email = make_email(make_user("Rita"), Status.FAILED)
    first = email.attempts.get()
    first_day = timezone.now() - timedelta(days=1)
    email.attempts.update(started_at=first_day)
    email.retry(by=email.owner)
    second = make_attempt(email)

    see(email, at=first_day + timedelta(hours=1), kind=Event.Kind.DELAY)
    see(email, at=timezone.now() + timedelta(seconds=1), kind=Event.Kind.DELAY)

    assert [event.attempt for event in email.events.order_by("pk")] == [first, second]


def test_an_out_of_office_is_no_reply(email):
    see(email, Event.Kind.AUTO_REPLY, source_id="<away@nordlys.example>")

    assert (email.replies, email.auto_replies, email.status) == (0, 1, Status.DELIVERED)


def test_what_can_no_longer_arrive_at_its_page_still_moves_it(email):
    """Evidence speaks to an email in the trash too; it stays there."""
    email.archive(by=email.owner)
    email.remove(by=email.owner)
    see(email, Event.Kind.COMPLAINT, source_id="<arf@nordlys.example>")

    assert (email.status, email.removed_at is not None) == (Status.SPAM, True)


def test_an_email_that_is_unarchived_stands_again_where_it_stood(email):
    email.archive(by=email.owner)
    email.unarchive(by=email.owner)

    assert email.moved_at == email.delivered_at
