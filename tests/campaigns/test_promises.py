"""What an end promises, by every door: from then on nothing is sent, nothing is made, and what
waited is withdrawn with the reason."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import UndoRefused
from campaigns.engine import advance
from campaigns.leaving.removing import remove
from campaigns.models import Enrollment, State
from emails.models import Email, Event, Status
from prospects import consent
from prospects.models import Group
from tasks.models import Task
from tests.campaigns.happenings import answer, arrive, learn, mark
from tests.factories import make_identity, make_person, make_step, start_campaign

pytestmark = pytest.mark.django_db


@pytest.fixture
def anna(rita):
    return make_person(rita, "Anna")


@pytest.fixture
def way(rita, campaign, anna) -> Enrollment:
    """Anna's: her first email has arrived, her second one waits, and a third is to follow."""
    make_identity(rita)
    for day in (1, 3, 5):
        make_step(campaign, day=day)
    start_campaign(campaign, anna)
    advance()
    arrive(Email.objects.get())
    advance()
    return Enrollment.objects.get()


def by_ticking_people(client, way):
    told = {"person": [way.person_id], "campaign": way.campaign_id, "sure": "yes"}
    client.post(reverse("campaigns:take-out"), told)


def by_group(client, way):
    group = Group.objects.create(owner=way.owner, name="Hot")
    group.add([way.person])
    told = {"group": group.pk, "campaign": way.campaign_id, "sure": "yes"}
    client.post(reverse("campaigns:take-out"), told)


def by_ticking_in_the_campaign(client, way):
    url = reverse("campaigns:act", args=[way.campaign_id, "remove"])
    client.post(url, {"enrollment": [way.pk], "sure": "yes"})


def by_persons_page(client, way):
    client.post(reverse("campaigns:leave", args=[way.pk]))


def by_sent(client, way):
    sent = way.turns.order_by("pk")[0].email_id
    client.post(reverse("campaigns:take-out-of-emails"), {"email": [sent]})


def by_stop(client, way):
    client.post(reverse("campaigns:stop", args=[way.campaign_id]), {"sure": "yes"})


def by_unsubscribing(client, way):
    consent.unsubscribe([way.person_id], by=way.owner)


def by_blocked_domain(client, way):
    consent.block([way.person.email.partition("@")[2]], by=way.owner)


def by_reply(client, way):
    learn(way.turns.order_by("pk")[0].email, Event.Kind.REPLY)


DOORS = [
    by_ticking_people,
    by_group,
    by_ticking_in_the_campaign,
    by_persons_page,
    by_sent,
    by_stop,
    by_unsubscribing,
    by_blocked_domain,
    by_reply,
]


@pytest.mark.parametrize("door", DOORS)
def test_whatever_ends_it_nothing_more_is_sent_or_made(client, way, door):
    waiting = Email.objects.in_folder(Status.SCHEDULED).get()

    door(client, way)
    Email.objects.of_ids([waiting.pk]).update(send_at=timezone.now() - timedelta(hours=1))
    advance()

    way.refresh_from_db()
    waiting.refresh_from_db()
    assert way.state == State.ENDED
    assert not Email.objects.due().exists()
    assert waiting.removed_at
    assert waiting.removed_because.startswith("campaign_")
    assert not Email.objects.with_status(Status.FAILED).exists()
    assert way.turns.count() == 2


@pytest.mark.parametrize("door", DOORS)
def test_whatever_ends_it_what_is_in_hand_and_put_off_goes_no_more(client, way, door):
    waiting = Email.objects.in_folder(Status.SCHEDULED).get()
    attempt = mark(waiting)

    door(client, way)
    answer(attempt, Event.Kind.DEFERRED, reason="busy")
    Email.objects.of_ids([waiting.pk]).update(send_at=timezone.now() - timedelta(hours=1))
    advance()

    waiting.refresh_from_db()
    assert not Email.objects.due().exists()
    assert waiting.removed_because.startswith("campaign_")
    assert waiting.status == Status.DRAFT


@pytest.mark.parametrize("door", DOORS)
def test_whatever_ends_it_its_open_task_goes(client, rita, campaign, anna, door):
    make_identity(rita)
    make_step(campaign)
    make_step(campaign, "call", day=2)
    start_campaign(campaign, anna)
    advance()
    arrive(Email.objects.get())
    advance()
    assert Task.objects.open().count() == 1

    door(client, Enrollment.objects.get())
    advance()

    assert not Task.objects.open().exists()


def test_the_person_is_not_deleted_while_something_waits_for_them(client, way, anna):
    url = reverse("people:act-on-ticked", args=["delete"])

    client.post(url, {"person": [anna.pk], "sure": "yes"})

    anna.refresh_from_db()
    assert anna.removed_at is None


def test_undo_takes_nobody_back_into_a_campaign_that_was_deleted_since(rita, campaign, way):
    removed = remove(Enrollment.objects.open(), rita)
    campaign.remove(by=rita)

    with pytest.raises(UndoRefused):
        removed.undo.use()

    assert not Enrollment.objects.open().exists()
    assert not Email.objects.in_folder(Status.SCHEDULED).exists()


def test_a_task_is_not_opened_again_in_a_campaign_that_was_deleted_since(rita, campaign, anna):
    make_step(campaign, "call")
    start_campaign(campaign, anna)
    advance()
    task = Task.objects.get()
    task.complete(by=rita)
    advance()
    campaign.remove(by=rita)

    with pytest.raises(UndoRefused):
        task.reopen(by=rita)

    assert not Enrollment.objects.open().exists()
