"""Saved searches: kept, counted, shared, put in order, deleted and brought back."""

import re

import pytest
from django.urls import reverse

from accounts.models import Team
from emails.models import Email, Status
from prospects.models import Group
from search.language import parse
from search.models import SavedSearch
from search.names import notes_on
from tests.factories import make_campaign, make_email, make_person, make_saved_search, make_user
from tests.search.conftest import told

pytestmark = pytest.mark.django_db
SIDE = "/search/side/"


@pytest.fixture
def rita(client):
    rita = make_user("Rita")
    client.force_login(rita)
    return rita


@pytest.fixture
def sam():
    return make_user("Sam")


@pytest.fixture
def team(rita, sam):
    team = Team.objects.create(name="North")
    for member in (rita, sam):
        team.memberships.create(user=member)
    return team


def shown(client):
    """What the side bar says: each name with its count."""
    page = client.get(SIDE, headers={"HX-Request": "true"}).content.decode()
    found = re.findall(r'side__name">([^<]*)</span>.*?class="count">([^<]*)<', page)
    return dict(found)


def names(user):
    return [one.name for one in SavedSearch.objects.owned_by(user).in_order()]


def do(client, verb, saved, **told):
    return client.post(reverse(f"search:{verb}", args=[saved.pk]), told)


def test_a_search_is_saved_under_a_name_and_stands_in_the_side_bar(client, rita):
    client.post(
        "/search/saved/new/?q=viewed&of=people", {"name": "Hot this week", "is_pinned": "on"}
    )
    home = client.get("/search/")

    [saved] = SavedSearch.objects.owned_by(rita)
    assert (saved.tree, saved.subject) == (parse("viewed"), "people")
    assert "Hot this week" in home.content.decode()
    assert shown(client) == {"Hot this week": "0"}


def test_who_comes_to_match_is_counted_and_listed_and_leaves_again(client, rita):
    saved = make_saved_search(rita, "clicked", name="Clicked")
    email = make_email(rita, Status.DELIVERED, person=make_person(rita, "Maria"))
    assert shown(client) == {"Clicked": "0"}

    Email.objects.filter(pk=email.pk).update(clicks=1)
    told(rita.pk, emails=[email.pk])
    assert shown(client) == {"Clicked": "1"}
    assert "Maria" in client.get(saved.get_absolute_url()).content.decode()

    Email.objects.filter(pk=email.pk).update(clicks=0)
    told(rita.pk, emails=[email.pk])
    assert shown(client) == {"Clicked": "0"}


def test_what_is_new_since_its_user_looked_is_told(client, rita):
    saved = make_saved_search(rita, "text:*", name="All")
    make_person(rita, "Maria")
    client.get(saved.get_absolute_url())
    make_person(rita, "Jonas")

    side = client.get(SIDE, headers={"HX-Request": "true"}).content.decode()
    assert "+1" in side
    assert "1 new since you looked" in client.get(saved.get_absolute_url()).content.decode()
    assert (
        "new since"
        not in client.get(saved.get_absolute_url()).content.decode().partition("<main")[2]
    )


def test_a_saved_search_means_what_it_named_when_that_is_renamed(client, rita):
    campaign = make_campaign(rita, "Q1 rollout")
    saved = make_saved_search(rita, 'campaign:"Q1 rollout"')
    campaign.name = "Q2 rollout"
    campaign.save()

    page = client.get(saved.get_absolute_url()).content.decode()
    assert "campaign:&quot;Q2 rollout&quot;" in page


def test_a_saved_search_that_names_a_deleted_group_opens_and_says_so(client, rita):
    group = Group.objects.create(owner=rita, name="Hot")
    saved = make_saved_search(rita, "group:Hot")
    group.disband(by=rita)

    page = client.get(saved.get_absolute_url()).content.decode()
    assert "The group “Hot” has been deleted" in page
    assert notes_on(saved.tree, rita)


@pytest.mark.parametrize("subject", ["people", "emails"])
def test_a_saved_search_that_names_a_deleted_campaign_opens_and_says_so(client, rita, subject):
    campaign = make_campaign(rita, "Q1 rollout")
    saved = make_saved_search(rita, 'campaign:"Q1 rollout" viewed', subject=subject, name="Hot")
    campaign.remove(by=rita)

    answer = client.get(saved.get_absolute_url())
    assert answer.status_code == 200
    assert "The campaign “Q1 rollout” has been deleted" in answer.content.decode()
    assert set(shown(client)) == {"Hot"}


def test_a_changed_search_can_be_saved_or_saved_as_a_new_one(client, rita):
    saved = make_saved_search(rita, "viewed")
    page = client.get(f"/search/?saved={saved.pk}&q=clicked").content.decode()
    assert "changed, not saved" in page

    client.post(f"{reverse('search:put', args=[saved.pk])}?q=clicked&of=people&saved={saved.pk}")
    saved.refresh_from_db()
    assert saved.tree == parse("clicked")


def test_names_are_given_once(client, rita):
    make_saved_search(rita, name="Hot")
    answer = client.post("/search/saved/new/?q=viewed", {"name": "hot"})

    assert answer.status_code == 422
    assert "You have a saved search of this name already." in answer.content.decode()


def test_there_are_so_many_and_so_many_in_the_side_bar(client, rita, settings):
    settings.LIMITS = settings.LIMITS | {"SAVED_SEARCHES": 2, "PINNED_SEARCHES": 1}
    first = make_saved_search(rita, name="One")
    pinned = client.post("/search/saved/new/?q=viewed", {"name": "Two", "is_pinned": "on"})
    assert "1 searches stand in the side bar already" in pinned.content.decode()

    client.post("/search/saved/new/?q=viewed", {"name": "Two"})
    third = client.post("/search/saved/new/?q=viewed", {"name": "Three"})
    assert "as many as possible" in third.content.decode()

    do(client, "duplicate", first)
    second = SavedSearch.objects.get(name="Two")
    do(client, "pin", second)
    assert names(rita) == ["One", "Two"]
    assert not SavedSearch.objects.get(name="Two").is_pinned


def test_searches_change_places_and_leave_the_side_bar(client, rita):
    first, second = make_saved_search(rita, name="One"), make_saved_search(rita, name="Two")
    do(client, "up", second)
    assert names(rita) == ["Two", "One"]
    do(client, "up", second)
    do(client, "down", second)
    assert names(rita) == ["One", "Two"]

    do(client, "pin", first)
    assert shown(client) == {"Two": "0"}


def test_a_search_is_renamed_duplicated_deleted_and_brought_back(client, rita):
    saved = make_saved_search(rita, "viewed", name="One")
    do(client, "edit", saved, name="Uno", is_pinned="on")
    do(client, "duplicate", saved)
    assert names(rita) == ["Uno", "Copy of Uno"]

    do(client, "delete", saved)
    assert names(rita) == ["Copy of Uno"]
    client.post(reverse("undo", args=[rita.undos.get().pk]))
    assert names(rita) == ["Uno", "Copy of Uno"]


def test_an_undo_is_refused_where_the_name_is_taken_meanwhile(client, rita):
    saved = make_saved_search(rita, name="One")
    do(client, "delete", saved)
    make_saved_search(rita, name="one")

    answer = client.post(reverse("undo", args=[rita.undos.get().pk]))
    assert answer.status_code == 409
    assert "Rename that one first" in answer.content.decode()


def test_a_team_sees_a_shared_search_and_each_only_what_is_theirs(client, rita, sam, team):
    saved = make_saved_search(rita, "clicked", name="Clicked", subject="emails")
    email = make_email(rita, Status.DELIVERED)
    Email.objects.filter(pk=email.pk).update(clicks=1)
    do(client, "edit", saved, name="Clicked", is_pinned="on", teams=[team.pk])
    assert shown(client) == {"Clicked": "1"}

    client.force_login(sam)
    assert shown(client) == {"Clicked": "0"}
    assert email.subject not in client.get(saved.get_absolute_url()).content.decode()
    for verb in ("edit", "put", "delete"):
        assert do(client, verb, saved).status_code == 404
    do(client, "duplicate", saved)
    assert names(sam) == ["Copy of Clicked"]


def test_a_search_that_is_shared_with_nobody_is_not_there_for_others(client, rita, sam):
    saved = make_saved_search(rita)
    client.force_login(sam)

    assert client.get(saved.get_absolute_url()).status_code == 404
    assert do(client, "duplicate", saved).status_code == 404


def test_it_is_shared_only_with_teams_of_its_owner(client, rita):
    saved, far = make_saved_search(rita), Team.objects.create(name="Far")

    assert do(client, "edit", saved, name="x", teams=[far.pk]).status_code == 422
    assert not saved.teams.exists()


def test_the_list_of_saved_searches_says_how_one_comes_there(client, rita):
    assert "No saved searches yet" in client.get("/search/saved/").content.decode()
    make_saved_search(rita, name="Hot")
    assert "Hot" in client.get("/search/saved/").content.decode()
