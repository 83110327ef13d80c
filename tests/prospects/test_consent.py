"""Who may be mailed: what changes it, what is kept of it, and what waits to be sent meanwhile."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from accounts.models import UndoRefused
from emails.models import Status
from prospects import consent
from prospects.models import ConsentChange, Person, Suppression, hash_of
from tests.factories import make_email, make_person, make_user

pytestmark = pytest.mark.django_db
Source, What, Reason = ConsentChange.Source, ConsentChange.What, Suppression.Reason


@pytest.fixture
def rita():
    return make_user("Rita Rep")


@pytest.fixture
def ada():
    return make_user("Ada Admin", role="admin")


@pytest.fixture
def maria(rita):
    return make_person(rita, "Maria")


def history(person):
    changes = ConsentChange.objects.about(person).order_by("pk")
    return list(changes.values_list("what", "source"))


def test_unsubscribing_by_hand_is_kept_with_who_and_why(rita, maria):
    effect = consent.unsubscribe([maria.pk], by=rita, why="Asked on the phone.")

    assert [row.value for row in effect.new] == [maria.email.lower()]
    line = ConsentChange.objects.get()
    told = (line.person, line.what, line.source, line.by, line.words)
    assert told == (maria, "unsubscribed", "hand", rita, "Asked on the phone.")
    assert list(Person.objects.unsubscribed()) == [maria]


def test_twice_is_once(rita, maria):
    consent.unsubscribe([maria.pk], by=rita)
    again = consent.unsubscribe([maria.pk], by=rita)

    assert (again.new, again.known) == ([], 1)
    assert ConsentChange.objects.count() == 1


def test_five_thousand_are_unsubscribed_in_a_handful_of_queries(
    rita, django_assert_max_num_queries
):
    people = [
        Person(owner=rita, email=f"person{number}@many.example", first_name="A")
        for number in range(5000)
    ]
    for person in people:
        person.prepare()
    Person.objects.bulk_create(people, batch_size=1000)
    with django_assert_max_num_queries(25):
        effect = consent.unsubscribe(Person.objects.all(), source=Source.BULK, by=rita)

    assert len(effect.new) == 5000
    assert ConsentChange.objects.filter(person__isnull=False, source="bulk").count() == 5000


def test_what_waits_for_them_is_stopped_whoever_wrote_it(rita, maria):
    sam = make_user("Sam")
    theirs = [make_email(user, Status.SCHEDULED, person=maria) for user in (rita, sam)]
    other = make_email(rita, Status.SCHEDULED, to_address="somebody@else.example")

    assert consent.unsubscribe([maria.pk], by=rita).stopped == 2
    for email in theirs:
        email.refresh_from_db()
        assert (email.status, email.reason) == ("failed", "suppressed")
        assert email.reason_values == {"address": maria.email, "because": "unsubscribed"}
        last = email.transitions.last()
        assert (last.cause, last.from_status, last.to_status) == ("stop", "scheduled", "failed")
        assert last.reason_values == email.reason_values
    other.refresh_from_db()
    assert other.status == "scheduled"


@pytest.mark.parametrize("field", ["cc", "bcc"])
def test_so_is_what_would_reach_them_as_a_copy(rita, maria, field):
    email = make_email(rita, Status.SCHEDULED, **{field: [maria.email.upper()]})

    assert consent.unsubscribe([maria.pk], by=rita).stopped == 1
    email.refresh_from_db()
    assert (email.status, email.reason_values["because"]) == ("failed", "unsubscribed")


def test_what_is_in_progress_finishes(rita, maria):
    email = make_email(rita, Status.IN_PROGRESS, person=maria)

    assert consent.unsubscribe([maria.pk], by=rita).stopped == 0
    email.refresh_from_db()
    assert email.status == "in_progress"


def test_a_blocked_domain_covers_its_subdomains_and_no_lookalikes(rita, ada):
    addresses = [
        "a@rival.example",
        "b@uk.RIVAL.example",
        "c@notrival.example",
        "d@rival.example.org",
    ]
    emails = [make_email(rita, Status.SCHEDULED, to_address=address) for address in addresses]

    assert consent.block(["rival.example"], by=ada, why="A rival").stopped == 2
    for email in emails:
        email.refresh_from_db()
    assert [email.status for email in emails] == ["failed", "failed", "scheduled", "scheduled"]


def test_the_hash_of_a_forgotten_address_stops_what_waits_for_it(rita):
    email = make_email(rita, Status.SCHEDULED, to_address="Maria@nordlys.example")

    assert consent.suppress([hash_of("maria@nordlys.example")], Reason.UNSUBSCRIBED).stopped == 1
    email.refresh_from_db()
    assert email.status == "failed"


def test_one_sender_only(rita, maria):
    sam = make_user("Sam")
    hers, his = (make_email(user, Status.SCHEDULED, person=maria) for user in (rita, sam))
    copy = make_email(sam, Status.SCHEDULED, cc=[maria.email])

    effect = consent.unsubscribe_address(maria.email, source=Source.LINK, sender=rita)
    assert effect.stopped == 1
    for email in (hers, his, copy):
        email.refresh_from_db()
    assert (hers.status, his.status, copy.status) == ("failed", "scheduled", "scheduled")
    assert "from mail by Rita Rep" in consent.refusals([maria.email], rita)[maria.email]
    assert consent.refusals([maria.email], sam) == {}
    # Who does not say who writes leaves her out.
    assert maria.email in consent.refusals([maria.email])


def test_the_undo_is_for_whoever_did_it_and_in_time(rita, maria):
    undo = consent.offer_undo(rita, consent.unsubscribe([maria.pk], by=rita))

    assert "may be mailed again" in undo.use()
    assert not Suppression.objects.in_force().exists()
    assert history(maria) == [("unsubscribed", "hand"), ("resubscribed", "undo")]


def test_it_is_refused_after_ten_minutes_and_once_somebody_else_has_had_a_say(rita, ada, maria):
    undo = consent.offer_undo(rita, consent.unsubscribe([maria.pk], by=rita))
    with time_machine.travel(timezone.now() + timedelta(minutes=11)), pytest.raises(UndoRefused):
        undo.use()
    consent.resubscribe([maria], by=ada, why="A mistake")
    consent.unsubscribe_address(maria.email, source=Source.LINK)
    with pytest.raises(UndoRefused):
        undo.use()
    assert Suppression.objects.covering(maria.email).exists()


def test_what_they_have_said_themselves_meanwhile_is_not_taken_back(rita, maria):
    undo = consent.offer_undo(rita, consent.unsubscribe([maria.pk], by=rita))
    for _press in range(2):
        consent.unsubscribe_address(maria.email, source=Source.ONE_CLICK)
    with pytest.raises(UndoRefused):
        undo.use()
    assert Suppression.objects.covering(maria.email).exists()
    assert history(maria) == [("unsubscribed", "hand"), ("unsubscribed", "one_click")]


def test_only_an_admin_resubscribes_and_says_why(rita, ada, maria):
    consent.unsubscribe([maria.pk], by=rita)
    for by, why in [(rita, "They asked"), (ada, "  ")]:
        with pytest.raises(ValueError, match="Only an admin"):
            consent.resubscribe([maria], by=by, why=why)
    assert consent.resubscribe([maria], by=ada, why="They asked in writing") == 1

    line = ConsentChange.objects.about(maria).newest_first()[0]
    told = (line.what, line.source, line.by, line.words)
    assert told == ("resubscribed", "admin", ada, "They asked in writing")
    assert not Suppression.objects.covering(maria.email).exists()


def test_resubscribing_leaves_a_blocked_domain_blocked(ada, maria):
    consent.block([maria.domain], by=ada)
    Suppression.suppress(maria.email, Reason.BOUNCED)

    assert consent.resubscribe([maria], by=ada, why="A new mailbox") == 1
    assert [row.value for row in consent.standing(maria)] == [maria.domain]


def test_retrying_a_bounce_is_in_the_history_too(rita, maria):
    Suppression.suppress(maria.email, Reason.BOUNCED)
    Suppression.release_for(maria.email, by=rita)

    assert history(maria) == [("bounced", "bounce"), ("released", "retry")]


def test_nothing_given_is_nothing_done():
    assert consent.suppress(["", "  "], Reason.BLOCKED) == consent.Effect()
