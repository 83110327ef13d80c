"""Groups: shared with teams, deleted and found again, limited in size."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Membership, Team, Undo, UndoRefused
from prospects.jobs import prune
from prospects.models import Group, GroupFull, Person
from tests.factories import make_person, make_user
from tests.prospects.test_import import bring_in, hide_people, upload
from tests.prospects.test_ticked import members

pytestmark = pytest.mark.django_db


@pytest.fixture
def rita():
    return make_user("Rita Rep")


@pytest.fixture
def sam():
    return make_user("Sam Colleague")


@pytest.fixture
def north(rita, sam):
    return make_team("North", rita, sam)


@pytest.fixture
def client(client, rita):
    client.force_login(rita)
    return client


def make_team(name, *users):
    team = Team.objects.create(name=name)
    Membership.objects.bulk_create(Membership(team=team, user=user) for user in users)
    return team


def edit(client, group, **told):
    return client.post(reverse("people:edit-group", args=[group.pk]), {"name": group.name} | told)


def seen(user):
    return sorted(person.first_name for person in Person.seen_by(user))


# Sharing ---------------------------------------------------------------------------------------


def test_a_group_is_shared_with_a_team_of_ones_own_and_unshared(client, rita, sam, north):
    group = Group.named(rita, "Fair")
    edit(client, group, teams=[north.pk])
    assert Group.beside_list(sam) == ([], [group])

    edit(client, group)
    assert Group.beside_list(sam) == ([], [])


def test_a_team_that_is_not_ones_own_gets_one_sentence(client, rita):
    group, south = Group.named(rita, "Fair"), make_team("South")
    response = edit(client, group, name="Other", teams=[south.pk])

    assert response.status_code == 422
    assert response.text.count("You can share only with teams that you are in.") == 1
    group.refresh_from_db()
    assert (group.name, group.teams.count()) == ("Fair", 0)


def test_team_groups_name_their_owner_and_lead_to_their_people(client, rita, sam, north):
    group = Group.named(sam, "Sam's list")
    group.share([north])
    group.add([make_person(sam, "Anna")])
    page = client.get(group.get_absolute_url())

    assert "Team Groups" in page.text
    assert "Sam Colleague" in page.text
    assert [person.first_name for person in page.context["page"]] == ["Anna"]
    assert reverse("people:edit-group", args=[group.pk]) not in page.text


@pytest.mark.parametrize("page", ["edit-group", "delete-group"])
def test_who_sees_a_shared_group_does_not_change_it(client, sam, north, page):
    group = Group.named(sam, "Sam's list")
    group.share([north])
    answer = client.post(reverse(f"people:{page}", args=[group.pk]), {"name": "Mine"})

    assert answer.status_code == 404
    assert Group.seen_by(sam).get().name == "Sam's list"


def test_an_admin_in_the_team_changes_it(client, sam, north):
    admin = make_user("Ada Admin", role="admin")
    Membership.objects.create(team=north, user=admin)
    group = Group.named(sam, "Sam's list")
    group.share([north])
    client.force_login(admin)
    edit(client, group, name="Renamed", teams=[north.pk])

    group.refresh_from_db()
    assert (group.name, group.owner, group.teams.get()) == ("Renamed", sam, north)


def test_where_people_are_private_a_shared_group_shows_its_people(rita, sam, north):
    anna = make_person(sam, "Anna")
    make_person(sam, "Bo")
    make_person(rita, "Cia")
    hide_people()
    group = Group.named(sam, "Sam's list")
    group.add([anna])
    assert seen(rita) == ["Cia"]

    group.share([north])
    assert seen(rita) == ["Anna", "Cia"]
    assert anna.is_seen_by(rita)
    assert not anna.is_editable_by(rita)

    group.disband(by=sam)
    assert seen(rita) == ["Cia"]


def test_whoever_leaves_the_team_sees_the_group_no_more(rita, sam, north):
    Group.named(sam, "Sam's list").share([north])
    assert Group.seen_by(rita).exists()
    north.memberships.filter(user=rita).delete()
    assert not Group.seen_by(rita).exists()


def test_a_group_in_two_teams_and_its_people_come_once(rita, sam, north):
    anna = make_person(sam, "Anna")
    hide_people()
    for name in ("One", "Two"):
        group = Group.named(sam, name)
        group.add([anna])
        group.share([north, make_team(f"Team {name}", rita)])

    assert seen(rita) == ["Anna"]
    assert [group.size for group in Group.seen_by(rita).with_sizes(rita)] == [1, 1]


def test_the_size_counts_whom_one_sees(rita, sam, north):
    hide_people()
    group = Group.named(rita, "Fair")
    group.add([make_person(rita, "Anna"), make_person(sam, "Bo")])
    assert Group.seen_by(rita).with_sizes(rita).get().size == 1


# Deleting --------------------------------------------------------------------------------------


def test_undo_brings_back_people_and_sharing(client, rita, sam, north):
    group = Group.named(rita, "Fair")
    group.add([make_person(rita, "Anna")])
    group.share([north])
    page = client.post(reverse("people:delete-group", args=[group.pk]), follow=True)

    assert "its people stay" in page.text
    assert (Group.beside_list(rita), Group.beside_list(sam)) == (([], []), ([], []))
    assert Person.seen_by(rita).count() == 1
    client.post(reverse("undo", args=[Undo.objects.get().pk]))
    assert members(Group.seen_by(rita).get()) == ["Anna"]
    assert Group.beside_list(sam) == ([], [group])


def test_a_new_group_of_the_name_stands_in_the_way_of_undo(rita):
    done = Group.named(rita, "Fair").disband(by=rita)
    Group.named(rita, "fair")
    with pytest.raises(UndoRefused, match="a new group of this name"):
        done.use()
    assert Group.seen_by(rita).count() == 1


def test_a_deleted_group_is_forgotten_after_a_month(rita, time_machine):
    group = Group.named(rita, "Fair")
    group.add([make_person(rita)])
    group.disband(by=rita)
    prune()
    assert Group.objects.count() == 1

    time_machine.move_to(timezone.now() + timedelta(days=31))
    prune()
    assert (Group.objects.count(), Person.objects.count()) == (0, 1)


# Size ------------------------------------------------------------------------------------------


@pytest.fixture
def small(settings):
    settings.LIMITS = settings.LIMITS | {"GROUP_PEOPLE": 2}


def test_a_full_group_takes_nobody_more(rita, small):
    group = Group.named(rita, "Fair")
    people = [make_person(rita) for _ in range(3)]
    group.add(people[:2])
    assert group.add(people[:2]) == 0
    with pytest.raises(GroupFull) as full:
        group.add(people)
    assert "“Fair” would have 3 people; at most 2" in full.value.sentence
    assert group.people.count() == 2


def test_a_person_cannot_be_ticked_into_a_full_group(client, rita, small):
    group = Group.named(rita, "Fair")
    group.add([make_person(rita), make_person(rita)])
    told = {"first_name": "Anna", "email": "anna@b.example", "groups": [group.pk]}
    response = client.post(reverse("people:new"), told)

    assert response.status_code == 422
    assert "at most 2 fit into one" in response.text
    assert not Person.objects.filter(first_name="Anna").exists()


def test_an_import_that_does_not_fit_brings_in_nobody(client, rita, small):
    rows = "".join(f"P{n},p{n}@b.example\n" for n in range(3))
    waiting = upload(rita, f"Name,Email\n{rows}")
    told = {"column_0": "name", "column_1": "email", "new_group": "Fair"}
    response = client.post(reverse("people:import", args=[waiting.pk]), told)

    assert response.status_code == 422
    assert "at most 2 fit into one" in response.text
    assert (Person.objects.count(), Group.objects.count()) == (0, 0)
    waiting.refresh_from_db()
    assert not waiting.is_done


def test_an_import_goes_into_ones_own_groups_alone(client, rita, sam, north):
    group = Group.named(sam, "Sam's list")
    group.share([north])
    waiting = upload(rita, "Name,Email\nAnna,a@b.example\n")
    told = {"column_0": "name", "column_1": "email", "group": group.pk}

    assert client.post(reverse("people:import", args=[waiting.pk]), told).status_code == 422
    assert bring_in(rita, "Name,Email\nAnna,a@b.example\n").added == 1
