"""The people in a campaign: who is where and why, and what is done with them."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import Organisation, Undo
from campaigns.models import Enrollment, State
from emails.models import Status
from tests.factories import (
    make_email,
    make_enrollment,
    make_identity,
    make_person,
    make_step,
    make_turn,
    make_user,
)

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def at(campaign):
    return reverse("campaigns:people", args=[campaign.pk])


def enroll(campaign, name="", **fields):
    return make_enrollment(campaign, make_person(campaign.owner, name), **fields)


def names(response):
    return sorted(row.enrollment.person.first_name for row in response.context["rows"])


def act(client, campaign, action, *enrollments, **posted):
    url = reverse("campaigns:act", args=[campaign.pk, action])
    told = {"enrollment": [each.pk for each in enrollments], "sure": "yes"} | posted
    return client.post(url, told, headers=HTMX)


def said(answer):
    return " ".join(answer.text.split())


# Who is listed --------------------------------------------------------------------------------


def test_state_step_and_words_narrow_the_list_with_exact_counts(client, campaign, at):
    step = make_step(campaign)
    make_turn(enroll(campaign, "Maria"), step)
    enroll(campaign, "Jonas", state=State.ATTENTION, hitch="failed")
    enroll(campaign, "Priya", state=State.COMPLETED, ended_at=timezone.now())

    page = client.get(at)
    assert names(page) == ["Jonas", "Maria", "Priya"]
    assert page.context["counts"] == {
        "active": 1, "paused": 0, "attention": 1, "completed": 1, "ended": 0,
    }  # fmt: skip
    assert names(client.get(f"{at}?state=attention")) == ["Jonas"]
    assert names(client.get(f"{at}?step={step.pk}")) == ["Maria"]
    assert names(client.get(f"{at}?words=priya")) == ["Priya"]
    assert names(client.get(f"{at}?state=x&step=999999&words=%00")) == names(page)


def test_a_row_says_why_and_what_comes_next(client, rita, campaign, at):
    make_identity(rita)
    step = make_step(campaign, subject="Prices")
    failed = enroll(campaign, "Jonas", state=State.ATTENTION, hitch="failed")
    email = make_email(rita, Status.FAILED)
    rita.emails.filter(pk=email.pk).update(reason="too_late")
    make_turn(failed, step, email=email)
    enroll(campaign, "Maria", state=State.ENDED, because="replied", ended_at=timezone.now())
    make_turn(enroll(campaign, "Priya"), step, email=make_email(rita, Status.SCHEDULED))

    told = {row.enrollment.person.first_name: row for row in client.get(at).context["rows"]}

    assert told["Jonas"].why.startswith("Nothing could send it for longer")
    assert (told["Maria"].why, told["Maria"].due) == ("replied", None)
    assert (told["Priya"].step, told["Priya"].why) == ("Prices", "its email is scheduled")
    assert told["Priya"].due == told["Priya"].turn.email.send_at
    offered = {name: [action.name for action in row.actions] for name, row in told.items()}
    assert offered["Jonas"] == ["retry", "skip", "succeed", "remove"]
    assert offered["Maria"] == ["succeed"]
    assert offered["Priya"] == ["skip", "pause", "succeed", "remove"]


def test_more_people_take_no_more_queries(client, rita, campaign, at):
    make_identity(rita)
    step = make_step(campaign)

    def queries():
        with CaptureQueriesContext(connection) as told:
            client.get(at)
        return len(told)

    make_turn(enroll(campaign), step, email=make_email(rita, Status.SCHEDULED))
    client.get(at)
    few = queries()
    for _ in range(6):
        make_turn(enroll(campaign), step, email=make_email(rita, Status.SCHEDULED))
    assert queries() == few


def test_colleagues_see_their_own_people_and_the_owner_all_that_they_may_see(
    client, rita, sam, north, campaign, at
):
    campaign.share([north])
    enroll(campaign, "Mine")
    make_enrollment(campaign, make_person(sam, "Theirs"), owner=sam)

    assert names(client.get(at)) == ["Mine", "Theirs"]
    organisation = Organisation.current()
    organisation.everybody_sees_people = False
    organisation.save()
    assert names(client.get(at)) == ["Mine"]
    client.force_login(sam)
    assert names(client.get(at)) == ["Theirs"]
    client.force_login(make_user("Ada", role="admin"))
    assert names(client.get(at)) == ["Mine", "Theirs"]


def test_an_empty_list_leads_to_the_next_step(client, campaign, at):
    assert "a campaign without a step does nothing" in client.get(at).text
    make_step(campaign)
    text = client.get(at).text
    assert "Add people or groups: each goes through the steps" in text
    assert "Nobody here matches" in client.get(f"{at}?words=zebra").text


# What is done ---------------------------------------------------------------------------------


def test_people_are_marked_as_a_success_and_that_is_taken_back(client, campaign):
    one, two = enroll(campaign, "Maria"), enroll(campaign, "Jonas")
    act(client, campaign, "succeed", one)
    answer = act(client, campaign, "succeed", one, two)
    assert "Jonas Sandberg is marked as a success." in said(answer)
    client.post(reverse("undo", args=[Undo.objects.latest("pk").pk]), headers=HTMX)
    marked = Enrollment.objects.exclude(succeeded_at=None)
    assert [each.pk for each in marked] == [one.pk]
    answer = act(client, campaign, "succeed", one)
    assert "They are marked as a success already." in said(answer)


def test_what_cannot_be_done_with_one_leaves_that_one_out_and_says_why(client, campaign):
    fine = enroll(campaign, "Maria")
    odd = enroll(campaign, "Jonas", state=State.COMPLETED, ended_at=timezone.now())
    text = said(act(client, campaign, "pause", fine, odd))
    assert "Maria Sandberg is paused." in text and "1 was left out." in text
    fine.refresh_from_db()
    assert fine.state == State.PAUSED
    client.post(reverse("undo", args=[Undo.objects.latest("pk").pk]), headers=HTMX)
    fine.refresh_from_db()
    assert fine.state == State.ACTIVE


def test_removing_asks_where_no_script_can(client, campaign):
    enrollment = enroll(campaign)
    url = reverse("campaigns:act", args=[campaign.pk, "remove"])
    page = client.post(url, {"enrollment": [enrollment.pk]})
    assert "Remove them from the campaign?" in page.text and "1 person." in page.text
    assert f'name="enrollment" value="{enrollment.pk}"' in page.text
    client.post(url, {"enrollment": [enrollment.pk], "sure": "yes"})
    enrollment.refresh_from_db()
    assert (enrollment.state, enrollment.because) == ("ended", "removed")


def test_all_of_a_list_are_meant_when_they_are_ticked(client, campaign):
    active = [enroll(campaign) for _ in range(3)]
    odd = enroll(campaign, state=State.ATTENTION, hitch="failed")
    answer = act(client, campaign, "remove", all="yes", query="state=active")
    left = Enrollment.objects.open()
    assert [each.pk for each in left] == [odd.pk]
    assert "3 people were removed: nothing more is sent to them." in said(answer)
    assert len(active) == 3


def test_nobody_ticked_is_said_and_changes_nothing(client, campaign):
    enroll(campaign)
    assert "Tick the people first." in said(act(client, campaign, "remove"))
    assert Enrollment.objects.open().count() == 1


def test_a_move_needs_the_step_that_is_next(client, campaign):
    answer = act(client, campaign, "move", enroll(campaign), step="x")
    assert answer.status_code == 409
    assert "Choose the step that they move to." in answer.text


def test_nobody_acts_on_the_people_of_a_colleague(client, rita, sam, north, campaign):
    campaign.share([north])
    enrollment = enroll(campaign)
    client.force_login(sam)
    act(client, campaign, "remove", enrollment)
    assert Enrollment.objects.open().count() == 1
    client.force_login(make_user("Stranger"))
    assert act(client, campaign, "remove", enrollment).status_code == 404


def test_an_unknown_action_is_not_there(client, campaign):
    at = reverse("campaigns:people", args=[campaign.pk])
    assert client.post(f"{at}sing/", {"enrollment": [enroll(campaign).pk]}).status_code == 404
