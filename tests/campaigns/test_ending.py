"""What ends somebody's way through a campaign, and that nothing is sent to them after that."""

import pytest
from django.utils import translation

from campaigns.ending import end_all
from campaigns.models import Because, Enrollment, State
from emails.models import Email, Event, IllegalTransition, Status
from emails.why import why, why_not
from prospects import consent
from prospects.models import Suppression
from tasks.models import Task
from tests.campaigns.happenings import answer, arrive, bounce, learn, mark, refuse
from tests.campaigns.ways import begun, go_on
from tests.factories import (
    make_campaign,
    make_enrollment,
    make_person,
    make_step,
    make_user,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def campaign(rita):
    campaign = make_campaign(rita)
    make_step(campaign)
    make_step(campaign, day=3)
    return campaign


def half_way(campaign, **fields) -> tuple[Enrollment, Email, Email]:
    """Somebody who has had the first email, while the second waits."""
    enrollment, first = begun(campaign, **fields)
    arrive(first)
    go_on()
    return enrollment, first, enrollment.turns.get(done_at=None).email


def assert_ended(enrollment: Enrollment, because: str, *withdrawn: Email) -> None:
    enrollment.refresh_from_db()
    assert (enrollment.state, enrollment.because) == (State.ENDED, because)
    assert enrollment.ended_at
    assert enrollment.advance_at is None
    for email in withdrawn:
        email.refresh_from_db()
        assert (email.status, email.removed_because) == (Status.DRAFT, f"campaign_{because}")
        assert email.removed_at
    go_on()
    assert (
        not Email.objects.in_folder(Status.SCHEDULED).filter(turn__enrollment=enrollment).exists()
    )


def test_a_reply_ends_it_and_withdraws_what_waits(campaign):
    enrollment, first, second = half_way(campaign)
    learn(first, Event.Kind.REPLY)
    assert_ended(enrollment, "replied", second)
    with translation.override("en"):
        assert "The person replied." in why(second)


def test_a_reply_is_a_success_where_that_is_set(campaign):
    campaign.reply_is_success, campaign.ends_on_reply = True, False
    campaign.save()
    enrollment, first, second = half_way(campaign)
    learn(first, Event.Kind.REPLY)
    enrollment.refresh_from_db()
    second.refresh_from_db()
    assert enrollment.succeeded_at
    assert first.succeeded_at
    assert (enrollment.state, second.status) == (State.ACTIVE, Status.SCHEDULED)


def test_a_reply_after_the_last_step_is_a_success_still(campaign):
    campaign.reply_is_success = True
    campaign.save()
    enrollment, _first, second = half_way(campaign)
    arrive(second)
    go_on()
    learn(second, Event.Kind.REPLY)
    enrollment.refresh_from_db()
    assert enrollment.state == State.COMPLETED
    assert enrollment.succeeded_at


def test_out_of_office_ends_nothing(campaign):
    enrollment, first, second = half_way(campaign)
    learn(first, Event.Kind.AUTO_REPLY)
    enrollment.refresh_from_db()
    second.refresh_from_db()
    assert (enrollment.state, second.status) == (State.ACTIVE, Status.SCHEDULED)


def test_a_bounce_ends_it(campaign):
    enrollment, first = begun(campaign)
    bounce(first)
    assert_ended(enrollment, "bounced")
    first.refresh_from_db()
    assert first.status == Status.BOUNCED


def test_a_late_bounce_ends_it_too(campaign):
    enrollment, first, second = half_way(campaign)
    learn(first, Event.Kind.BOUNCE)
    assert_ended(enrollment, "bounced", second)


def test_a_bad_address_ends_it_as_a_bounce(campaign):
    enrollment, first = begun(campaign)
    bounce(first, address_is_bad=True)
    assert_ended(enrollment, "bounced")


def test_where_a_bounce_ends_nothing_it_needs_attention(campaign):
    campaign.ends_on_bounce = False
    campaign.save()
    enrollment, first = begun(campaign)
    bounce(first)
    enrollment.refresh_from_db()
    assert (enrollment.state, enrollment.hitch) == (State.ATTENTION, "bounced")


def test_a_complaint_always_ends_it(campaign):
    enrollment, first, second = half_way(campaign)
    learn(first, Event.Kind.COMPLAINT)
    assert_ended(enrollment, "complained", second)


def test_whoever_unsubscribes_leaves_every_campaign_at_once(rita, campaign):
    sam = make_user("Sam")
    other = make_campaign(sam, "Other")
    make_step(other)
    maria = make_person(rita, "Maria")
    enrollment, _first, second = half_way(campaign, person=maria)
    elsewhere, waiting = begun(other, person=maria)

    effect = consent.unsubscribe_address(maria.email, source="page")

    assert_ended(enrollment, "unsubscribed", second)
    assert_ended(elsewhere, "unsubscribed", waiting)
    assert effect.stopped == 2


def test_whoever_unsubscribes_from_one_sender_stays_with_the_others(rita, campaign):
    sam = make_user("Sam")
    other = make_campaign(sam, "Other")
    make_step(other)
    maria = make_person(rita, "Maria")
    enrollment, _first, second = half_way(campaign, person=maria)
    elsewhere, waiting = begun(other, person=maria)

    consent.unsubscribe_address(maria.email, source="page", sender=rita)

    assert_ended(enrollment, "unsubscribed", second)
    elsewhere.refresh_from_db()
    waiting.refresh_from_db()
    assert (elsewhere.state, waiting.status) == (State.ACTIVE, Status.SCHEDULED)


def test_a_blocked_domain_ends_it_for_all_of_it(rita, campaign):
    enrollment, first = begun(
        campaign, person=make_person(rita, email="maria@mail.nordlys.example")
    )
    other, _ = begun(campaign, person=make_person(rita, email="ole@fjord.example"))
    consent.block(["nordlys.example"], by=make_user("Ada", role="admin"))
    assert_ended(enrollment, "unsubscribed", first)
    other.refresh_from_db()
    assert other.state == State.ACTIVE


def test_where_unsubscribing_ends_nothing_the_email_fails_and_it_needs_attention(rita, campaign):
    campaign.ends_on_unsubscribe = False
    campaign.save()
    enrollment, first = begun(campaign)
    consent.unsubscribe_address(first.to_address, source="page")
    enrollment.refresh_from_db()
    first.refresh_from_db()
    assert (enrollment.state, enrollment.hitch) == (State.ATTENTION, "failed")
    assert (first.status, first.reason) == (Status.FAILED, "suppressed")


def test_removing_by_hand_takes_open_tasks_off_the_list(rita):
    campaign = make_campaign(rita)
    make_step(campaign, "call")
    enrollment = make_enrollment(campaign)
    go_on()
    ended = enrollment.end(Because.REMOVED, by=rita)
    assert (ended.count, ended.withdrawn, ended.sentence) == (1, 0, "")
    assert_ended(enrollment, "removed")
    assert enrollment.ended_by == rita
    assert not rita.tasks.open().exists()


def test_ending_twice_ends_once(rita, campaign):
    enrollment, first = begun(campaign)
    assert enrollment.end(Because.REMOVED, by=rita).count == 1
    assert enrollment.end(Because.STOPPED, by=rita).count == 0
    assert_ended(enrollment, "removed", first)


def test_what_is_in_hand_cannot_be_stopped_and_that_is_said(rita, campaign):
    enrollment, first = begun(campaign)
    attempt = mark(first)
    ended = enrollment.end(Because.REMOVED, by=rita)
    assert (ended.in_hand, ended.withdrawn) == (1, 0)
    assert ended.sentence == "1 email is on its way to the server already."

    answer(attempt, Event.Kind.ACCEPTED)
    first.refresh_from_db()
    assert first.status == Status.DELIVERED
    assert_ended(enrollment, "removed")


def test_what_was_in_hand_and_is_put_off_goes_no_more(rita, campaign):
    enrollment, first = begun(campaign)
    attempt = mark(first)
    enrollment.end(Because.REMOVED, by=rita)
    answer(attempt, Event.Kind.DEFERRED, reason="greylisted")
    assert_ended(enrollment, "removed", first)


def test_what_has_failed_is_not_sent_again_after_the_end(rita, campaign):
    enrollment, first = begun(campaign)
    refuse(first)
    enrollment.end(Because.REMOVED, by=rita)
    with pytest.raises(IllegalTransition) as refused:
        first.retry(by=rita)
    assert "is over for" in why_not(refused.value)
    first.refresh_from_db()
    assert first.status == Status.FAILED


def test_a_draft_that_a_rep_pulled_back_stays_theirs(rita, campaign):
    enrollment, first = begun(campaign)
    first.pull_back(by=rita)
    enrollment.end(Because.REPLIED, by=rita)
    first.refresh_from_db()
    assert (first.status, first.removed_at, first.campaign) == (Status.DRAFT, None, None)
    first.remove(by=rita)


def test_thousands_end_in_a_handful_of_statements(django_assert_max_num_queries, rita, campaign):
    for _ in range(40):
        make_enrollment(campaign)
    go_on()
    with django_assert_max_num_queries(30):
        ended = campaign.stop(by=rita)
    assert (ended.count, ended.withdrawn) == (40, 40)
    assert set(Enrollment.objects.values_list("because", flat=True)) == {"stopped"}


def test_only_those_that_were_chosen_end(rita, campaign):
    one, first = begun(campaign)
    other, _ = begun(campaign)
    end_all(Enrollment.objects.filter(pk=one.pk), Because.REMOVED, by=rita)
    other.refresh_from_db()
    assert other.is_open
    assert_ended(one, "removed", first)


def test_an_email_that_failed_needs_attention_until_it_is_tried_again(rita, campaign):
    enrollment, first = begun(campaign)
    refuse(first)
    enrollment.refresh_from_db()
    assert (enrollment.state, enrollment.hitch) == (State.ATTENTION, "failed")

    enrollment.retry(by=rita)
    assert (enrollment.state, enrollment.hitch) == (State.ACTIVE, "")
    first.refresh_from_db()
    arrive(first)
    go_on()
    enrollment.refresh_from_db()
    assert enrollment.step.day == 3


def test_an_email_whose_worker_is_gone_needs_attention_and_goes_on_once_it_arrived(campaign):
    enrollment, first = begun(campaign)
    mark(first)
    Email.objects.filter(pk=first.pk).update(lease_until="2020-01-01T00:00Z")
    first.refresh_from_db()
    first.give_up()
    enrollment.refresh_from_db()
    assert (enrollment.state, enrollment.hitch) == (State.ATTENTION, "failed")

    learn(first, Event.Kind.OPEN)
    enrollment.refresh_from_db()
    assert (enrollment.state, enrollment.hitch) == (State.ACTIVE, "")
    assert enrollment.advance_at


@pytest.mark.parametrize("reason", Because)
def test_every_reason_for_the_end_has_its_sentence(rita, campaign, reason):
    enrollment, first = begun(campaign)
    enrollment.end(reason, by=rita)
    first.refresh_from_db()
    assert "campaign_" not in why(first)


def test_a_campaign_email_is_not_deleted_and_that_is_explained(rita, campaign):
    _enrollment, first = begun(campaign, person=make_person(rita, "Maria"))
    with pytest.raises(IllegalTransition) as refused:
        first.remove(by=rita)
    assert why_not(refused.value) == (
        "It belongs to the campaign “Q1 rollout”. Remove Maria Sandberg from the campaign instead."
    )
    first.refresh_from_db()
    assert (first.status, first.removed_at) == (Status.SCHEDULED, None)


def test_why_it_waits_names_the_campaign(campaign):
    _enrollment, _first, second = half_way(campaign)
    assert "campaign “Q1 rollout”" in why(second)


def test_a_suppression_for_a_bounce_ends_other_campaigns_as_bounced(rita, campaign):
    enrollment, first, second = half_way(campaign)
    consent.suppress([first.to_address], Suppression.Reason.BOUNCED)
    assert_ended(enrollment, "bounced", second)
    assert not Task.objects.exists()
