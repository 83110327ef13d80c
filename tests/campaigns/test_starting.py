"""Letting people begin a campaign: once, without those who cannot be added, and taken back."""

import threading
from datetime import timedelta

import pytest
from django.db import connections
from django.utils import timezone

from accounts.models import UndoRefused
from campaigns.launching import starting
from campaigns.launching.undo import offer_start
from campaigns.models import (
    Campaign,
    Enrollment,
    Launch,
    LaunchStarted,
    LeftOut,
    State,
    Turn,
)
from emails.models import Email, Status
from prospects import consent
from tests.factories import (
    make_campaign,
    make_email,
    make_launch,
    make_person,
    make_step,
    make_task,
    make_user,
    start_campaign,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def rita():
    return make_user("Rita")


@pytest.fixture
def campaign(rita):
    campaign = make_campaign(rita)
    make_step(campaign)
    return campaign


def left_out(launch: Launch) -> dict[str, str]:
    return {one.person.first_name: one.left_out for one in launch.people.left_out().for_list()}


def test_everybody_on_the_list_begins_at_the_chosen_time_and_is_due_at_once(rita, campaign):
    launch = make_launch(campaign, make_person(rita, "Anna"), make_person(rita, "Bo"))
    at = timezone.now() + timedelta(days=2)

    assert launch.start(at) == 2

    ways = Enrollment.objects.select_related("launched")
    assert {way.starts_at for way in ways} == {at}
    assert all(way.state == State.ACTIVE and way.advance_at <= timezone.now() for way in ways)
    assert {way.identity for way in ways} == {launch.identity}
    assert {way.launched.person_id for way in ways} == {way.person_id for way in ways}


def test_a_second_press_adds_nobody(rita, campaign):
    launch = make_launch(campaign, make_person(rita))
    launch.start(timezone.now())

    with pytest.raises(LaunchStarted):
        launch.start(timezone.now())

    assert Enrollment.objects.count() == 1


def test_who_is_in_it_already_is_left_out(rita, campaign):
    anna, bo = make_person(rita, "Anna"), make_person(rita, "Bo")
    start_campaign(campaign, anna)

    launch = start_campaign(campaign, anna, bo)

    assert left_out(launch) == {"Anna": LeftOut.IN_IT}
    assert Enrollment.objects.count() == 2


def test_who_has_been_through_it_goes_again_only_if_that_is_ticked(rita, campaign):
    anna, bo = make_person(rita, "Anna"), make_person(rita, "Bo")
    start_campaign(campaign, anna, bo)
    Enrollment.objects.update(state=State.COMPLETED, ended_at=timezone.now(), advance_at=None)
    launch = make_launch(campaign, anna, bo)
    launch.let_go_again(launch.people.of_people([bo.pk]), yes=True)

    launch.start(timezone.now())

    assert left_out(launch) == {"Anna": LeftOut.BEFORE}
    assert [way.person for way in Enrollment.objects.open()] == [bo]


@pytest.mark.parametrize("blocked", ["anna@nordlys.example", "nordlys.example"])
def test_who_must_not_be_mailed_is_left_out(rita, campaign, blocked):
    launch = make_launch(campaign, make_person(rita, "Anna", email="anna@nordlys.example"))
    consent.block([blocked], by=rita)

    assert launch.start(timezone.now()) == 0
    assert left_out(launch) == {"Anna": LeftOut.SUPPRESSED}


def test_who_was_deleted_or_is_out_of_sight_meanwhile_is_left_out(rita, campaign):
    gone, hidden = make_person(rita, "Anna"), make_person(make_user("Sam"), "Bo")
    launch = make_launch(campaign, gone, hidden)
    gone.removed_at = timezone.now()
    gone.save()
    organisation = rita.organisation
    organisation.everybody_sees_people = False
    organisation.save()

    launch.start(timezone.now())

    assert left_out(launch) == {"Anna": LeftOut.NOT_SEEN, "Bo": LeftOut.NOT_SEEN}


def test_whom_a_colleague_adds_at_this_instant_is_left_out_and_nobody_is_in_it_twice(
    rita, campaign, monkeypatch
):
    """As if the other's commit came between looking and writing."""
    anna, bo = make_person(rita, "Anna"), make_person(rita, "Bo")
    launch = make_launch(campaign, anna, bo)
    judge = starting.judge

    def judge_too_early(*args):
        told = judge(*args)
        Enrollment.objects.create(
            campaign=campaign, person=anna, owner=rita, starts_at=timezone.now()
        )
        return told

    monkeypatch.setattr(starting, "judge", judge_too_early)

    assert launch.start(timezone.now()) == 1
    assert left_out(launch) == {"Anna": LeftOut.IN_IT}


def test_in_a_paused_campaign_they_wait(rita, campaign):
    Campaign.objects.filter(pk=campaign.pk).update(paused_at=timezone.now())

    start_campaign(campaign, make_person(rita))

    assert Enrollment.objects.get().on_hold
    assert not Enrollment.objects.due().exists()


def test_a_campaign_that_sends_needs_a_sender_who_is_ready(rita, campaign):
    launch = make_launch(campaign, make_person(rita))
    rita.identities.update(verified_at=None)
    launch.refresh_from_db()

    with pytest.raises(ValueError):
        launch.start(timezone.now())

    assert Launch.objects.get().is_draft


def test_a_campaign_of_tasks_needs_none(rita):
    campaign = make_campaign(rita)
    make_step(campaign, "call")
    launch = make_launch(campaign, make_person(rita))
    launch.plan(None, None, "UTC")

    assert launch.start(timezone.now()) == 1


# Taken back -------------------------------------------------------------------------------------


def first_email(launch: Launch, status=Status.SCHEDULED) -> Email:
    """As the engine makes it, for the first of them."""
    way = launch.enrollments.select_related("person", "campaign", "owner").first()
    email = make_email(way.owner, status, person=way.person)
    step = way.campaign.steps.get()
    Email.objects.filter(pk=email.pk).update(campaign=way.campaign, step=step)
    Turn.objects.create(enrollment=way, step=step, due_at=email.send_at, email=email)
    return email


def test_undo_leaves_no_trace_and_gives_the_list_back(rita, campaign):
    launch = start_campaign(campaign, make_person(rita, "Anna"))
    first_email(launch)
    undo = offer_start(rita, launch)

    said = undo.use()

    assert said == "Undone: 1 person is out of “Q1 rollout” again, and on your list."
    assert not Enrollment.objects.exists()
    assert not Email.objects.exists()
    launch.refresh_from_db()
    assert launch.is_draft
    assert launch.people.count() == 1


def test_undo_takes_tasks_off_the_list_too(rita):
    campaign = make_campaign(rita)
    step = make_step(campaign, "call")
    launch = start_campaign(campaign, make_person(rita))
    task = make_task(rita, kind="call", campaign=campaign)
    Turn.objects.create(
        enrollment=launch.enrollments.get(), step=step, due_at=task.due_at, task=task
    )

    offer_start(rita, launch).use()

    assert not rita.tasks.exists()


def test_undo_leaves_those_in_it_to_whom_something_was_sent(rita, campaign):
    launch = start_campaign(campaign, make_person(rita, "Anna"), make_person(rita, "Bo"))
    sent = first_email(launch, Status.DELIVERED)

    said = offer_start(rita, launch).use()

    assert "1 stays: something was done for them already." in said
    assert [way.person for way in Enrollment.objects.all()] == [sent.person]


def test_undo_says_if_it_comes_too_late_for_all(rita, campaign):
    launch = start_campaign(campaign, make_person(rita))
    first_email(launch, Status.DELIVERED)

    with pytest.raises(UndoRefused, match="Remove them from the campaign instead"):
        offer_start(rita, launch).use()

    launch.refresh_from_db()
    assert not launch.is_draft


def test_undo_puts_those_of_a_newer_list_on_the_one_that_comes_back(rita, campaign):
    launch = start_campaign(campaign, make_person(rita, "Anna"))
    make_launch(campaign, make_person(rita, "Bo"))

    offer_start(rita, launch).use()

    draft = Launch.begun_by(rita, campaign)
    assert {str(one) for one in draft.people.for_list()} == {"Anna Sandberg", "Bo Sandberg"}


@pytest.mark.django_db(transaction=True)
def test_of_two_who_start_it_at_once_one_does(rita, campaign):
    launch = make_launch(campaign, *(make_person(rita) for _ in range(20)))
    told: list[object] = []
    ready = threading.Barrier(2)

    def press() -> None:
        mine = Launch.objects.get(pk=launch.pk)
        ready.wait()
        try:
            told.append(mine.start(timezone.now()))
        except LaunchStarted:
            told.append("was started")
        finally:
            connections.close_all()

    both = [threading.Thread(target=press) for _ in range(2)]
    for each in both:
        each.start()
    for each in both:
        each.join()

    assert sorted(told, key=str) == [20, "was started"]
    assert Enrollment.objects.count() == 20


@pytest.mark.django_db(transaction=True)
def test_two_colleagues_who_add_the_same_people_at_once_add_each_once(rita, campaign):
    sam = make_user("Sam")
    people = [make_person(rita) for _ in range(20)]
    launches = [make_launch(campaign, *people), make_launch(campaign, *people, by=sam)]
    told: list[int] = []
    ready = threading.Barrier(2)

    def press(launch: Launch) -> None:
        ready.wait()
        try:
            told.append(launch.start(timezone.now()))
        finally:
            connections.close_all()

    both = [threading.Thread(target=press, args=[launch]) for launch in launches]
    for each in both:
        each.start()
    for each in both:
        each.join()

    assert sum(told) == 20
    assert Enrollment.objects.count() == 20


def test_five_thousand_take_few_queries(rita, campaign, django_assert_max_num_queries):
    from prospects.models import Person

    people = [
        Person(owner=rita, first_name=f"P{n}", email=f"p{n}@kund{n}.example", sort_name=f"p{n}")
        for n in range(5000)
    ]
    Person.objects.bulk_create(people, batch_size=1000)
    launch = make_launch(campaign, *people)

    with django_assert_max_num_queries(60):
        assert launch.start(timezone.now()) == 5000
