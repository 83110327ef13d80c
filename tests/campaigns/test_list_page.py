"""The list of campaigns: views, categories, states, figures, and through whose eyes."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import Team
from campaigns.models import Campaign, Category, State
from emails.models import Status
from tests.factories import (
    make_campaign,
    make_email,
    make_enrollment,
    make_identity,
    make_person,
    make_step,
    make_user,
)

pytestmark = pytest.mark.django_db
HOME = "/campaigns/"


def names(response):
    return [campaign.name for campaign in response.context["page"]]


def put(campaign, count=1, **fields):
    people = [make_person(campaign.owner) for _ in range(count)]
    return [make_enrollment(campaign, person, **fields) for person in people]


def over(**fields):
    return {"state": State.COMPLETED, "ended_at": timezone.now()} | fields


# What is listed -------------------------------------------------------------------------------


def test_the_list_has_views_for_mine_the_teams_and_deleted_ones(client, rita, sam, north):
    make_campaign(rita, "Mine")
    make_campaign(rita, "Gone").remove(by=rita)
    make_campaign(sam, "Sam's").share([north])
    make_campaign(sam, "Private")

    def at(query=""):
        return names(client.get(HOME + query))

    assert at() == ["Mine", "Sam's"]
    assert at("?view=mine") == ["Mine"]
    assert at("?view=team") == ["Sam's"]
    assert at("?view=deleted") == ["Gone"]
    assert at("?view=nonsense&category=x&state=%00&words=%00") == at()


def test_words_category_and_state_narrow_it_together(client, rita):
    cold = Category.named(rita, "Cold")
    make_campaign(rita, "Nordic banks", category=cold)
    running = make_campaign(rita, "Nordic energy", category=cold)
    paused = make_campaign(rita, "German energy", paused_at=timezone.now())
    put(running)
    put(paused)
    put(make_campaign(rita, "Old energy"), **over())

    def at(query):
        return names(client.get(HOME + query))

    assert at(f"?category={cold.pk}") == ["Nordic banks", "Nordic energy"]
    assert at("?words=energy nordic") == ["Nordic energy"]
    assert at("?state=running") == ["Nordic energy"]
    assert at("?state=paused") == ["German energy"]
    assert at("?state=draft") == ["Nordic banks"]
    assert at("?state=finished") == ["Old energy"]


def test_a_row_tells_its_exact_figures(client, rita, campaign):
    make_identity(rita)
    make_step(campaign)
    make_step(campaign, "call").remove(by=rita)
    put(campaign, 3)
    put(campaign, 2, state=State.ATTENTION, hitch="failed")
    put(campaign, 1, **over())
    put(campaign, 1, **over(state=State.ENDED, because="replied"))
    told = {"campaign": campaign, "person": make_person(rita)}
    for status, count in ((Status.DELIVERED, 3), (Status.BOUNCED, 2), (Status.SCHEDULED, 4)):
        for _ in range(count):
            email = make_email(rita, status)
            rita.emails.filter(pk=email.pk).update(campaign=campaign, person=told["person"])
    rita.emails.filter(pk=rita.emails.with_status(Status.DELIVERED)[0].pk).update(
        views=7, replies=1
    )

    [row] = client.get(HOME).context["page"]

    standing = row.standing
    assert (standing.steps, standing.active, standing.attention) == (1, 3, 2)
    assert (standing.completed, standing.ended, standing.open) == (1, 1, 5)
    assert (standing.viewed, standing.replied, standing.bounced) == (1, 1, 2)
    assert standing.sent == rita.emails.exclude(delivered_at=None).count() >= 3
    assert standing.state[0] == "running"


def test_more_campaigns_take_no_more_queries(client, rita, campaign):
    def queries():
        with CaptureQueriesContext(
            connection,
        ) as told:
            client.get(HOME)
        return len(told)

    put(campaign)
    client.get(HOME)
    few = queries()
    for number in range(5):
        put(make_campaign(rita, f"Another {number}", category=Category.named(rita, "Cold")))
    assert queries() == few + 0


def test_the_side_bar_counts_the_running_ones(client, rita, sam, north):
    put(make_campaign(rita, "Mine"))
    put(make_campaign(rita, "Paused", paused_at=timezone.now()))
    shared = make_campaign(sam, "Sam's")
    shared.share([north])
    put(shared)
    put(make_campaign(sam, "Private"))

    [entry] = [e for e in client.get(HOME).context["navigation"]() if e.href == HOME]
    assert (entry.count, entry.lit) == (2, True)


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("", "No campaigns yet"),
        ("?view=team", "Nothing is shared with you yet"),
        ("?view=deleted", "Nothing was deleted"),
        ("?words=zebra", "No campaign here matches"),
        ("?state=paused", "No campaign here matches"),
    ],
)
def test_an_empty_list_says_what_to_do(client, query, says):
    assert says in client.get(HOME + query).text


# New ones -------------------------------------------------------------------------------------


def test_one_is_created_in_a_category_that_is_made_right_there(client, rita):
    posted = {"name": " Q1  rollout ", "new_category": "Cold"}
    response = client.post(reverse("campaigns:new"), posted)

    made = Campaign.objects.get()
    assert response["Location"] == reverse("campaigns:campaign", args=[made.pk])
    assert (made.name, made.category.name, made.owner, made.zone) == (
        "Q1 rollout", "Cold", rita, rita.time_zone,
    )  # fmt: skip


def test_a_name_is_taken_once_whatever_its_case(client, campaign):
    response = client.post(reverse("campaigns:new"), {"name": "q1 ROLLOUT"})
    assert response.status_code == 422
    assert "There is a campaign of this name already." in response.text
    assert 'value="q1 ROLLOUT"' in response.text


def test_a_name_is_needed(client):
    response = client.post(reverse("campaigns:new"), {"name": " ", "new_category": "Cold"})
    assert response.status_code == 422
    assert "Give it a name, by which you find it." in response.text
    assert 'value="Cold"' in response.text


def test_the_limit_is_named_when_it_is_reached(client, rita, campaign, settings):
    settings.LIMITS = settings.LIMITS | {"CAMPAIGNS": 1}
    says = "You have 1 campaigns, and more are not allowed. Delete some first."

    assert says in client.post(reverse("campaigns:new"), {"name": "More"}).text
    response = client.post(reverse("campaigns:duplicate", args=[campaign.pk]), follow=True)
    assert says in response.text
    assert Campaign.objects.count() == 1


def test_somebody_elses_category_is_not_offered(client, sam):
    category = Category.named(sam, "Sam's")
    response = client.post(reverse("campaigns:new"), {"name": "A", "category": category.pk})
    assert response.status_code == 422


def test_a_category_is_named_renamed_and_deleted_while_it_is_empty(client, rita, campaign):
    client.post(reverse("campaigns:new-category"), {"name": "Cold"})
    cold = Category.objects.get(name="Cold")
    again = client.post(reverse("campaigns:new-category"), {"name": "cold"})
    assert "You have a category of this name already." in again.text
    client.post(reverse("campaigns:category", args=[cold.pk]), {"name": "Warm"})
    Campaign.objects.update(category=cold)

    full = client.post(reverse("campaigns:delete-category", args=[cold.pk]), follow=True)
    assert "“Warm” still holds campaigns." in full.text
    Campaign.objects.update(category=None)
    client.post(reverse("campaigns:delete-category", args=[cold.pk]))
    assert not Category.objects.exists()


# View as --------------------------------------------------------------------------------------


def test_an_admin_sees_all_campaigns_and_may_change_them(client, campaign):
    client.force_login(make_user("Ada", role="admin"))
    assert names(client.get(HOME)) == ["Q1 rollout"]
    page = client.get(campaign.get_absolute_url())
    assert page.context["may_change"]


def test_an_admin_sees_the_list_as_somebody_does_and_changes_nothing(client, rita, sam, campaign):
    make_campaign(sam, "Sam's")
    client.force_login(make_user("Ada", role="admin"))

    page = client.get(f"{HOME}?as={rita.pk}")
    assert names(page) == ["Q1 rollout"]
    assert "You see this as Rita Rep does." in page.text
    assert f"{campaign.get_absolute_url()}?as={rita.pk}" in page.text
    for name in ("campaign", "people", "tasks", "emails", "settings"):
        inside = client.get(reverse(f"campaigns:{name}", args=[campaign.pk]) + f"?as={rita.pk}")
        assert inside.status_code == 200
        assert not inside.context["may_change"] and not inside.context["may_use"]
        main = inside.text[inside.text.index('id="main"') : inside.text.index("</main>")]
        assert 'method="post"' not in main, name


def test_a_manager_sees_the_list_as_members_of_their_teams_do(client, rita, sam, campaign):
    boss, team = make_user("Bo Boss", role="manager"), Team.objects.create(name="North")
    team.members.add(boss, rita)
    client.force_login(boss)

    assert names(client.get(f"{HOME}?as={rita.pk}")) == ["Q1 rollout"]
    assert client.get(campaign.get_absolute_url()).status_code == 404
    assert client.get(f"{campaign.get_absolute_url()}?as={rita.pk}").status_code == 200
    assert client.get(f"{HOME}?as={sam.pk}").status_code == 404


@pytest.mark.parametrize("asked", ["1", "999999", "x", "-1", "9" * 30, "²"])
def test_nobody_else_sees_it_through_other_eyes(client, sam, asked):
    asked = str(sam.pk) if asked == "1" else asked
    assert client.get(f"{HOME}?as={asked}").status_code == 404
