"""Taking people out of campaigns: from their page, from lists, from a group, from emails in Sent."""

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import UndoRefused
from campaigns.engine import advance
from campaigns.leaving.removing import remove
from campaigns.models import Because, Campaign, Enrollment, State
from emails.models import Email, Status
from emails.tracking.rewriting import unsubscribe_url
from prospects import consent
from prospects.models import Group, Person
from tasks.models import Task
from tests.campaigns.happenings import arrive
from tests.factories import (
    make_attempt,
    make_campaign,
    make_identity,
    make_person,
    make_step,
    make_user,
    start_campaign,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def rita():
    rita = make_user("Rita Rep")
    make_identity(rita)
    return rita


@pytest.fixture
def campaign(rita):
    campaign = make_campaign(rita)
    make_step(campaign)
    make_step(campaign, day=3)
    return campaign


@pytest.fixture
def anna(rita):
    return make_person(rita, "Anna")


@pytest.fixture
def way(campaign, anna) -> Enrollment:
    """Anna's, whose first email waits."""
    start_campaign(campaign, anna)
    advance()
    return Enrollment.objects.get()


def text(response) -> str:
    return " ".join(response.content.decode().split())


def all_of(user):
    return Enrollment.objects.open().seen_by(user)


def take_out(client, name="take-out", **told):
    url = reverse(f"campaigns:{name}")
    return client.post(url, {"sure": "yes"} | told, follow=True)


# What becomes of it -----------------------------------------------------------------------------


def test_nothing_more_is_sent_to_whoever_is_removed(client, rita, way):
    url = reverse("campaigns:leave", args=[way.pk])

    response = client.post(url, follow=True)

    said = "1 person was removed from “Q1 rollout”. Nothing more is sent to them by it."
    assert said in text(response)
    way.refresh_from_db()
    assert (way.state, way.because, way.ended_by) == (State.ENDED, Because.REMOVED, rita)
    assert not Email.objects.due().exists()


def test_undo_lets_it_wait_again_as_it_did(rita, way):
    email = way.turns.get().email
    when = email.send_at

    assert remove(all_of(rita), rita).undo.use() == "Undone: 1 person is in the campaign again."

    way.refresh_from_db()
    email.refresh_from_db()
    assert (way.state, way.because, way.ended_at) == (State.ACTIVE, "", None)
    assert (email.status, email.send_at, email.removed_at) == (Status.SCHEDULED, when, None)


def test_after_undo_it_goes_on_to_the_next_step(rita, way):
    remove(all_of(rita), rita).undo.use()

    arrive(Email.objects.get())
    advance()

    assert Enrollment.objects.get().turns.count() == 2


def test_a_task_is_off_the_list_and_on_it_again(rita, anna):
    campaign = make_campaign(rita)
    make_step(campaign, "call")
    start_campaign(campaign, anna)
    advance()

    removed = remove(all_of(rita), rita)
    assert not Task.objects.open().exists()

    removed.undo.use()
    assert Task.objects.open().count() == 1


@pytest.mark.parametrize("state", [State.PAUSED, State.ACTIVE])
def test_undo_leaves_paused_what_was_paused(rita, way, state):
    if state == State.PAUSED:
        way.pause(by=rita)

    remove(all_of(rita), rita).undo.use()

    way.refresh_from_db()
    assert way.state == state
    assert Email.objects.get().on_hold == (state == State.PAUSED)


def test_what_is_on_its_way_already_is_said_and_not_taken_back(rita, way):
    make_attempt(way.turns.get().email)

    removed = remove(all_of(rita), rita)

    assert "1 email is on its way to the server already." in removed.sentence
    assert "Nothing more is sent" not in removed.sentence
    with pytest.raises(UndoRefused):
        removed.undo.use()


def test_undo_leaves_out_who_has_unsubscribed_since(rita, way, anna):
    removed = remove(all_of(rita), rita)
    consent.unsubscribe([anna.pk], by=rita)

    with pytest.raises(UndoRefused):
        removed.undo.use()

    assert Email.objects.in_folder(Status.SCHEDULED).count() == 0


def test_undo_leaves_out_who_was_added_again_since(rita, campaign, way, anna):
    removed = remove(all_of(rita), rita)
    Enrollment.objects.create(campaign=campaign, person=anna, owner=rita, starts_at=timezone.now())

    with pytest.raises(UndoRefused):
        removed.undo.use()

    assert Enrollment.objects.open().count() == 1


# From where -------------------------------------------------------------------------------------


def test_ticked_people_leave_the_chosen_campaign_alone(client, rita, campaign, way, anna):
    other = make_campaign(rita, "Cold DACH")
    make_step(other)
    start_campaign(other, anna)

    take_out(client, person=[anna.pk], campaign=campaign.pk)

    assert [one.campaign for one in Enrollment.objects.open()] == [other]


def test_without_a_choice_they_leave_whatever_they_are_in(client, rita, way, anna):
    other = make_campaign(rita, "Cold DACH")
    make_step(other)
    start_campaign(other, anna)

    response = take_out(client, person=[anna.pk])

    assert not Enrollment.objects.open().exists()
    assert "2 removals from 2 campaigns." in text(response)


def test_a_group_leaves(client, rita, campaign, way, anna):
    bo = make_person(rita, "Bo")
    start_campaign(campaign, bo)
    group = Group.objects.create(owner=rita, name="Hot")
    group.add([anna])

    take_out(client, group=group.pk, campaign=campaign.pk)

    assert [one.person for one in Enrollment.objects.open()] == [bo]


def test_it_asks_first_and_says_how_many(client, campaign, way, anna):
    url = reverse("campaigns:take-out")

    response = client.post(url, {"person": [anna.pk], "campaign": campaign.pk})

    assert "Remove 1 person from the campaign?" in text(response)
    assert Enrollment.objects.open().exists()


def test_nobody_in_a_campaign_is_said(client, rita):
    response = take_out(client, person=[make_person(rita).pk])

    assert "None of them is in a campaign that you may take them out of." in text(response)


def test_ticked_emails_in_sent_take_their_people_out(client, rita, campaign, way):
    other = make_person(rita, "Bo")
    start_campaign(campaign, other)
    advance()
    sent = Email.objects.get(person=way.person)
    arrive(sent)
    advance()

    response = take_out(client, "take-out-of-emails", email=[sent.pk])

    assert "1 person was removed from “Q1 rollout”." in text(response)
    assert [one.person for one in Enrollment.objects.open()] == [other]


def test_all_emails_that_a_search_finds_take_their_people_out(client, rita, campaign, way):
    bo, cilla = make_person(rita, "Bo"), make_person(rita, "Cilla")
    start_campaign(campaign, bo, cilla)
    advance()

    told = {"all": "yes", "query": "q=-name:cilla&of=emails", "email": []}
    response = take_out(client, "take-out-of-emails", **told)

    assert "2 people were removed from “Q1 rollout”." in text(response)
    assert [one.person for one in Enrollment.objects.open()] == [cilla]


def test_the_bar_of_sent_offers_it_and_other_folders_do_not(client, rita, way):
    email = Email.objects.get()
    arrive(email)
    advance()

    assert "Remove from campaign" in text(client.get("/emails/sent/delivered/"))
    assert "Remove from campaign" not in text(client.get("/emails/pending/scheduled/"))


def test_a_colleagues_people_are_not_there(client, rita, anna):
    sam = make_user("Sam")
    theirs = make_campaign(sam)
    make_step(theirs)
    start_campaign(theirs, anna)
    way = Enrollment.objects.get()

    assert client.post(reverse("campaigns:leave", args=[way.pk])).status_code == 404
    take_out(client, person=[anna.pk])

    assert Enrollment.objects.open().count() == 1


def test_five_thousand_leave_in_few_queries(rita, campaign, django_assert_max_num_queries):
    people = [
        Person(owner=rita, first_name=f"P{n}", email=f"p{n}@kund{n}.example", sort_name=f"p{n}")
        for n in range(5000)
    ]
    Person.objects.bulk_create(people, batch_size=1000)
    start_campaign(campaign, *people)
    while advance():
        pass

    with django_assert_max_num_queries(60):
        removed = remove(all_of(rita), rita)
    assert removed.ended.withdrawn == 5000
    with django_assert_max_num_queries(80):
        removed.undo.use()
    assert Email.objects.in_folder(Status.SCHEDULED).count() == 5000


# Elsewhere --------------------------------------------------------------------------------------


def test_unsubscribing_by_the_page_ends_the_campaign_at_once(client, way):
    first = Email.objects.get()
    arrive(first)
    advance()
    client.logout()

    client.post(unsubscribe_url(first.pk), {"List-Unsubscribe": "One-Click"})

    way.refresh_from_db()
    assert (way.state, way.because) == (State.ENDED, Because.UNSUBSCRIBED)
    second = Email.objects.exclude(pk=first.pk).get()
    assert second.removed_at
    assert second.status != Status.FAILED


def delete(client, *people):
    url = reverse("people:act-on-ticked", args=["delete"])
    told = {"person": [person.pk for person in people], "sure": "yes"}
    return client.post(url, told, follow=True)


def test_who_is_in_a_campaign_is_not_deleted_and_the_others_are(client, rita, way, anna):
    bo = make_person(rita, "Bo")

    said = text(delete(client, anna, bo))

    assert "1 person was deleted." in said
    assert (
        "Anna Sandberg is in the campaign “Q1 rollout” and was not deleted. Remove them from it"
        " first." in said
    )
    anna.refresh_from_db()
    assert anna.removed_at is None


def test_of_a_colleagues_private_campaign_only_the_owner_is_named(client, rita, anna):
    sam = make_user("Sam")
    theirs = make_campaign(sam, "Secret plan")
    make_step(theirs)
    start_campaign(theirs, anna)

    said = text(delete(client, anna))

    assert "Anna Sandberg is in a campaign of Sam’s and was not deleted." in said
    assert "Secret plan" not in said


def test_once_it_is_over_they_can_be_deleted(client, rita, way, anna):
    remove(all_of(rita), rita)

    assert "1 person was deleted." in text(delete(client, anna))


def test_a_campaign_email_is_not_deleted_and_says_what_to_do(client, way):
    email = Email.objects.get()
    url = reverse("emails:act-on-ticked", args=["pending/scheduled", "delete"])

    said = text(client.post(url, {"email": [email.pk]}, follow=True))

    assert "It belongs to the campaign “Q1 rollout”. Remove" in said
    assert Email.objects.in_folder(Status.SCHEDULED).count() == 1


def test_scheduled_shows_the_next_email_alone_with_its_campaign(client, way):
    said = text(client.get("/emails/pending/scheduled/"))

    assert said.count('data-status="scheduled"') == 1
    assert "Q1 rollout</span>" in said


def test_an_open_email_leads_to_its_campaign(client, campaign, way):
    email = Email.objects.get()

    said = text(client.get(reverse("emails:email", args=[email.pk])))

    assert f'href="{campaign.get_absolute_url()}"' in said


# On people --------------------------------------------------------------------------------------


def test_history_tells_where_somebody_is_and_was(client, rita, way, anna):
    remove(all_of(rita), rita)
    other = make_campaign(rita, "Cold DACH")
    make_step(other)
    start_campaign(other, anna)

    said = text(client.get(anna.get_absolute_url(), {"tab": "history"}))

    assert "removed by hand" in said
    assert "Cold DACH" in said
    assert said.count("Remove from “") == 1


def test_about_tells_the_current_campaign_and_its_step(client, way, anna):
    said = text(client.get(anna.get_absolute_url()))

    assert "step 1 of 2" in said
    assert "Q1 rollout" in said


def test_the_columns_of_people_take_few_queries(
    client, rita, campaign, django_assert_max_num_queries
):
    people = [make_person(rita) for _ in range(40)]
    start_campaign(campaign, *people)
    rita.tables = {"people": {"columns": ["first_name", "campaign", "campaigns"]}}
    rita.save()
    client.get("/people/")

    with django_assert_max_num_queries(35):
        said = text(client.get("/people/"))

    assert said.count("Q1 rollout</span></a>") == 40


def test_the_name_of_a_private_campaign_stays_its_owners(client, rita, anna):
    sam = make_user("Sam")
    theirs = make_campaign(sam, "Secret plan")
    make_step(theirs)
    start_campaign(theirs, anna)

    for address in ("/people/", anna.get_absolute_url(), f"{anna.get_absolute_url()}?tab=history"):
        said = text(client.get(address))
        assert "Secret plan" not in said
        assert "a campaign of Sam’s" in said


def test_menus_offer_only_campaigns_that_the_user_may_use(client, rita, campaign, anna):
    make_campaign(make_user("Sam"), "Secret plan")
    Campaign.objects.create(owner=rita, name="Gone", removed_at=timezone.now())

    said = text(client.get(anna.get_absolute_url()))

    assert f'<option value="{campaign.pk}">' in said
    assert "Secret plan" not in said
    assert "Gone" not in said
