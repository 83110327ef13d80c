"""A saved search of people as a group that fills itself."""

import pytest
from django.urls import reverse

from accounts.models import Team
from emails.models import BulkSend
from tests.factories import make_campaign, make_identity, make_person, make_saved_search, make_user

pytestmark = pytest.mark.django_db


def everybody_of(saved, **more):
    return {"all": "yes", "list": "search", "query": f"saved={saved.pk}"} | more


def names(recipients):
    return {each.person.first_name for each in recipients.all()}


def test_it_stands_among_the_groups_of_people(client, rita, saab):
    make_saved_search(rita, "viewed", subject="emails", name="Opened")
    page = client.get("/people/").content.decode()
    groups = page.partition('id="groups"')[2].partition("</nav>")[0]

    assert f'href="{saab.get_absolute_url()}"' in groups
    assert "Opened" not in groups


def test_one_that_a_colleague_shares_stands_there_with_their_name(client, rita, saab):
    sam, team = make_user("Sam Ek"), Team.objects.create(name="North")
    for member in (rita, sam):
        team.memberships.create(user=member)
    theirs = make_saved_search(sam, "company:volvo", name="At Volvo")
    make_saved_search(sam, "company:saab", name="Nobody else's")
    theirs.teams.add(team)

    groups = client.get("/people/").content.decode().partition('id="groups"')[2]
    assert "At Volvo<small>Sam Ek" in groups.partition("</nav>")[0]
    assert "Nobody else" not in groups.partition("</nav>")[0]


def test_all_that_it_finds_now_are_written_to(client, rita, saab):
    assert 'value="saved=' in client.get("/search/saved/").content.decode()
    make_person(rita, "Olu", company="Saab")
    client.post("/emails/bulk/new/", everybody_of(saab))

    assert names(BulkSend.objects.get().recipients) == {"Maria", "Jonas", "Olu"}


def test_all_that_it_finds_now_go_onto_the_list_for_a_campaign(client, rita, saab):
    campaign = make_campaign(rita)
    assert "Add all 2 to it…" in client.get(saab.get_absolute_url()).content.decode()
    client.post(reverse("campaigns:add-chosen"), everybody_of(saab, campaign=campaign.pk))

    assert names(campaign.launches.get().people) == {"Maria", "Jonas"}


def test_somebody_elses_is_nobodys_group(client, rita, saab):
    sam = make_user("Sam")
    make_identity(sam)
    client.force_login(sam)

    client.post("/emails/bulk/new/", everybody_of(saab))
    assert not names(BulkSend.objects.get().recipients)
