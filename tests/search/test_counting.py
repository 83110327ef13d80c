"""How the counts of saved searches are kept exact, and how often everything is found anew."""

from datetime import UTC, datetime
from functools import partial

import pytest
import time_machine
from django.test import TestCase
from django.utils import timezone

from accounts import changes
from accounts.changes import EVERYBODY, seen_by
from accounts.models import Organisation, Team
from campaigns.models.enrollments import tell_owners
from campaigns.turning import remove_tasks
from emails.models import Email, Event, Status
from prospects.models import Person
from search import counting
from search.counting import counted, seconds_of_rest
from search.language import parse
from tasks.for_people import make
from tests.factories import (
    make_campaign,
    make_email,
    make_enrollment,
    make_launch,
    make_person,
    make_saved_search,
    make_task,
    make_user,
    start_campaign,
)
from tests.search.conftest import told

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def rita():
    rita = make_user("Rita")
    told(rita.pk, EVERYBODY)  # there is a log that can be read on
    return rita


@pytest.fixture
def maria(rita):
    return make_person(rita, "Maria")


@pytest.fixture
def email(rita, maria):
    return make_email(rita, Status.DELIVERED, person=maria)


@pytest.fixture
def anew(monkeypatch):
    """The searches for which everything was found anew, by name."""
    names, find = [], counting._Counting._find

    def noted(self, saved, found):
        names.append(saved.name)
        find(self, saved, found)

    monkeypatch.setattr(counting._Counting, "_find", noted)
    return names


def counts(user, *searches):
    return [one.count for one in counted(searches, user)]


def change(email, **columns):
    """As evidence does; its owner's log is told."""
    Email.objects.filter(pk=email.pk).update(**columns)
    told(email.owner_id, emails=[email.pk])


# Only what has been announced -----------------------------------------------------------------


@pytest.mark.parametrize("subject", ["people", "emails"])
def test_what_comes_to_match_is_counted_and_what_no_longer_does_is_not(rita, email, anew, subject):
    saved = make_saved_search(rita, "clicked", subject=subject)
    assert counts(rita, saved) == [0]
    anew.clear()

    change(email, clicks=1)
    assert counts(rita, saved) == [1]
    change(email, clicks=0)
    assert counts(rita, saved) == [0]
    assert not anew


def test_nothing_is_searched_where_nothing_was_announced(
    rita, email, django_assert_max_num_queries
):
    saved = make_saved_search(rita, "clicked")
    counted([saved], rita)
    Email.objects.filter(pk=email.pk).update(clicks=1)

    with django_assert_max_num_queries(2):  # the organisation and the looks
        assert counts(rita, saved) == [0]


def test_all_searches_are_asked_at_once(rita, email, django_assert_max_num_queries):
    searches = [make_saved_search(rita, f"clicked>={times}") for times in range(1, 15)]
    counted(searches, rita)
    change(email, clicks=7)

    with django_assert_max_num_queries(12):
        assert counts(rita, *searches) == [1] * 7 + [0] * 7


def test_who_answers_is_gone_with_all_emails_of_the_conversation(
    rita, maria, email, anew, django_capture_on_commit_callbacks
):
    from emails.conversations import answered

    later = make_email(rita, Status.DELIVERED, person=maria)
    Email.objects.filter(pk=later.pk).update(continues=email)
    saved = make_saved_search(rita, "-replied", subject="emails")
    assert counts(rita, saved) == [2]
    anew.clear()

    with django_capture_on_commit_callbacks(execute=True):
        Email.objects.filter(pk=later.pk).update(last_replied_at=datetime(2026, 11, 1, tzinfo=UTC))
        answered(Email.objects.get(pk=later.pk))
    assert (counts(rita, saved), anew) == ([0], [])


def test_evidence_says_which_emails_it_was_about(
    rita, email, anew, django_capture_on_commit_callbacks
):
    from emails.events import Observation, apply_events, record

    saved = make_saved_search(rita, "viewed")
    assert counts(rita, saved) == [0]
    anew.clear()

    with django_capture_on_commit_callbacks(execute=True):
        at = datetime(2026, 11, 1, tzinfo=UTC)
        record([Observation(email_id=email.pk, kind=Event.Kind.OPEN, at=at, source="test")])
        apply_events()
    assert (counts(rita, saved), anew) == ([1], [])


def test_what_is_known_of_a_person_counts_for_them_and_for_the_emails_to_them(
    rita, maria, email, anew
):
    people = make_saved_search(rita, "company:acme")
    emails = make_saved_search(rita, "company:acme", subject="emails")
    assert counts(rita, people, emails) == [0, 0]
    anew.clear()

    maria.company = "Acme"
    maria.save()
    told(EVERYBODY, people=[maria.pk])
    assert (counts(rita, people, emails), anew) == ([1, 1], [])


def test_a_deleted_email_and_its_person_are_gone(rita, email, anew):
    people, emails = (make_saved_search(rita, "", subject=each) for each in ("people", "emails"))
    bounced = make_saved_search(rita, "bounced")
    change(email, status=Status.BOUNCED)
    assert counts(rita, people, emails, bounced) == [1, 1, 1]

    change(email, removed_at=datetime(2026, 11, 1, tzinfo=UTC))
    assert counts(rita, people, emails, bounced) == [1, 0, 0]


def test_what_is_new_follows(rita, email):
    saved = make_saved_search(rita, "clicked")
    saved.looked_at_by(rita, [])
    assert counted([saved], rita)[0].new == 0

    change(email, clicks=1)
    assert counted([saved], rita)[0].new == 1
    saved.looked_at_by(rita, [email.person_id])
    assert counted([saved], rita)[0].new == 0


def test_a_viewer_of_a_shared_search_has_counts_of_their_own(rita, email):
    saved, sam = make_saved_search(rita, "clicked", subject="emails"), make_user("Sam")
    theirs = make_email(sam, Status.DELIVERED, person=make_person(sam))
    assert (counts(rita, saved), counts(sam, saved)) == ([0], [0])

    change(email, clicks=1)
    assert (counts(rita, saved), counts(sam, saved)) == ([1], [0])
    change(theirs, clicks=1)
    told(rita.pk, emails=[theirs.pk])  # a number that is none of hers
    assert (counts(rita, saved), counts(sam, saved)) == ([1], [1])


def test_two_who_count_at_once_do_no_harm(rita, maria, email):
    saved = make_saved_search(rita, "clicked", subject="emails")
    other = make_email(rita, Status.DELIVERED, person=maria)
    counted([saved], rita)
    change(email, clicks=1)
    slow = counting._Counting([saved], rita)  # has read what was kept, and no more
    change(other, clicks=1)

    assert counts(rita, saved) == [2]
    slow.done()  # keeps what it knows, and until when
    change(email, clicks=0)
    assert counts(rita, saved) == [1]


# Everything anew ------------------------------------------------------------------------------


def test_a_search_that_has_been_changed_is_another_one(rita, email, anew):
    saved = make_saved_search(rita, "clicked", name="Changed")
    other = make_saved_search(rita, "viewed", name="Other")
    assert counts(rita, saved, other) == [0, 0]
    anew.clear()

    saved.put(parse("-clicked"), "emails")
    assert (counts(rita, saved, other), anew) == ([1, 0], ["Changed"])


def test_another_day_means_other_days(rita, email):
    with time_machine.travel("2026-11-20 12:00", tick=False):
        change(email, last_viewed_at=datetime(2026, 11, 20, 9, tzinfo=UTC), views=1)
        saved = make_saved_search(rita, "active:today")
        assert counts(rita, saved) == [1]
    with time_machine.travel("2026-11-20 12:20", tick=False):
        assert counts(rita, saved) == [1]
        rita.time_zone = "Pacific/Kiritimati"  # it is the 21st there
        assert counts(rita, saved) == [0]
    with time_machine.travel("2026-11-21 12:00", tick=False):
        rita.time_zone = "UTC"
        assert counts(rita, saved) == [0]


@pytest.mark.parametrize("how", ["unsaid", "lost", "too long"])
def test_whatever_may_have_changed_is_found(rita, email, monkeypatch, how):
    saved = make_saved_search(rita, "clicked")
    counted([saved], rita)
    Email.objects.filter(pk=email.pk).update(clicks=1)
    if how == "unsaid":
        told(rita.pk)
    elif how == "lost":
        changes.redis.delete(changes._log_of(rita.pk))
    else:
        monkeypatch.setattr(changes, "_ENTRIES", 1)
        for _time in range(300):  # Redis forgets them by the hundred
            changes._write({rita.pk}, {"emails": ""})

    assert counts(rita, saved) == [1]


def test_without_redis_it_is_counted(rita, email, monkeypatch):
    def down(*_args, **_more):
        raise ConnectionError

    saved = make_saved_search(rita, "clicked")
    for verb in ("get", "set"):
        monkeypatch.setattr(counting.cache, verb, down)
    monkeypatch.setattr(changes.redis, "pipeline", down)
    Email.objects.filter(pk=email.pk).update(clicks=1)

    assert counts(rita, saved) == [1]


def test_what_nobody_announces_is_found_after_some_time(rita, email, monkeypatch):
    saved = make_saved_search(rita, "clicked")
    counted([saved], rita)
    Email.objects.filter(pk=email.pk).update(clicks=1)
    monkeypatch.setattr(counting, "_AGAIN_AFTER", -1)

    assert counts(rita, saved) == [1]


def test_emails_of_others_are_counted_though_nothing_is_announced(email):
    ada = make_user("Ada", role="admin")
    saved = make_saved_search(ada, f"sender:#{email.owner_id} clicked", subject="emails")
    assert counts(ada, saved) == [0]

    Email.objects.filter(pk=email.pk).update(clicks=1)
    assert counts(ada, saved) == [1]


@pytest.mark.parametrize(
    "does",
    [
        lambda sam, person: make_task(sam, person=person).keep,
        lambda sam, person: partial(make_task(sam, person=person).complete, by=sam),
        lambda sam, person: partial(remove_tasks, [make_task(sam, person=person).pk]),
        lambda sam, person: partial(make, Person.objects.of_ids([person.pk]), make_task(sam), sam),
        lambda sam, person: make(Person.objects.of_ids([person.pk]), make_task(sam), sam).undo.use,
        lambda sam, person: partial(make_launch(make_campaign(sam), person).start, timezone.now()),
        lambda sam, person: partial(start_campaign(make_campaign(sam), person).take_back, by=sam),
        lambda sam, person: partial(tell_owners, [make_enrollment(make_campaign(sam), person)]),
        lambda sam, person: partial(person.write_notes, "In May.", seen="", by=sam),
    ],
    ids=[
        *("a task", "it is done", "it goes", "tasks for many", "they go"),
        *("a campaign begins", "is taken back", "goes on", "a person"),
    ],
)
def test_what_colleagues_do_is_told_to_whoever_counts(maria, does):
    act = does(make_user("Sam"), maria)
    before = seen_by(EVERYBODY)

    with TestCase.captureOnCommitCallbacks(execute=True):
        act()

    assert seen_by(EVERYBODY) != before


def test_whoever_may_see_more_finds_more(rita):
    Organisation.objects.update_or_create(pk=1, defaults={"everybody_sees_people": False})
    make_person(make_user("Sam"))
    saved = make_saved_search(rita, "")
    assert counts(rita, saved) == [0]

    rita.role = "admin"
    assert counts(rita, saved) == [1]


def test_a_group_that_is_shared_brings_its_people(rita, django_capture_on_commit_callbacks):
    from prospects.models import Group

    Organisation.objects.update_or_create(pk=1, defaults={"everybody_sees_people": False})
    sam, team = make_user("Sam"), Team.objects.create(name="North")
    for member in (rita, sam):
        team.memberships.create(user=member)
    group = Group.objects.create(owner=sam, name="Fair")
    group.teams.add(team)
    saved, hers = make_saved_search(rita, ""), make_person(sam)
    assert counts(rita, saved) == [0]

    with django_capture_on_commit_callbacks(execute=True):
        group.add([hers])
    assert counts(rita, saved) == [1]
    with django_capture_on_commit_callbacks(execute=True):
        group.drop_ids([hers.pk])
    assert counts(rita, saved) == [0]


def test_what_colleagues_do_counts_at_the_next_asking(
    rita, maria, django_capture_on_commit_callbacks
):
    saved = make_saved_search(rita, "open-tasks>=1")
    assert counts(rita, saved) == [0]

    with django_capture_on_commit_callbacks(execute=True):
        task = make_task(make_user("Sam"), person=maria)
    assert counts(rita, saved) == [1]
    with django_capture_on_commit_callbacks(execute=True):
        task.complete(by=task.assignee)
    assert counts(rita, saved) == [0]


def test_what_finds_too_many_to_keep_is_counted_each_time(rita, maria, email, monkeypatch, anew):
    monkeypatch.setattr(counting, "MOST_KEPT", 1)
    other = make_email(rita, Status.DELIVERED, person=maria)
    saved = make_saved_search(rita, "status:delivered", subject="emails", name="Many")
    assert counts(rita, saved) == [2]
    anew.clear()

    assert (counts(rita, saved), anew) == ([2], [])
    change(other, status=Status.BOUNCED)
    assert (counts(rita, saved), anew) == ([1], ["Many"])


def test_a_search_that_cannot_be_asked_hinders_no_other(rita, email):
    broken, saved = make_saved_search(rita, "viewed"), make_saved_search(rita, "clicked")
    broken.conditions = {"all": [{"field": "nonsense", "op": "is"}]}
    assert counts(rita, broken, saved) == [None, 0]

    change(email, clicks=1)
    assert counts(rita, broken, saved) == [None, 1]


# And how often --------------------------------------------------------------------------------


def test_who_has_costly_searches_sees_those_of_last_time_and_asks_again(
    client, rita, email, monkeypatch
):
    client.force_login(rita)
    saved = make_saved_search(rita, "clicked", name="Clicked")
    assert counts(rita, saved) == [0]
    monkeypatch.setattr(counting, "IN_HAND", 0)

    Email.objects.filter(pk=email.pk).update(clicks=1)
    told(rita.pk)
    assert counts(rita, saved) == [0]
    assert seconds_of_rest(rita) == 1
    assert "load delay:1s" in client.get("/search/side/", headers=HTMX).text

    monkeypatch.setattr(counting, "IN_HAND", 3)
    monkeypatch.setattr(counting, "_SHARE", 1e9)
    assert counts(rita, saved) == [1]
    assert seconds_of_rest(rita) == 0


def test_what_is_announced_is_counted_even_while_everything_else_has_to_wait(
    rita, email, monkeypatch
):
    saved = make_saved_search(rita, "clicked")
    counted([saved], rita)
    monkeypatch.setattr(counting, "IN_HAND", 0)

    change(email, clicks=1)
    assert counts(rita, saved) == [1]


def test_cheap_searches_are_counted_each_time_and_nobody_asks_again(client, rita):
    client.force_login(rita)
    make_saved_search(rita, "clicked", name="Clicked")

    assert "load delay" not in client.get("/search/side/", headers=HTMX).text
    assert seconds_of_rest(rita) == 0
