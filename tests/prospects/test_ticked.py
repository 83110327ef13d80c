"""What is done with ticked people, and taken back."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Membership, Team, Undo, UndoRefused
from prospects.many import AT_ONCE
from prospects.models import Group, Person, Suppression
from tests.factories import make_person, make_user
from tests.prospects.test_import import hide_people

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true", "HX-Current-URL": "http://testserver/people/?show=mine"}


@pytest.fixture
def rita():
    return make_user("Rita Rep")


@pytest.fixture
def sam():
    return make_user("Sam Stranger")


@pytest.fixture
def client(client, rita):
    client.force_login(rita)
    return client


@pytest.fixture
def people(rita, sam):
    """Anna and Bo are Rita's, Cia is Sam's."""
    return make_person(rita, "Anna"), make_person(rita, "Bo"), make_person(sam, "Cia")


def act(client, action, people, **told):
    url = reverse("people:act-on-ticked", args=[action])
    told = {"person": [person.pk for person in people], "sure": "yes"} | told
    return client.post(url, told, follow=True)


def said(response):
    return [str(message) for message in response.context["messages"]]


def undo():
    return Undo.objects.latest("pk").use()


def members(group):
    return sorted(person.first_name for person in group.people.all())


# Who is meant ----------------------------------------------------------------------------------


def test_all_that_match_means_the_list_with_its_filters(client, rita, people):
    for number in range(60):
        make_person(rita, f"X{number}", company="Polar")
    told = {"all": "yes", "query": "show=mine&company=polar", "new_group": "Polar"}

    response = act(client, "group", people[:1], **told)

    assert said(response) == ["60 people are in “Polar” now."]
    assert not rita.groups.get().people.filter(pk=people[0].pk).exists()


def test_too_many_at_once_are_refused_with_the_limit(client, rita, people, settings):
    settings.LIMITS = settings.LIMITS | {"PEOPLE_AT_ONCE": 2}
    response = act(client, "source", [], all="yes", source="Fair")

    assert response.status_code == 409
    assert "These are 3 people; at most 2 can be changed at once." in response.text
    assert not Person.objects.filter(source="Fair").exists()


def test_nobody_ticked_is_told(client):
    assert said(act(client, "delete", [])) == ["Tick the people first."]
    assert said(act(client, "delete", [], person=["x", "1" * 40])) == ["Tick the people first."]


def test_whom_one_may_not_see_is_not_touched(client, people):
    hide_people()
    response = act(client, "unsubscribe", people[2:])

    assert said(response) == ["Nobody of them is here any more."]
    assert not Suppression.objects.exists()


def test_an_action_that_is_none_is_a_404(client, people):
    assert act(client, "explode", people).status_code == 404


def test_without_a_script_the_question_is_a_page_that_keeps_who_was_meant(client, people):
    url = reverse("people:act-on-ticked", args=["delete"])
    told = {"person": [people[0].pk], "next": "/people/?show=mine"}
    page = client.post(url, told)

    assert f'name="person" value="{people[0].pk}"' in page.text
    assert Person.seen_by(people[0].owner).count() == 3
    done = client.post(url, told | {"sure": "yes"})
    assert done.url == "/people/?show=mine"
    assert Person.seen_by(people[0].owner).count() == 2


def test_another_site_is_never_led_to(client, people):
    url = reverse("people:act-on-ticked", args=["source"])
    told = {"person": people[0].pk, "source": "x", "next": "//evil.example/"}
    assert client.post(url, told).url == "/people/"


def test_htmx_is_told_to_refresh_and_undo_comes_with_it(client, people):
    url = reverse("people:act-on-ticked", args=["source"])
    response = client.post(url, {"person": people[0].pk, "source": "x"}, headers=HTMX)

    assert "changed" in response["HX-Trigger"]
    assert reverse("undo", args=[Undo.objects.get().pk]) in response.text


def test_undo_is_offered_again_when_the_page_is_loaded_anew(client, people):
    act(client, "source", people[:1], source="Fair")
    assert said(client.get("/people/?show=mine")) == ["Source of 1 person: Fair."]


# Groups ----------------------------------------------------------------------------------------


def test_a_new_group_takes_the_ticked_and_undo_takes_it_away(client, rita, people):
    response = act(client, "group", people, new_group="  Autumn   fair ")

    assert said(response) == ["3 people are in “Autumn fair” now."]
    assert members(Group.named(rita, "Autumn fair")) == ["Anna", "Bo", "Cia"]
    assert undo() == "Undone: the group “Autumn fair” is gone again."
    assert not Group.objects.exists()


def test_undo_leaves_in_a_group_who_was_in_it_before(client, rita, people):
    group = Group.named(rita, "Fair")
    group.add(people[:1])
    response = act(client, "group", people[:2], group=group.pk)

    assert said(response) == ["1 person is in “Fair” now. 1 was in “Fair” already."]
    undo()
    assert members(group) == ["Anna"]


def test_a_full_group_takes_nobody_and_says_its_size(client, rita, people, settings):
    settings.LIMITS = settings.LIMITS | {"GROUP_PEOPLE": 2}
    response = act(client, "group", people, new_group="Fair")

    assert response.status_code == 409
    assert "would have 3 people; at most 2 fit into one" in response.text
    assert not Group.objects.exists()


def test_neither_group_nor_name_is_a_sentence(client, people):
    response = act(client, "group", people)
    assert "Choose a group, or give a new one a name." in response.text


def test_a_colleagues_group_cannot_be_filled_or_emptied(client, rita, sam, people):
    group = share(Group.named(sam, "Sam's"), rita, sam)
    group.add(people[:1])

    assert act(client, "group", people, group=group.pk).status_code == 409
    refused = act(client, "leave", people, left=group.pk)
    assert "Only the owner of a group or an admin" in refused.text
    assert members(group) == ["Anna"]


def share(group, *users):
    team = Team.objects.create(name=f"Team of {group}")
    for user in users:
        Membership.objects.create(team=team, user=user)
    group.share([team])
    return group


def test_who_is_ticked_in_a_group_leaves_it_and_comes_back(client, rita, people):
    group = Group.named(rita, "Fair")
    group.add(people)
    assert said(act(client, "leave", people[:2], left=group.pk)) == ["2 people left “Fair”."]
    assert members(group) == ["Cia"]
    undo()
    assert members(group) == ["Anna", "Bo", "Cia"]


def test_undo_is_refused_once_the_group_is_gone(client, rita, people):
    act(client, "group", people, new_group="Fair")
    Group.objects.get().disband(by=rita)
    with pytest.raises(UndoRefused, match="The group is gone"):
        Undo.objects.get(action="prospects.group").use()


# Source and authorization ----------------------------------------------------------------------


def test_the_source_of_ones_own_is_set_and_others_are_named(client, people):
    _anna, bo, _cia = people
    Person.objects.filter(pk=bo.pk).update(source="Web")
    response = act(client, "source", people, source=" Fair ")

    assert said(response) == [
        "Source of 2 people: Fair. Cia Sandberg is Sam Stranger’s and was left as it is."
    ]
    sources = dict(Person.objects.values_list("first_name", "source"))
    assert sources == {"Anna": "Fair", "Bo": "Fair", "Cia": ""}
    undo()
    sources = dict(Person.objects.values_list("first_name", "source"))
    assert sources == {"Anna": "", "Bo": "Web", "Cia": ""}


def test_undo_leaves_what_somebody_has_changed_since(client, people):
    _anna, bo, _cia = people
    act(client, "source", people[:2], source="Fair")
    Person.objects.filter(pk=bo.pk).update(source="Web")

    assert undo() == "Undone for 1 person."
    assert Person.objects.get(pk=bo.pk).source == "Web"


def test_an_admin_sets_everybodys(client, people):
    client.force_login(make_user("Ada Admin", role="admin"))
    assert said(act(client, "source", people, source="Fair")) == ["Source of 3 people: Fair."]


def test_many_left_out_are_counted(client, sam):
    others = [make_person(sam) for _ in range(5)]
    (words,) = said(act(client, "source", others, source="Fair"))
    assert words.endswith("2 more belong to somebody else.")
    assert not Undo.objects.exists()


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("legal_obligation", "Authorization of 1 person: legal obligation."),
        ("", "Authorization of 1 person: none."),
        ("nonsense", "nonsense"),
    ],
)
def test_the_authorization_is_one_of_seven_or_none(client, people, value, words):
    Person.objects.update(authorization="consent")
    response = act(client, "authorization", people[:1], authorization=value)

    assert words in response.text
    kept = "consent" if value == "nonsense" else value
    assert Person.objects.get(pk=people[0].pk).authorization == kept


# Unsubscribed, deleted -------------------------------------------------------------------------


def test_whoever_is_unsubscribed_is_suppressed_and_undo_allows_again(client, rita, people):
    Suppression.suppress(people[0].email, Suppression.Reason.UNSUBSCRIBED)
    response = act(client, "unsubscribe", people)

    assert said(response) == ["2 people are unsubscribed now. 1 was so already."]
    assert Person.objects.unsubscribed().count() == 3
    assert (
        undo() == "Undone: 2 people may be mailed again. Emails that were stopped stay in Failed."
    )
    assert list(Person.objects.unsubscribed()) == [people[0]]


def test_undo_does_not_release_what_somebody_else_has_said_since(client, people):
    act(client, "unsubscribe", people[:1])
    row = Suppression.objects.get()
    row.release(None)
    Suppression.suppress(people[0].email, Suppression.Reason.UNSUBSCRIBED)

    with pytest.raises(UndoRefused):
        undo()
    assert Suppression.objects.unsubscribes().exists()


def test_ones_own_are_deleted_and_come_back_into_their_groups(client, rita, people):
    group = Group.named(rita, "Fair")
    group.add(people)
    response = act(client, "delete", people)

    assert said(response) == [
        "2 people were deleted. Cia Sandberg is Sam Stranger’s and was left as it is."
    ]
    assert Group.seen_by(rita).with_sizes().get().size == 1
    assert undo() == "Undone: 2 people are back."
    assert Group.seen_by(rita).with_sizes().get().size == 3


def test_whose_address_is_taken_meanwhile_stays_deleted(client, rita, people):
    act(client, "delete", people[:2])
    make_person(rita, "New", email=people[0].email.upper())

    assert undo() == "Undone: 1 person is back. Not Anna Sandberg: somebody new has the address."
    assert {person.first_name for person in Person.seen_by(rita)} == {"New", "Bo", "Cia"}


def test_undo_is_over_after_ten_minutes(client, people, time_machine):
    act(client, "delete", people[:1])
    time_machine.move_to(timezone.now() + timedelta(seconds=601))
    with pytest.raises(UndoRefused):
        undo()


def test_as_many_as_are_dealt_with_at_once_take_no_more_queries_than_ten(
    client, rita, django_assert_max_num_queries
):
    Person.objects.bulk_create(
        Person(owner=rita, first_name=f"X{n}", email=f"x{n}@a.example", sort_name=f"x{n}")
        for n in range(AT_ONCE)
    )
    for action, told in (
        ("group", {"new_group": "All"}),
        ("source", {"source": "Fair"}),
        ("unsubscribe", {}),
        ("delete", {}),
    ):
        with django_assert_max_num_queries(53):
            act(client, action, [], all="yes", **told)
    assert Suppression.objects.unsubscribes().count() == AT_ONCE
