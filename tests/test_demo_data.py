"""The demo keeps the rules that real emails keep."""

import io
from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.db.models import Count, F, Max
from django.utils import timezone

from accounts.models import User
from campaigns.models import Campaign, Enrollment, State
from commandcenter.demo import crew, personal
from emails.bulk.tally import tally
from emails.conversations import conversation
from emails.events import SMTP
from emails.models import (
    Attempt,
    BulkSend,
    Cause,
    Channel,
    Email,
    Event,
    Link,
    Outcome,
    Status,
    Transition,
)
from emails.sending.html import clean, text_of
from emails.tracking.rewriting import unsubscribe_url
from prospects.models import ConsentChange, Group, Person, Suppression
from prospects.models.suppression import values_covering
from search.models import SavedSearch
from tasks.models import Call, Task

pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("demo data")]
Kind, Who = Event.Kind, Event.Who


@pytest.fixture(scope="module", autouse=True)
def demo(django_db_setup, django_db_blocker) -> Iterator[None]:
    """Loaded once for all of these tests, and taken back at the end."""
    with django_db_blocker.unblock(), transaction.atomic():
        load()
        connection.check_constraints()  # once, not again after every test
        yield
        transaction.set_rollback(True)


def load(*options: str) -> str:
    out = io.StringIO()
    call_command("demo_data", "--force", *options, stdout=out)
    return out.getvalue()


@pytest.fixture(scope="module")
def histories(demo) -> list[Email]:
    """Every email with all that happened to it, read once."""
    return list(Email.objects.prefetch_related("transitions", "attempts", "events"))


# What is there ---------------------------------------------------------------------------------


def test_there_is_one_organisation_at_work():
    roles = User.objects.values_list("role").annotate(Count("pk"))

    assert dict(roles) == {"user": 3, "manager": 1, "admin": 1}
    assert (Person.objects.count(), Email.objects.addressed().count()) == (400, 2000)
    assert Group.objects.count() >= 9


def test_one_bulk_email_has_run_its_course_and_one_is_being_written():
    done, begun = BulkSend.objects.launched().get(campaign=None), BulkSend.objects.drafts().get()
    told = tally(done)
    assert (told.made, told.waiting, told[Status.FAILED]) == (39, 0, 1) and told.viewed
    assert done.recipients.edited().count() == 2
    assert begun.recipients.edited().count() == 3 and begun.recipients.count() > 40
    assert begun.emails.get().stands_for_bulk


def test_people_stand_at_every_stage_of_a_campaign_of_five_steps():
    campaign = Campaign.objects.get()
    ways = campaign.enrollments.all()
    assert campaign.steps.count() == 5
    assert {way.state for way in ways} == set(State)
    assert {way.step.day for way in ways if way.state == State.ACTIVE} == {1, 3, 5, 8, 12}
    for way in ways.prefetch_related("turns__email", "turns__task"):
        waiting = [turn for turn in way.turns.all() if turn.done_at is None]
        # Whoever is on the way waits for one thing, so that the engine has nothing to do.
        assert way.ended_at or (len(waiting) == 1 and waiting[0].step == way.step)
    today = timezone.localdate(timezone=campaign.owner.zone)
    due = Task.objects.open().filter(campaign=campaign, due_on=today)
    assert {"call", "inmail", "email"} <= set(due.values_list("kind", flat=True))


def test_a_saved_search_finds_who_clicked_in_the_campaign_and_has_not_answered():
    saved = SavedSearch.objects.get()
    campaign = Campaign.objects.get()
    found = set(saved.found_for(campaign.owner))
    assert saved.is_pinned and saved.owner == campaign.owner
    assert len(found) >= 5
    sent = [set(person.emails.filter(campaign=campaign)) for person in found]
    for emails in sent:
        assert any(email.views for email in emails) and any(email.clicks for email in emails)
        assert not any(email.replies for email in emails)


def test_whoever_had_clicked_got_a_personal_email_and_left_the_list_by_answering_it():
    campaign, saved = Campaign.objects.get(), SavedSearch.objects.get()
    found = set(saved.found_for(campaign.owner))
    bulk = BulkSend.objects.get(campaign=campaign)
    emails = list(bulk.emails.select_related("continues"))
    assert bulk.continues and bulk.template_version and bulk.recipients.edited().count() == 2
    answered = [email for email in emails if email.replies]
    assert len(answered) == 2 and len(emails) >= 8
    for email in emails:
        before = campaign.emails.filter(person=email.person, delivered_at__lt=email.delivered_at)
        assert email.continues == before.latest("delivered_at")
        assert (email.person in found) == (email not in answered)
    ways = campaign.enrollments.filter(person__in=[email.person_id for email in answered])
    assert {(way.state, way.because) for way in ways} == {(State.ENDED, "replied")}


def test_three_of_those_who_got_it_are_called_and_two_of_them_have_been():
    people = BulkSend.objects.get(continues=True).emails.values("person")
    tasks = Task.objects.filter(person__in=people, campaign=None, kind="call", name=personal.TO_DO)
    calls = Call.objects.filter(task__in=tasks.filter(status=Task.Status.COMPLETE))
    assert (tasks.count(), calls.count(), tasks.open().count()) == (3, 2, 1)
    for call in calls.select_related("task"):
        assert call.person == call.task.person and call.outcome and call.notes
        assert call.task.created_at < call.began_at < call.task.closed_at <= timezone.now()


def test_nobody_goes_on_in_the_campaign_who_has_answered():
    ways = Enrollment.objects.exclude(state=State.ENDED).values("person")
    assert not Email.objects.filter(campaign__isnull=False, person__in=ways, replies__gt=0).exists()


def test_whoever_answered_one_email_of_a_conversation_has_answered_them_all():
    told = Email.objects.exclude(answered_at=None) | Email.objects.filter(replies__gt=0)
    assert told.filter(campaign=None).exists() and told.exclude(campaign=None).exists()
    for email in told:
        together = conversation(email).aggregate(latest=Max("last_replied_at"))
        assert email.answered_at == together["latest"]


def test_everybody_can_sign_in_and_send():
    for user in User.objects.all():
        assert user.check_password(crew.PASSWORD)
        assert user.identities.get().is_ready
    assert crew.PASSWORD in load()


def test_every_folder_holds_something_for_every_rep():
    for rep in User.objects.filter(role=User.Role.USER):
        counts = Email.objects.of(rep).folder_counts()
        # What is In Progress stays there for seconds, so that nothing is shown there.
        assert [status for status, count in counts.items() if not count] == [Status.IN_PROGRESS]


def test_people_and_addresses_are_as_forms_would_have_them():
    for person in Person.objects.all():
        person.full_clean(validate_unique=False, validate_constraints=False)
        assert person.email.isascii() and person.email.endswith(".example")


# What happened ---------------------------------------------------------------------------------


def test_every_history_is_a_chain_that_the_table_allows(histories):
    for email in histories:
        first, *_rest = steps = sorted(email.transitions.all(), key=lambda step: step.pk)
        assert (first.cause, first.from_status, first.at) == (Cause.CREATE, "", email.created_at)
        for before, after in pairwise(steps):
            assert before.to_status == after.from_status and before.at <= after.at
        for step in steps:
            if step.cause in Email.TRANSITIONS:
                origins, target = Email.TRANSITIONS[Cause(step.cause)]
                assert step.from_status in origins and step.to_status == target
        assert (steps[-1].to_status, steps[-1].reason) == (
            email.status,
            email.reason or "deleted"[: 7 * bool(email.removed_at)],
        )


def test_nothing_that_is_known_would_move_anything(histories):
    """Weighed again, every email stays where it is."""
    before = Transition.objects.count()
    for email in histories:
        email.weigh()

    assert Transition.objects.count() == before


def test_attempts_are_what_their_events_prove(histories):
    for email in histories:
        proven = defaultdict(list)
        for event in email.events.all():
            proven[event.attempt_id].append(event.proves)
        marks = sum(step.cause == Cause.MARK for step in email.transitions.all())
        attempts = list(email.attempts.all())
        assert [attempt.number for attempt in attempts] == list(range(1, marks + 1))
        for attempt in attempts:
            assert attempt.outcome == max(proven[attempt.pk])
            assert attempt.started_at <= attempt.ended_at


def test_every_attempt_has_one_answer_of_the_server():
    answers = Event.objects.filter(source=SMTP).values_list("attempt_id", flat=True)

    assert sorted(answers) == sorted(Attempt.objects.values_list("pk", flat=True))


def test_rows_count_what_their_events_say(histories):
    columns = {Kind.OPEN: "viewed", Kind.CLICK: "clicked", Kind.REPLY: "replied"}
    counters = {Kind.OPEN: "views", Kind.CLICK: "clicks", Kind.REPLY: "replies"}
    for email in histories:
        events = list(email.events.all())
        for kind, name in columns.items():
            at = sorted(one.at for one in events if one.kind == kind and one.who == Who.HUMAN)
            assert getattr(email, counters[kind]) == len(at)
            assert getattr(email, f"first_{name}_at") == (at[0] if at else None)
            assert getattr(email, f"last_{name}_at") == (at[-1] if at else None)
        machines = [one for one in events if one.kind == Kind.OPEN and one.who == Who.MACHINE]
        assert email.machine_views == len(machines)
        assert email.auto_replies == sum(one.kind == Kind.AUTO_REPLY for one in events)


def test_it_shows_every_kind_of_evidence():
    kinds = set(Event.objects.values_list("kind", flat=True))
    judged = set(Event.objects.values_list("who", "via"))

    assert kinds >= {"accepted", "deferred", "refused", "doubt", "open", "click", "reply"}
    assert kinds >= {"auto_reply", "bounce", "complaint", "unsubscribe"}
    assert {("machine", "apple"), ("human", "google"), ("own", "direct")} <= judged
    assert Email.objects.unconfirmed().exists()


def test_some_that_were_replied_to_are_a_success():
    successes = Email.objects.exclude(succeeded_at=None)

    assert successes.filter(archived_at=None).exists()
    assert not successes.filter(replies=0).exists()


def test_nothing_has_happened_in_the_future():
    now = timezone.now()

    assert not Event.objects.filter(at__gt=now).exists()
    assert not Transition.objects.filter(at__gt=now).exists()
    assert not Email.objects.in_folder(Status.SCHEDULED).filter(send_at__lt=F("moved_at")).exists()


def test_all_evidence_is_applied_and_none_twice():
    assert not Event.objects.unapplied().exists()
    assert Event.objects.values("fingerprint").distinct().count() == Event.objects.count()


def test_nobody_was_written_to_after_they_must_not_be():
    since = dict(Suppression.objects.in_force().values_list("value", "created_at"))
    sent = Attempt.objects.values_list("email__to_address", "started_at")

    for address, at in sent:
        known = [since[value] for value in values_covering(address) if value in since]
        assert all(at <= moment for moment in known)


def test_bad_addresses_and_complaints_are_suppressed():
    spam = Email.objects.in_folder(Status.SPAM)
    nobody = Email.objects.filter(status=Status.BOUNCED, reason="no_such_mailbox")

    for email in [*spam, *nobody]:
        assert Suppression.objects.covering(email.to_address).exists()


def test_every_suppression_says_how_it_came_about():
    for row in Suppression.objects.all():
        assert ConsentChange.objects.filter(value=row.value, at=row.created_at).exists()
    said = ConsentChange.objects.filter(what="unsubscribed")
    assert {"link", "one_click"} <= set(said.values_list("source", flat=True))
    assert said.exclude(words="").exists() and not said.filter(person=None).exists()
    back = ConsentChange.objects.get(what="resubscribed")
    assert back.by.is_admin and back.words
    assert not Suppression.objects.covering(back.value).exists()


def test_archived_emails_are_not_tracked():
    late = Event.objects.filter(kind__in=[Kind.OPEN, Kind.CLICK], email__status=Status.ARCHIVED)

    assert not late.filter(at__gte=F("email__archived_at")).exists()


def test_what_was_sent_is_stored_with_its_links():
    for link in Link.objects.select_related("email__content"):
        assert link.url.replace("&", "&amp;") in link.email.content.html
        assert link.url not in link.email.content.sent_html
    assert not Event.objects.filter(kind=Kind.CLICK, link=None).exists()
    assert not Event.objects.exclude(link=None).exclude(link__email=F("email")).exists()
    sent = Email.objects.exclude(attempts=None)
    for email in sent.select_related("content")[:20]:
        said = text_of(email.content.html)
        assert clean(email.content.html) == email.content.html
        assert email.content.sent_text.startswith(said.rstrip("\n"))
        assert unsubscribe_url(email.pk) in email.content.sent_text
        assert email.snippet == " ".join(said.split())[:200]
    assert not sent.filter(content__sent_html="").exists()
    assert (
        not Attempt.objects.filter(outcome=Outcome.NONE).exclude(reason="connection_lost").exists()
    )


# Again -----------------------------------------------------------------------------------------


def test_run_again_it_adds_nothing_and_leaves_what_was_changed():
    person = Person.objects.first()
    person.first_name = "Changed"
    person.save()
    gone = Person.objects.last()
    gone.groups.clear()

    load("--smtp-port", "2599")

    person.refresh_from_db()
    assert (person.first_name, gone.groups.count()) == ("Changed", 0)
    assert (Person.objects.count(), Email.objects.addressed().count()) == (400, 2000)
    assert Channel.objects.get().port == 2599


def test_a_channel_that_leads_elsewhere_now_is_left_alone():
    Channel.objects.update(host="smtp.example", port=587)

    load("--smtp-port", "2599")

    assert Channel.objects.get().port == 587


def test_the_sign_ins_are_written_where_the_door_finds_them(settings):
    load()

    assert f"anna@{crew.DOMAIN}" in Path(settings.DATA_DIR, "sign-ins.txt").read_text()


def test_production_is_left_alone(settings):
    settings.DEBUG = False

    with pytest.raises(CommandError, match="--force"):
        call_command("demo_data")
