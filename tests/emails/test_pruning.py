from datetime import timedelta
from uuid import uuid4

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone

from accounts.jobs import prune as prune_accounts
from accounts.models import Undo
from commandcenter import celery
from emails.inbound.ingest import ingest
from emails.jobs import prune
from emails.models import Composition, Email, Event, ReturnedMail, Status
from prospects.jobs import prune as prune_people
from prospects.models import PeopleImport
from tests.factories import make_draft, make_email, make_user

pytestmark = pytest.mark.django_db
FILE = b"email,first name\nada@nordlys.example,Ada\n"
SEEN = {"ip": "192.0.2.7", "user_agent": "Mozilla/5.0 Firefox", "method": "GET"}


@pytest.fixture
def rita():
    return make_user("Rita Berg")


def days_ago(days):
    return timezone.now() - timedelta(days=days)


def make_view(email, days):
    return Event.objects.create(
        email=email,
        kind=Event.Kind.OPEN,
        at=days_ago(days),
        recorded_at=days_ago(days),
        fingerprint=uuid4().bytes * 2,
        source="tracking",
        judged_by="a browser or mail program",
        data=SEEN,
    )


def test_ip_and_user_agent_are_forgotten_and_the_judgement_stays(rita, settings):
    settings.EVENT_DETAILS_DAYS = 90
    email = make_email(rita, Status.DELIVERED)
    old, new = make_view(email, 91), make_view(email, 89)

    prune()

    old.refresh_from_db()
    new.refresh_from_db()
    assert old.data == {"method": "GET"}
    assert old.judged_by == "a browser or mail program"
    assert new.data == SEEN


def test_details_are_forgotten_in_batches(rita):
    email = make_email(rita, Status.DELIVERED)
    for _ in range(5):
        make_view(email, 200)

    assert Event.objects.with_old_details().forget_details(batch=2) == 5
    assert not Event.objects.filter(data__has_key="ip").exists()


def test_returned_mail_is_forgotten_but_known_again(rita):
    raw = b"From: someone@nordlys.example\r\nSubject: Hello\r\n\r\nIs this for you?\r\n"
    kept = ingest(raw)
    ReturnedMail.objects.filter(pk=kept.pk).update(received_at=days_ago(91))

    prune()

    kept.refresh_from_db()
    assert (bytes(kept.raw), kept.subject) == (b"", "Hello")
    assert ingest(raw).pk == kept.pk
    assert not ReturnedMail.objects.long_kept().exists()


def test_typed_text_is_kept_for_90_days(rita):
    left = rita.compositions.create(typed={"subject": "half a thought"})
    forgotten = rita.compositions.create(typed={"subject": "long ago"})
    Composition.objects.filter(pk=left.pk).update(updated_at=days_ago(89))
    Composition.objects.filter(pk=forgotten.pk).update(updated_at=days_ago(91))

    prune()

    assert rita.compositions.get() == left


def test_the_trash_is_emptied_after_30_days(rita):
    young, old = make_draft(rita), make_draft(rita)
    for email, days in ((young, 29), (old, 31)):
        email.remove(by=rita)
        Email.objects.filter(pk=email.pk).update(removed_at=days_ago(days))

    prune()

    assert [email.pk for email in rita.emails.removed()] == [young.pk]


def test_undos_and_sessions_that_are_over_go(rita):
    young = Undo.objects.create(user=rita, action="emails.archive")
    Undo.objects.create(user=rita, action="emails.archive", created_at=days_ago(2))
    Session.objects.create(session_key="over", expire_date=days_ago(1))
    Session.objects.create(session_key="running", expire_date=days_ago(-1))

    prune_accounts()

    assert Undo.objects.get() == young
    assert Session.objects.get().session_key == "running"


def test_files_of_people_that_nobody_went_on_with_go(rita):
    young = PeopleImport.keep(rita, "new.csv", FILE)
    old = PeopleImport.keep(rita, "old.csv", FILE)
    PeopleImport.objects.filter(pk=old.pk).update(created_at=days_ago(2))

    prune_people()

    assert PeopleImport.objects.get() == young


def test_the_clock_knows_every_pruning():
    jobs = {job for job, _every, _expires in celery.SCHEDULE.values()}

    assert {prune.name, prune_accounts.name, prune_people.name} <= jobs
