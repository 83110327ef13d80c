"""A saved search chosen by its name, where groups are: in a bulk email and for a campaign."""

from uuid import uuid4

import pytest
from django.urls import reverse

from accounts.models import Team
from emails.bulk.adding import TooMany, add_typed
from emails.recipients import typed_by
from prospects.models import Group
from search import as_lists
from search.models import SavedSearch
from search.problems import Problem, TooSlow
from tests.factories import (
    make_bulk,
    make_campaign,
    make_identity,
    make_person,
    make_saved_search,
    make_user,
)

pytestmark = pytest.mark.django_db


def added_to_bulk(owner, text):
    bulk = make_bulk(owner, identity=owner.identities.first() or make_identity(owner))
    added = add_typed(bulk, typed_by(owner, text))
    return {each.person.first_name for each in bulk.recipients.all() if each.person}, added


def suggested(client, typed, field="add"):
    return client.get(reverse("emails:people-suggest"), {field: typed}).content.decode()


def test_it_is_offered_beside_groups_and_says_what_it_is(client, rita, saab):
    Group.objects.create(owner=rita, name="Saab, old")
    make_saved_search(rita, "viewed", subject="emails", name="Saab opened")

    offered = suggested(client, "saa")
    assert 'data-recipient="Saab old"' in offered
    assert 'data-recipient="Saved search: At Saab"' in offered
    assert "saved search: whom it finds when you add it" in offered
    assert "Saab opened" not in offered
    assert "At Saab" not in suggested(client, "saa", "cc")


@pytest.mark.parametrize("typed", ["at saab", "Saved search: At Saab, ", "saved search:at saab"])
def test_whom_it_finds_come_onto_the_list_of_a_bulk_email(rita, saab, typed):
    names, added = added_to_bulk(rita, typed)
    assert names == {"Maria", "Jonas"}
    assert added.sentence == "2 recipients added."


def test_a_group_of_its_name_is_meant_by_the_name_alone(rita, saab):
    group = Group.objects.create(owner=rita, name="At Saab")
    group.add([make_person(rita, "Olga")])

    assert added_to_bulk(rita, "At Saab")[0] == {"Olga"}
    assert added_to_bulk(rita, "Saved search: At Saab")[0] == {"Maria", "Jonas"}
    assert added_to_bulk(rita, "At Saab; Saved search: At Saab")[0] == {"Olga", "Maria", "Jonas"}


def test_it_is_chosen_for_a_campaign(client, rita, saab):
    campaign = make_campaign(rita)
    client.post(
        reverse("campaigns:add", args=[campaign.pk]),
        {"add": "Saved search: At Saab, ", "paste": ""},
    )
    people = campaign.launches.get().people.all()
    assert {each.person.first_name for each in people} == {"Maria", "Jonas"}


def test_one_that_finds_nobody_says_so(client, rita, saab):
    make_saved_search(rita, "company:nowhere", name="Nobody")
    bulk = make_bulk(rita)
    page = client.post(
        reverse("emails:bulk-add", args=[bulk.pk]),
        {"key": uuid4(), "bulk": bulk.pk, "version": 0, "add": "Nobody"},
        follow=True,
    )
    assert "0 recipients added." in page.content.decode()


def test_a_colleagues_finds_only_whom_the_user_may_see(rita, saab):
    sam, team = make_user("Sam"), Team.objects.create(name="North")
    for member in (rita, sam):
        team.memberships.create(user=member)
    assert added_to_bulk(sam, "At Saab")[1].wrong
    saab.teams.add(team)

    assert added_to_bulk(sam, "At Saab")[0] == {"Maria", "Jonas"}
    organisation = sam.organisation
    organisation.everybody_sees_people = False
    organisation.save()
    assert added_to_bulk(sam, "At Saab")[0] == set()


def test_more_than_the_limit_are_refused_with_the_limit_named(rita, saab, settings):
    settings.LIMITS = settings.LIMITS | {"BULK_RECIPIENTS": 1}
    with pytest.raises(TooMany) as refused:
        added_to_bulk(rita, "At Saab")
    assert "may have 1 recipients, and these would be 2" in refused.value.words


def test_one_that_can_no_longer_be_read_is_named_and_the_others_are_added(rita, saab):
    SavedSearch.objects.filter(pk=saab.pk).update(conditions={"nonsense": 1})
    make_saved_search(rita, "company:volvo", name="At Volvo")

    names, added = added_to_bulk(rita, "At Saab; At Volvo")
    assert names == {"Amina"}
    [wrong] = added.wrong
    assert wrong.startswith("Nobody was added from the saved search “At Saab”: ")


def test_one_that_takes_too_long_is_named(rita, saab, monkeypatch):
    def too_slow():
        raise TooSlow(Problem("This search takes too long."))

    monkeypatch.setattr(as_lists, "within_limit", too_slow)
    names, added = added_to_bulk(rita, "At Saab")
    assert names == set()
    assert added.wrong == [
        "Nobody was added from the saved search “At Saab”: This search takes too long."
    ]


def test_in_to_it_offers_a_bulk_email(rita, saab):
    typed = typed_by(rita, "At Saab")
    assert typed.is_for_many
    assert typed.offer.startswith("“At Saab” is a saved search: each whom it finds now")
