"""Each decides what stands in their own side bar, and where, of what colleagues share too."""

import pytest
from django.urls import reverse

from accounts.models import Team
from search.models import SavedSearch
from tests.factories import make_saved_search, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def rita():
    return make_user("Rita")


@pytest.fixture
def sam(client):
    sam = make_user("Sam")
    client.force_login(sam)
    return sam


@pytest.fixture
def team(rita, sam):
    team = Team.objects.create(name="North")
    for member in (rita, sam):
        team.memberships.create(user=member)
    return team


@pytest.fixture
def shared(rita, team):
    """Two of Rita's that Sam sees, of which she has one in her side bar."""
    hot = make_saved_search(rita, name="Hot")
    cold = make_saved_search(rita, name="Cold", is_pinned=False)
    for saved in (hot, cold):
        saved.teams.add(team)
    return hot, cold


def press(client, verb, saved):
    return client.post(reverse(f"search:{verb}", args=[saved.pk]))


def beside(user):
    return [saved.name for saved in SavedSearch.beside_pages(user)]


def test_until_somebody_decides_what_its_owner_shows_is_shown(rita, sam, shared):
    assert beside(rita) == beside(sam) == ["Hot"]


def test_a_viewer_takes_one_out_and_another_in_and_its_owner_notices_nothing(
    client, rita, sam, shared
):
    hot, cold = shared
    press(client, "pin", hot)
    press(client, "pin", cold)

    assert (beside(rita), beside(sam)) == (["Hot"], ["Cold"])
    press(client, "pin", cold)
    assert beside(sam) == []


def test_what_its_owner_does_later_changes_nothing_for_who_has_decided(client, rita, sam, shared):
    cold = shared[1]
    press(client, "pin", cold)
    client.force_login(rita)
    press(client, "pin", cold)
    press(client, "pin", cold)

    assert (beside(rita), beside(sam)) == (["Hot"], ["Cold", "Hot"])


def test_a_viewer_puts_those_of_colleagues_in_an_order_of_their_own(client, rita, sam, shared):
    hot, cold = shared
    make_saved_search(sam, name="Mine")
    press(client, "pin", cold)
    assert beside(sam) == ["Mine", "Cold", "Hot"]
    press(client, "down", cold)
    assert beside(sam) == ["Mine", "Hot", "Cold"]
    press(client, "down", cold)
    press(client, "up", hot)
    assert beside(sam) == ["Mine", "Hot", "Cold"]
    assert [one.name for one in SavedSearch.of(rita).in_order()] == ["Hot", "Cold"]


def test_a_full_side_bar_says_so(client, sam, shared, settings):
    settings.LIMITS = settings.LIMITS | {"PINNED_SEARCHES": 1}
    make_saved_search(sam, name="Mine")

    press(client, "pin", shared[1])
    assert "The side bar is full." in client.get("/search/saved/").content.decode()
    assert beside(sam) == ["Mine"]


def test_the_page_says_which_of_them_stand_there(client, sam, shared):
    theirs = client.get("/search/saved/").content.decode().partition('id="theirs"')[2]
    assert 'aria-pressed="true" aria-label="Hot in the side bar"' in theirs
    assert 'aria-pressed="false" aria-label="Cold in the side bar"' in theirs


def test_what_is_shared_no_longer_leaves_the_side_bar(client, sam, shared):
    press(client, "pin", shared[1])
    shared[1].share([])
    assert beside(sam) == ["Hot"]
    assert press(client, "pin", shared[1]).status_code == 404
