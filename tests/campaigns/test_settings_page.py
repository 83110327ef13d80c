"""What holds for a whole campaign: settings, sharing, stopping, deleting, and its other tabs."""

import pytest
from django.urls import reverse

from accounts.models import Team, Undo
from campaigns.models import Category, Enrollment
from emails.models import Status
from tests.factories import (
    make_campaign,
    make_email,
    make_enrollment,
    make_identity,
    make_person,
    make_task,
    make_user,
)

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def at(campaign):
    return reverse("campaigns:settings", args=[campaign.pk])


def settings_of(campaign, **fields):
    told = {"name": campaign.name, "category": "", "new_category": "", "zone": campaign.zone}
    told |= dict.fromkeys(("ends_on_reply", "ends_on_bounce", "ends_on_unsubscribe"), "on")
    return told | fields


def test_settings_are_kept(client, rita, campaign, at):
    told = settings_of(
        campaign, name="Renamed", new_category="Cold", zone="Asia/Tokyo", skip_weekends="on",
        reply_is_success="on",
    )  # fmt: skip
    del told["ends_on_bounce"]
    assert client.post(at, told)["Location"] == at
    campaign.refresh_from_db()
    assert (campaign.name, campaign.category, campaign.zone) == (
        "Renamed", Category.objects.get(), "Asia/Tokyo",
    )  # fmt: skip
    assert campaign.skip_weekends and campaign.reply_is_success and campaign.ends_on_reply
    assert not campaign.ends_on_bounce


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"name": "other"}, "There is a campaign of this name already."),
        ({"name": ""}, "Give it a name, by which you find it."),
        ({"zone": "Mars/Base"}, "Select a valid choice. Mars/Base is not one of the available"),
    ],
)
def test_what_is_wrong_is_said_beside_it(client, rita, campaign, at, wrong, says):
    make_campaign(rita, "Other")
    response = client.post(at, settings_of(campaign, new_category="Kept") | wrong)
    assert response.status_code == 422
    assert says in response.text
    assert 'value="Kept"' in response.text
    campaign.refresh_from_db()
    assert campaign.name == "Q1 rollout"


def test_it_is_shared_with_teams_of_ones_own_and_no_others(client, rita, sam, north, campaign, at):
    south = Team.objects.create(name="South")
    response = client.post(at, settings_of(campaign, teams=[south.pk]))
    assert "You can share only with teams that you are in." in response.text

    client.post(at, settings_of(campaign, teams=[north.pk]))
    assert list(campaign.teams.all()) == [north]
    client.force_login(sam)
    page = client.get(at)
    assert "Only Rita Rep changes it. A copy is yours." in page.text
    assert client.post(at, settings_of(campaign, name="Stolen")).status_code == 200
    campaign.refresh_from_db()
    assert campaign.name == "Q1 rollout"


def test_stopping_asks_first_and_says_for_how_many(client, rita, campaign):
    for _ in range(2):
        make_enrollment(campaign, make_person(rita))
    url = reverse("campaigns:stop", args=[campaign.pk])
    assert "It ends for 2 people" in client.post(url).text
    assert Enrollment.objects.open().count() == 2
    page = client.post(url, {"sure": "yes"}, follow=True)
    assert "Stopped for 2 people: nothing more is sent to them." in page.text
    assert not Enrollment.objects.open().exists()


def test_an_admin_may_stop_somebody_elses_campaign(client, rita, campaign):
    make_enrollment(campaign, make_person(rita))
    client.force_login(make_user("Ada", role="admin"))
    client.post(reverse("campaigns:stop", args=[campaign.pk]), {"sure": "yes"})
    assert Enrollment.objects.get().because == "stopped"


def test_deleting_is_refused_while_people_are_in_it(client, rita, campaign, at):
    make_enrollment(campaign, make_person(rita))
    page = client.post(reverse("campaigns:delete", args=[campaign.pk]), follow=True)
    assert (
        "1 person is still in it. Remove them, or stop the campaign, and delete it then."
        in page.text
    )
    campaign.refresh_from_db()
    assert campaign.removed_at is None
    assert "it cannot be deleted until they are removed" in client.get(at).text


def test_a_deleted_campaign_is_had_back_by_undo_and_from_its_list(client, rita, campaign):
    for _ in range(2):
        client.post(reverse("campaigns:delete", args=[campaign.pk]))
        assert client.get(campaign.get_absolute_url()).context["campaign"].removed_at
        if undo := Undo.objects.usable().order_by("-pk").first():
            client.post(reverse("undo", args=[undo.pk]), headers=HTMX)
        campaign.refresh_from_db()
        assert campaign.removed_at is None
    client.post(reverse("campaigns:delete", args=[campaign.pk]))
    client.post(reverse("campaigns:restore", args=[campaign.pk]))
    campaign.refresh_from_db()
    assert campaign.removed_at is None


def test_one_is_not_had_back_while_its_name_is_taken(client, rita, campaign):
    client.post(reverse("campaigns:delete", args=[campaign.pk]))
    make_campaign(rita)
    page = client.post(reverse("campaigns:restore", args=[campaign.pk]), follow=True)
    assert "There is another campaign “Q1 rollout” now. Rename that one first." in page.text
    campaign.refresh_from_db()
    assert campaign.removed_at


# The other tabs -------------------------------------------------------------------------------


def test_its_emails_stand_by_folder_with_exact_counts(client, rita, sam, campaign):
    make_identity(rita)
    for status in (Status.SCHEDULED, Status.DELIVERED, Status.DELIVERED, Status.FAILED):
        email = make_email(rita, status)
        rita.emails.filter(pk=email.pk).update(campaign=campaign)
    make_email(rita, Status.DELIVERED, subject="Elsewhere")
    theirs = make_email(sam, Status.DELIVERED)
    sam.emails.filter(pk=theirs.pk).update(campaign=campaign)

    url = reverse("campaigns:emails", args=[campaign.pk])
    page = client.get(url)
    counts = rita.emails.of_campaign(campaign.pk).folder_counts()
    assert page.context["all"] == 4
    assert page.context["counts"] == counts
    delivered = client.get(f"{url}?folder=delivered").context["page"]
    assert len(delivered) == counts["delivered"] == 2
    assert "No emails of yours here" in client.get(f"{url}?folder=spam").text
    assert client.get(f"{url}?folder=nonsense").context["chosen"] is None


def test_its_open_tasks_stand_there_with_what_completes_them(client, rita, sam, campaign):
    mine = make_task(rita, "Call Maria", campaign=campaign)
    make_task(rita, "Elsewhere")
    make_task(sam, "Theirs", campaign=campaign)
    url = reverse("campaigns:tasks", args=[campaign.pk])
    page = client.get(url)
    assert [task.name for task in page.context["page"]] == ["Call Maria"]
    assert reverse("tasks:act", args=[mine.pk, "complete"]) in page.text
    client.post(reverse("tasks:act", args=[mine.pk, "complete"]), headers=HTMX)
    assert "No open tasks here" in client.get(url).text
