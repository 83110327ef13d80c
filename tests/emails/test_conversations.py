"""Which emails are one conversation: who answers one of them has answered them all."""

import random
from datetime import datetime, timedelta
from importlib import import_module

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import User
from emails import events
from emails.conversations import conversation, joined
from emails.events import Observation
from emails.models import Email, Event, Status
from emails.writing import Writing, draft, rewrite
from prospects.models import Person
from tests.factories import make_campaign, make_draft, make_email, make_person, make_user

pytestmark = pytest.mark.django_db
NOW = timezone.now()
migration = import_module("emails.migrations.0014_fill_when_conversations_were_answered")


@pytest.fixture
def rita() -> User:
    return make_user("Rita")


@pytest.fixture
def maria(rita: User) -> Person:
    return make_person(rita, "Maria")


def sent(owner: User, person: Person | None = None, **links: object) -> Email:
    """A delivered email, of a campaign or made from another one."""
    email = make_email(owner, Status.DELIVERED, person=person)
    Email.objects.filter(pk=email.pk).update(**links)
    email.refresh_from_db()
    joined(email)
    return email


def reply(email: Email, at: datetime = NOW, kind: str = Event.Kind.REPLY, **told: object) -> None:
    given = {"source": "test", "who": Event.Who.HUMAN} | told
    events.record(
        [Observation(email_id=email.pk, kind=Event.Kind(kind), at=at, **given)]  # type: ignore[arg-type]
    )
    events.apply_events()


def answered_at(*emails: Email) -> list[datetime | None]:
    told = dict(Email.objects.values_list("pk", "answered_at"))
    return [told[email.pk] for email in emails]


def test_an_email_by_itself_is_answered_by_a_reply_and_no_other_is(rita, maria):
    first, second = sent(rita, maria), sent(rita, maria)
    reply(first)

    assert answered_at(first, second) == [NOW, None]


def test_whoever_answers_a_follow_up_has_answered_the_first_email_and_those_between(rita, maria):
    first = sent(rita, maria)
    second = sent(rita, maria, continues=first)
    third = sent(rita, maria, continues=second)
    beside = sent(rita, maria, continues=first)
    reply(third)

    assert answered_at(first, second, third, beside) == [NOW] * 4


def test_all_emails_of_a_campaign_to_one_person_are_answered_together(rita, maria):
    campaign, other = make_campaign(rita), make_campaign(rita, "Renewal")
    first, second = sent(rita, maria, campaign=campaign), sent(rita, maria, campaign=campaign)
    elsewhere = sent(rita, maria, campaign=other)
    to_bo = sent(rita, make_person(rita, "Bo"), campaign=campaign)
    by_sam = sent(make_user("Sam"), maria, campaign=campaign)
    reply(second)

    assert answered_at(first, second) == [NOW, NOW]
    assert answered_at(elsewhere, to_bo, by_sam) == [None, None, None]


def test_what_was_written_by_hand_to_follow_a_campaign_up_belongs_to_it(rita, maria):
    campaign = make_campaign(rita)
    first, second = sent(rita, maria, campaign=campaign), sent(rita, maria, campaign=campaign)
    by_hand = sent(rita, maria, continues=second)
    reply(by_hand)

    assert answered_at(first, second, by_hand) == [NOW] * 3


def test_the_last_answer_counts_in_whatever_order_they_arrive(rita, maria):
    first = sent(rita, maria)
    second = sent(rita, maria, continues=first)
    reply(first, NOW, source_id="<late>")
    reply(second, NOW - timedelta(days=2))
    reply(first, NOW, source_id="<late>")

    assert answered_at(first, second) == [NOW, NOW]


def test_an_automatic_answer_and_one_of_a_machine_are_none(rita, maria):
    email = sent(rita, maria)
    reply(email, kind=Event.Kind.AUTO_REPLY)
    reply(email, who=Event.Who.MACHINE)

    assert answered_at(email) == [None]


def test_a_new_email_of_an_answered_conversation_is_answered_from_the_start(rita, maria):
    first = sent(rita, maria, campaign=make_campaign(rita))
    reply(first)
    written = Writing(identity=None, to_address=maria.email, person=maria, subject="Re: so")

    assert draft(rita, written, continues=first).answered_at == NOW
    assert answered_at(sent(rita, maria, campaign=first.campaign)) == [NOW]


def test_an_email_that_connects_two_conversations_makes_one_of_them(rita, maria):
    answered, unanswered = sent(rita, maria), sent(rita, maria, campaign=make_campaign(rita))
    reply(answered)
    between = sent(rita, maria, campaign=unanswered.campaign, continues=answered)

    assert answered_at(answered, unanswered, between) == [NOW] * 3


def test_a_draft_that_goes_to_somebody_else_now_leaves_the_conversation(rita, maria):
    first = sent(rita, maria)
    reply(first)
    written = Writing(identity=None, to_address=maria.email, person=maria, subject="Re: so")
    email = draft(rita, written, continues=first)
    bo = make_person(rita, "Bo")

    to_bo = Writing(identity=None, to_address=bo.email, person=bo, subject="Re: so")
    rewrite(email, to_bo, version=email.version)
    assert answered_at(email, first) == [None, NOW]

    rewrite(email, written, version=email.version)
    assert answered_at(email, first) == [NOW, NOW]


def test_where_nobody_is_known_the_address_says_who_is_written_to(rita):
    first = make_draft(rita, to_address="someone@nordlys.example")
    same = make_draft(rita, to_address="Someone@Nordlys.example")
    other = make_draft(rita, to_address="other@nordlys.example")
    Email.objects.filter(pk__in=[same.pk, other.pk]).update(continues=first)

    assert list(conversation(first).order_by("pk")) == [first, same]


def test_most_emails_cost_nothing_more(rita, django_assert_num_queries):
    email = make_draft(rita)
    with django_assert_num_queries(4):  # does anything continue it, when, and is it so; as it is
        joined(email)


@pytest.mark.parametrize("seed", range(6))
def test_what_was_answered_before_is_found_out_when_the_column_comes(rita, seed):
    chance = random.Random(seed)
    people = [make_person(rita, name) for name in ("Maria", "Bo")]
    campaigns = [make_campaign(rita, name) for name in ("One", "Two")]
    emails = [make_draft(rita, person=chance.choice([*people, None])) for _number in range(24)]
    for number, email in enumerate(emails):
        email.campaign = chance.choice([None, *campaigns]) if email.person else None
        email.continues = chance.choice([None, *emails[:number]]) if number else None
        email.save()
    for email in chance.sample(emails, 5):
        at = NOW - timedelta(hours=chance.randint(1, 99))
        reply(email, at)
    kept = answered_at(*emails)
    assert len(set(kept)) > 2

    Email.objects.update(answered_at=None)
    with connection.schema_editor() as editor:
        migration.fill(None, editor)
    assert answered_at(*emails) == kept
