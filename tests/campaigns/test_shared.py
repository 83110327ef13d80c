"""What a colleague of the team may do with a shared campaign, and what is its owner's alone."""

import pytest
from django.urls import reverse

from campaigns.engine import advance
from campaigns.models import Campaign, Enrollment, State, Step
from emails.models import Email, Status
from prospects.models import Group
from tests.factories import make_identity, make_launch, make_person, make_step, start_campaign

pytestmark = pytest.mark.django_db


@pytest.fixture
def shared(rita, sam, north, campaign) -> Campaign:
    """Rita's, which Sam sees; Maria waits in it."""
    make_identity(rita)
    make_identity(sam)
    campaign.teams.add(north)
    make_step(campaign)
    start_campaign(campaign, make_person(rita, "Maria"))
    advance()
    return campaign


@pytest.fixture
def as_sam(client, sam, shared):
    client.force_login(sam)
    return client


@pytest.mark.parametrize("verb", ["pause", "resume", "stop", "delete"])
def test_the_campaign_as_a_whole_is_not_a_colleagues(as_sam, shared, verb):
    url = reverse(f"campaigns:{verb}", args=[shared.pk])

    assert as_sam.post(url, {"sure": "yes"}).status_code == 404

    shared.refresh_from_db()
    assert (shared.paused_at, shared.removed_at) == (None, None)
    assert Enrollment.objects.open().count() == 1


@pytest.mark.parametrize("verb", ["step", "move-step", "duplicate-step", "delete-step"])
def test_its_steps_are_not_changed_by_a_colleague(as_sam, shared, verb):
    step = Step.objects.get()

    response = as_sam.post(reverse(f"campaigns:{verb}", args=[step.pk]), {"to": "down"})

    assert response.status_code == 404
    assert list(shared.steps.present()) == [step]


def test_its_settings_are_read_and_not_written_by_a_colleague(as_sam, shared):
    url = reverse("campaigns:settings", args=[shared.pk])

    as_sam.post(url, {"name": "Mine now", "zone": "UTC"})

    shared.refresh_from_db()
    assert shared.name == "Q1 rollout"


@pytest.mark.parametrize("verb", ["remove", "pause", "skip", "succeed"])
def test_whom_somebody_else_added_stay_as_they_are(as_sam, shared, verb):
    way, query = Enrollment.objects.get(), {"all": "yes", "sure": "yes"}
    url = reverse("campaigns:act", args=[shared.pk, verb])

    as_sam.post(url, {"enrollment": [way.pk], "sure": "yes"})
    as_sam.post(url, query)

    way.refresh_from_db()
    assert (way.state, way.succeeded_at) == (State.ACTIVE, None)
    assert Email.objects.in_folder(Status.SCHEDULED).count() == 1


def test_by_people_or_group_a_colleague_takes_out_nobody_of_hers(as_sam, rita, sam, shared):
    way = Enrollment.objects.get()
    group = Group.objects.create(owner=sam, name="All")
    group.add([way.person])

    as_sam.post(reverse("campaigns:take-out"), {"person": [way.person_id], "sure": "yes"})
    as_sam.post(reverse("campaigns:take-out"), {"group": group.pk, "sure": "yes"})

    way.refresh_from_db()
    assert way.state == State.ACTIVE


def test_the_list_of_people_that_somebody_else_began_is_not_seen(as_sam, rita, shared):
    make_launch(shared, make_person(rita, "Jonas"))

    page = as_sam.get(reverse("campaigns:add", args=[shared.pk]))

    assert "Jonas" not in page.text


def test_no_longer_shared_it_is_gone_and_ones_own_people_are_still_taken_out(as_sam, sam, shared):
    start_campaign(shared, make_person(sam, "Bo"), by=sam)
    advance()
    shared.teams.clear()
    mine = Enrollment.objects.get(owner=sam)

    assert as_sam.get(reverse("campaigns:people", args=[shared.pk])).status_code == 404
    as_sam.post(reverse("campaigns:leave", args=[mine.pk]))

    mine.refresh_from_db()
    assert mine.state == State.ENDED
