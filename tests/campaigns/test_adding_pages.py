"""The pages on which people are added to a campaign."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Undo
from campaigns.models import Enrollment, Launch, State
from prospects import consent
from prospects.models import Group
from tests.factories import (
    make_campaign,
    make_identity,
    make_launch,
    make_person,
    make_step,
    make_user,
    start_campaign,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def rita():
    rita = make_user("Rita Rep", undo_seconds=10)
    make_identity(rita)
    return rita


@pytest.fixture
def campaign(rita):
    campaign = make_campaign(rita)
    make_step(campaign)
    return campaign


@pytest.fixture
def anna(rita):
    return make_person(rita, "Anna")


def page(client, name, campaign, **query):
    return client.get(reverse(f"campaigns:{name}", args=[campaign.pk], query=query))


def post(client, name, campaign, **told):
    return client.post(reverse(f"campaigns:{name}", args=[campaign.pk]), told, follow=True)


def text(response) -> str:
    return " ".join(response.content.decode().split())


def names(campaign) -> set[str]:
    drafts = Launch.objects.drafts().filter(campaign=campaign)
    return {one.person.first_name for draft in drafts for one in draft.people.for_list()}


# The list ---------------------------------------------------------------------------------------


def test_an_empty_list_says_what_to_do_and_nothing_is_begun_by_looking(client, campaign):
    response = page(client, "add", campaign)

    assert "Say who is to go through this campaign" in text(response)
    assert not Launch.objects.exists()


def test_addresses_names_and_groups_are_typed(client, rita, campaign, anna):
    group = Group.objects.create(owner=rita, name="Hot")
    group.add([make_person(rita, "Bo")])

    response = post(client, "add", campaign, add=f"Anna <{anna.email}>, Hot")

    assert "2 people are on the list now." in text(response)
    assert names(campaign) == {"Anna", "Bo"}


def test_whom_nobody_knows_is_named_and_the_others_are_added(client, campaign, anna):
    response = post(client, "add", campaign, add="", paste=f"{anna.email}\nnobody@x.example\n@")

    assert response.status_code == 422
    assert "nobody@x.example is not among your people" in text(response)
    assert names(campaign) == {"Anna"}


def test_what_cannot_be_added_stays_where_it_was_typed(client, campaign):
    response = post(client, "add", campaign, add="Mara Sand", paste="nobody@x.example")
    assert 'value="Mara Sand"' in response.text
    assert ">nobody@x.example</textarea>" in response.text


def test_ticked_people_come_from_other_pages(client, rita, campaign, anna):
    url = reverse("campaigns:add-chosen")
    response = client.post(url, {"campaign": campaign.pk, "person": [anna.pk]}, follow=True)

    assert response.redirect_chain[-1][0] == reverse("campaigns:add", args=[campaign.pk])
    assert names(campaign) == {"Anna"}


def test_a_group_comes_whole_and_without_whom_one_may_not_see(client, rita, campaign, anna):
    group = Group.objects.create(owner=rita, name="Hot")
    group.add([anna, make_person(make_user("Sam"), "Cia")])
    organisation = rita.organisation
    organisation.everybody_sees_people = False
    organisation.save()

    client.post(reverse("campaigns:add-chosen"), {"campaign": campaign.pk, "group": group.pk})

    assert names(campaign) == {"Anna"}


def test_without_a_campaign_it_asks_for_one(client, anna):
    url = reverse("campaigns:add-chosen")
    response = client.post(url, {"campaign": "", "person": [anna.pk]}, follow=True)

    assert "Choose the campaign first." in text(response)


def test_more_than_the_limit_are_refused_with_the_limit_named(client, rita, campaign, settings):
    settings.LIMITS = settings.LIMITS | {"LAUNCH_PEOPLE": 2}
    people = [make_person(rita).pk for _ in range(3)]
    told = {"campaign": campaign.pk, "person": people}

    response = client.post(reverse("campaigns:add-chosen"), told, follow=True)

    assert "2 people can be added at once, and these would be 3." in text(response)
    assert names(campaign) == set()


def test_the_list_says_who_cannot_be_added_and_why(client, rita, campaign, anna):
    bo, cia = make_person(rita, "Bo"), make_person(rita, "Cia")
    start_campaign(campaign, anna, bo)
    Enrollment.objects.filter(person=bo).update(
        state=State.COMPLETED, ended_at=timezone.now(), advance_at=None
    )
    consent.block([cia.email], by=rita)
    make_launch(campaign, anna, bo, cia, make_person(rita, "Dag"))

    said = text(page(client, "add", campaign))

    assert "1 person will be added" in said
    assert "3 cannot be added:" in said
    assert "In it since" in said
    assert "Completed it on" in said
    assert f"{cia.email} must not be mailed: blocked by an admin" in said


def test_who_has_been_through_it_can_be_let_go_again(client, rita, campaign, anna):
    start_campaign(campaign, anna)
    Enrollment.objects.update(state=State.COMPLETED, ended_at=timezone.now(), advance_at=None)
    make_launch(campaign, anna)

    response = post(client, "add-again", campaign, kept="before")

    assert "1 person will be added" in text(response)


def test_one_is_taken_off_the_list_and_put_back_with_their_own_words(client, rita, campaign, anna):
    launch = make_launch(campaign, anna)
    one = launch.people.get()
    one.write("For you", "<p>Dear Anna</p>", common_subject="", common_html="")

    response = post(client, "add-off", campaign, one=one.pk)

    assert "Anna Sandberg: off the list." in text(response)
    assert names(campaign) == set()
    Undo.objects.get().use()
    assert launch.people.get().subject == "For you"


def test_all_who_cannot_be_added_are_taken_off_at_once(client, rita, campaign, anna):
    start_campaign(campaign, anna)
    make_launch(campaign, anna, make_person(rita, "Bo"))

    post(client, "add-off", campaign, kept="in_it")

    assert names(campaign) == {"Bo"}


def test_the_list_of_five_hundred_takes_as_few_queries_as_one_of_fifty(
    client, rita, campaign, django_assert_max_num_queries
):
    make_launch(campaign, *(make_person(rita) for _ in range(120)))
    page(client, "add", campaign)

    with django_assert_max_num_queries(35):
        page(client, "add", campaign)


# The first email --------------------------------------------------------------------------------


def test_the_first_email_is_shown_as_each_reads_it(client, rita, campaign, anna):
    launch = make_launch(campaign, anna)

    said = text(page(client, "add-email", campaign))
    body = text(page(client, "add-text", campaign, person=launch.people.get().pk))

    assert "As Anna Sandberg reads it" in said
    assert "Hi Anna, as promised." in body


def test_an_empty_field_is_named_with_what_comes_of_it(client, rita, anna):
    campaign = make_campaign(rita)
    make_step(campaign, html="<p>At {{title}}</p>")
    make_launch(campaign, anna)

    said = text(page(client, "add-email", campaign))

    assert "empty for Anna, and there is no default." in said
    assert "It cannot be sent, and they will need your attention." in said


def test_a_prompt_becomes_a_task(client, rita, anna):
    campaign = make_campaign(rita)
    make_step(campaign, html="<p>{{! why now }}</p>")
    make_launch(campaign, anna)

    said = text(page(client, "add-start", campaign))

    assert "1 first email cannot go as it is" in said
    assert "It becomes a task: you write it before it goes." in said


def test_one_of_them_gets_words_of_their_own(client, rita, campaign, anna):
    launch = make_launch(campaign, anna, make_person(rita, "Bo"))
    one = launch.people.of_people([anna.pk]).get()
    told = {"person": one.pk, "subject": "For {{first_name}}", "html": "<p>Dear Anna</p>"}

    response = post(client, "add-write", campaign, **told)

    assert "For Anna" in text(response)
    one.refresh_from_db()
    assert (one.subject, one.html) == ("For {{first_name}}", "<p>Dear Anna</p>")
    assert [each.is_edited for each in launch.people.in_order()] == [True, False]


def test_what_is_the_same_for_all_is_nobodys_own(client, rita, campaign, anna):
    one = make_launch(campaign, anna).people.get()
    step = campaign.steps.get()

    post(client, "add-write", campaign, person=one.pk, subject=step.subject, html=step.html)

    one.refresh_from_db()
    assert not one.is_edited


def test_a_wrong_subject_is_said_beside_it_and_nothing_is_lost(client, rita, campaign, anna):
    one = make_launch(campaign, anna).people.get()
    told = {"person": one.pk, "subject": "x" * 501, "html": "<p>Dear Anna</p>"}

    response = post(client, "add-write", campaign, **told)

    assert response.status_code == 422
    assert "A subject has at most 500 characters" in text(response)
    assert "Dear Anna" in text(response)


def test_what_is_typed_is_kept_by_itself(client, rita, campaign, anna):
    one = make_launch(campaign, anna).people.get()
    told = {"person": one.pk, "subject": "Yours", "html": "<p>Dear Anna</p>"}

    assert "Saved" in text(post(client, "add-keep", campaign, **told))

    one.refresh_from_db()
    assert one.subject == "Yours"


def test_own_words_are_taken_back_and_had_back(client, rita, campaign, anna):
    one = make_launch(campaign, anna).people.get()
    one.write("Yours", "<p>Dear</p>", common_subject="", common_html="")

    post(client, "add-reset", campaign, person=one.pk)

    one.refresh_from_db()
    assert not one.is_edited
    Undo.objects.get().use()
    one.refresh_from_db()
    assert one.subject == "Yours"


def test_a_campaign_that_begins_with_a_task_says_which(client, rita, anna):
    campaign = make_campaign(rita)
    make_step(campaign, "call", name="Ask about the site")
    make_launch(campaign, anna)

    said = text(page(client, "add-email", campaign))

    assert "They begin with a task for you:" in said
    assert "Ask about the site" in said


# The start --------------------------------------------------------------------------------------


def start(client, campaign, **told):
    review = page(client, "add-start", campaign).context["review"]
    identity = campaign.owner.identities.get().pk
    return post(
        client, "add-start", campaign, **({"seen": review.seen, "identity": identity} | told)
    )


def test_the_start_says_how_many_and_undo_takes_it_back(client, rita, campaign, anna):
    make_launch(campaign, anna)

    response = start(client, campaign)

    assert "1 person was added to “Q1 rollout”" in text(response)
    way = Enrollment.objects.get()
    assert timezone.now() < way.starts_at <= timezone.now() + timedelta(seconds=10)
    Undo.objects.get().use()
    assert not Enrollment.objects.exists()


def test_they_begin_at_the_time_that_is_chosen(client, rita, campaign, anna):
    make_launch(campaign, anna)
    day = (timezone.now() + timedelta(days=3)).date()

    start(client, campaign, date=f"{day}", time="08:15", zone="Europe/Stockholm")

    launch = Launch.objects.get()
    assert launch.start_wall == f"{day}T08:15"
    assert Enrollment.objects.get().starts_at == launch.wall.instant


@pytest.mark.parametrize(
    ("told", "sentence"),
    [
        ({"date": "2020-01-01", "time": "08:00"}, "That is past"),
        ({"date": "", "time": "08:00"}, "Choose a day as well."),
        ({"date": "2099-01-01", "time": ""}, "Choose a time as well."),
        ({"date": "2099-01-01", "time": "08:00"}, "That is more than a year away."),
        ({"zone": "Nowhere/Land"}, "time zone"),
    ],
)
def test_a_wrong_time_is_said_and_nobody_begins(client, rita, campaign, anna, told, sentence):
    make_launch(campaign, anna)

    response = start(client, campaign, **told)

    assert response.status_code == 422
    assert sentence in text(response)
    assert not Enrollment.objects.exists()


def test_a_campaign_without_a_step_is_refused_in_words(client, rita, anna):
    campaign = make_campaign(rita)
    make_launch(campaign, anna)

    response = start(client, campaign)

    assert response.status_code == 409
    assert "“Q1 rollout” has no step yet. Give it one first." in text(response)
    assert not Enrollment.objects.exists()


def test_what_has_changed_since_it_was_seen_is_not_started(client, rita, campaign, anna):
    launch = make_launch(campaign, anna)
    seen = page(client, "add-start", campaign).context["review"].seen
    make_launch(campaign, make_person(rita, "Bo"))

    response = start(client, campaign, seen=seen)

    assert "Something has changed since you looked at it." in text(response)
    launch.refresh_from_db()
    assert launch.is_draft


def test_pressed_twice_it_says_what_became_of_the_first(client, rita, campaign, anna):
    make_launch(campaign, anna)
    start(client, campaign)

    response = start(client, campaign)

    assert Enrollment.objects.count() == 1
    assert "Nobody is on the list yet" in text(response)


def test_the_days_limit_is_named_where_the_first_emails_pass_it(
    client, rita, campaign, anna, settings
):
    settings.LIMITS = settings.LIMITS | {"EMAILS_PER_DAY": 1}
    make_launch(campaign, anna, make_person(rita, "Bo"))

    said = text(page(client, "add-start", campaign))

    assert "the rest goes the next day" in said


def test_who_was_left_out_stands_on_the_page_of_the_result(client, rita, campaign, anna):
    bo = make_person(rita, "Bo")
    start_campaign(campaign, anna)
    make_launch(campaign, anna, bo)

    said = text(start(client, campaign))

    assert "1 person was added to “Q1 rollout”. 1 was left out." in said
    assert "In it already" in said


def test_a_colleagues_list_is_not_there(client, rita, anna):
    sam = make_user("Sam")
    theirs = make_campaign(sam)
    launch = make_launch(theirs, anna)

    for name in ("add", "add-email", "add-text", "add-write", "add-start"):
        assert page(client, name, theirs).status_code == 404
    for name in ("add", "add-off", "add-again", "add-keep", "add-reset", "add-start"):
        assert post(client, name, theirs).status_code == 404
    launch.start(timezone.now())
    assert client.get(reverse("campaigns:launch", args=[launch.pk])).status_code == 404


def test_a_colleague_adds_people_of_their_own_to_a_shared_campaign(client, rita, anna):
    from accounts.models import Team

    sam = make_user("Sam")
    team = Team.objects.create(name="North")
    for one in (rita, sam):
        team.memberships.create(user=one)
    theirs = make_campaign(sam)
    make_step(theirs)
    theirs.share([team])
    make_launch(theirs, anna, by=rita)
    review = page(client, "add-start", theirs).context["review"]

    post(client, "add-start", theirs, seen=review.seen, identity=rita.identities.get().pk)

    assert Enrollment.objects.get().owner == rita
