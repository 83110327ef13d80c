"""The people in a campaign: who is where and why, and what is done with them."""

from dataclasses import replace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import Organisation, Undo
from campaigns.acting import ACTIONS
from campaigns.engine import advance
from campaigns.models import Enrollment, State
from emails.models import Email, Status
from tests.campaigns.happenings import arrive
from tests.factories import (
    make_campaign,
    make_email,
    make_enrollment,
    make_identity,
    make_person,
    make_step,
    make_turn,
    make_user,
    start_campaign,
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
    assert "Only somebody who is no success yet can be marked as one." in said(answer)


def test_the_last_email_that_arrived_counts_as_the_success_and_no_more_after_undo(
    client, rita, campaign
):
    make_identity(rita)
    enrollment = enroll(campaign)
    emails = [make_email(rita, status) for status in (Status.DELIVERED, Status.DELIVERED)]
    emails.append(make_email(rita, Status.SCHEDULED))
    for day, email in enumerate(emails, start=1):
        make_turn(enrollment, make_step(campaign, day=day), email=email)

    def successes():
        return list(rita.emails.exclude(succeeded_at=None).values_list("pk", flat=True))

    act(client, campaign, "succeed", enrollment)
    assert successes() == [emails[1].pk]
    assert emails[1].transitions.get(cause="succeed").by == rita
    client.post(reverse("undo", args=[Undo.objects.latest("pk").pk]), headers=HTMX)
    assert successes() == []


def test_an_email_that_was_a_success_already_stays_one_after_undo(client, rita, campaign):
    make_identity(rita)
    email = make_email(rita, Status.DELIVERED)
    email.succeed(by=rita)
    enrollment = enroll(campaign)
    make_turn(enrollment, make_step(campaign), email=email)
    act(client, campaign, "succeed", enrollment)
    client.post(reverse("undo", args=[Undo.objects.latest("pk").pk]), headers=HTMX)
    enrollment.refresh_from_db()
    email.refresh_from_db()
    assert (enrollment.succeeded_at, email.succeeded_at is None) == (None, False)


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


def test_removing_can_be_taken_back(client, campaign):
    enrollment = enroll(campaign)
    act(client, campaign, "remove", enrollment)
    client.post(reverse("undo", args=[Undo.objects.get().pk]))
    enrollment.refresh_from_db()
    assert enrollment.state == State.ACTIVE


def test_all_of_a_list_are_meant_when_they_are_ticked(client, campaign):
    active = [enroll(campaign) for _ in range(3)]
    odd = enroll(campaign, state=State.ATTENTION, hitch="failed")
    answer = act(client, campaign, "remove", all="yes", query="state=active")
    left = Enrollment.objects.open()
    assert [each.pk for each in left] == [odd.pk]
    assert "3 people were removed: nothing more is sent to them." in said(answer)
    assert len(active) == 3


@pytest.mark.parametrize("count", [1, 3])
def test_removing_is_taken_back(client, campaign, count):
    chosen = [enroll(campaign, state=State.PAUSED) for _ in range(count)]
    answer = act(client, campaign, "remove", *chosen)
    assert Enrollment.objects.open().count() == 0
    undo = reverse("undo", args=[Undo.objects.latest("pk").pk])
    assert undo in answer.text + str(answer.headers)

    client.post(undo, headers=HTMX)

    back = Enrollment.objects.open().in_state(State.PAUSED)
    assert sorted(each.pk for each in back) == [each.pk for each in chosen]


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


def test_many_are_paused_and_go_on_in_as_few_queries_as_few(client, campaign):
    make_step(campaign)
    for count in range(12):
        enroll(campaign, f"P{count}")
    while advance():
        pass
    ways, counts = list(campaign.enrollments.order_by("pk")), {}

    for action in ("pause", "resume"):
        for some in (ways[:2], ways[2:]):
            with CaptureQueriesContext(connection) as queries:
                act(client, campaign, action, *some)
            counts.setdefault(action, []).append(len(queries))
        held = set(Email.objects.values_list("on_hold", flat=True))
        assert held == {action == "pause"}
        assert {each.state for each in campaign.enrollments.all()} == (
            {State.PAUSED} if action == "pause" else {State.ACTIVE}
        )

    assert counts["pause"][1] <= counts["pause"][0]
    assert counts["resume"][1] <= counts["resume"][0]


def test_undo_of_a_pause_lets_those_go_on_who_are_still_paused(client, rita, campaign):
    make_step(campaign)
    ways = [enroll(campaign, name) for name in ("Maria", "Jonas")]
    while advance():
        pass
    act(client, campaign, "pause", *ways)
    act(client, campaign, "remove", ways[0])

    assert Undo.objects.filter(action="campaigns.pause").get().use() == "Undone for 1 person."

    ways[1].refresh_from_db()
    assert ways[1].state == State.ACTIVE
    assert [email.on_hold for email in Email.objects.in_folder(Status.SCHEDULED)] == [False]


def test_what_is_done_one_by_one_names_its_limit(client, campaign, monkeypatch):
    monkeypatch.setitem(ACTIONS, "skip", replace(ACTIONS["skip"], most=1))
    make_step(campaign)
    ways = [enroll(campaign, name) for name in ("Maria", "Jonas")]

    answer = act(client, campaign, "skip", *ways)

    assert answer.status_code == 409
    assert "At most 1 people can be changed at once. Narrow the list first." in said(answer)


def test_the_tabs_take_as_many_queries_for_many_people_as_for_few(client, rita):
    make_identity(rita)
    counts = []
    for count in (3, 30):
        campaign = make_campaign(rita, f"With {count}")
        make_step(campaign)
        make_step(campaign, "call", day=2)
        people = [make_person(rita, f"P{count} {number}") for number in range(count)]
        start_campaign(campaign, *people)
        while advance():
            pass
        for email in Email.objects.of_campaign(campaign.pk)[: count // 2]:
            arrive(email)
        while advance():
            pass
        taken = []
        for tab in ("campaign", "people", "tasks", "emails", "settings", "add", "add-start"):
            with CaptureQueriesContext(connection) as queries:
                assert (
                    client.get(reverse(f"campaigns:{tab}", args=[campaign.pk])).status_code == 200
                )
            taken.append((tab, len(queries)))
        counts.append(taken[1:])  # the first page of all reads what is kept from then on

    assert counts[0] == counts[1]
