"""What the pages of people and groups offer together, whichever app it comes from."""

import pytest
from django.urls import reverse

from prospects.models import Group, Person
from tests.factories import make_campaign, make_identity, make_person, make_step

pytestmark = pytest.mark.django_db


@pytest.fixture
def maria(rita):
    make_identity(rita)
    make_step(make_campaign(rita))
    return make_person(rita, "Maria", company="Nordwind", notes="Met in Malmö.")


def test_the_bar_of_ticked_people_offers_all_that_is_done_with_many(client, maria):
    page = client.get(reverse("people:home")).text

    ways = ["emails:bulk-new", "campaigns:add-chosen", "campaigns:take-out"]
    names = ["group", "source", "authorization", "unsubscribe", "delete"]
    acts = [reverse("people:act-on-ticked", args=[name]) for name in names]
    for url in [*map(reverse, ways), *acts]:
        assert f'formaction="{url}' in page or f'action="{url}' in page, url


def test_a_group_is_mailed_put_into_a_campaign_and_filled(client, rita, maria):
    group = Group.objects.create(owner=rita, name="Hot")
    group.add([maria])

    page = client.get(reverse("people:home"), {"group": group.pk}).text

    assert reverse("emails:bulk-new") in page
    assert reverse("campaigns:add-chosen") in page
    assert f'href="{reverse("people:new")}?groups={group.pk}"' in page
    assert f'href="{reverse("people:upload")}?group={group.pk}"' in page


def test_deleting_leaves_whom_a_colleague_owns_and_names_them(client, rita, sam, maria):
    theirs = make_person(sam, "Bo")
    url = reverse("people:act-on-ticked", args=["delete"])

    asked = client.post(url, {"person": [maria.pk, theirs.pk]})
    assert Person.objects.present().count() == 2
    assert "Delete" in asked.text

    done = client.post(url, {"person": [maria.pk, theirs.pk], "sure": "yes"}, follow=True)
    assert list(Person.objects.present()) == [theirs]
    assert theirs.name in done.text


def test_a_persons_page_has_its_four_tabs(client, maria):
    page = maria.get_absolute_url()

    assert "Nordwind" in client.get(page).text
    assert "Met in Malmö." in client.get(page).text
    for tab in ("engagement", "history", "tasks"):
        assert f"tab={tab}" in client.get(page).text
        assert client.get(page, {"tab": tab}).status_code == 200
