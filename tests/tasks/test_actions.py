"""What is done with tasks, one by one and many at once, and how it is taken back."""

from datetime import date, datetime, time, timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from accounts.changes import seen_by
from accounts.models import Team, UndoRefused
from prospects.models import Group
from tasks.models import Task, TaskClosed
from tests.factories import make_campaign, make_person, make_task, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def rita(client):
    rita = make_user("Rita Rep", time_zone="Europe/Stockholm")
    client.force_login(rita)
    return rita


def act(client, task, action, **posted):
    return client.post(reverse("tasks:act", args=[task.pk, action]), posted, follow=True)


def act_on(client, action, *tasks, view="today", **posted):
    posted = {"task": [task.pk for task in tasks]} | posted
    return client.post(reverse("tasks:act-on-ticked", args=[view, action]), posted, follow=True)


def undo(client, user):
    last = user.undos.latest("pk")
    return client.post(reverse("undo", args=[last.pk]), follow=True)


def now(task):
    task.refresh_from_db()
    return task


def share(person, owner, *users):
    """Let these users see the person, by a group of a team."""
    team = Team.objects.create(name=f"Team of {person}")
    for user in (owner, *users):
        team.memberships.create(user=user)
    group = Group.objects.create(owner=owner, name="Shared")
    group.add([person])
    group.share([team])


def keep_people_private(owner):
    organisation = owner.organisation
    organisation.everybody_sees_people = False
    organisation.save()


# One ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("action", "status"), [("complete", "complete"), ("skip", "skipped")])
def test_what_is_done_leaves_the_open_lists_and_comes_back_by_undo(client, rita, action, status):
    task = make_task(rita, "Call Maria")
    act(client, task, action)
    assert now(task).status == status
    assert task.closed_by == rita
    assert not rita.tasks.open().exists()

    response = undo(client, rita)
    assert "Undone: the task is as it was." in response.text
    assert now(task).status == "open"
    assert task.closed_at is None


def test_undo_is_offered_again_after_a_reload(client, rita):
    task = make_task(rita, "Call Maria")
    page = reverse("tasks:list", args=["today"])
    client.post(reverse("tasks:act", args=[task.pk, "complete"]), {"next": page})
    client.get(page)
    text = client.get(page).text
    assert "“Call Maria” is done." in text
    assert reverse("undo", args=[rita.undos.get().pk]) in text


def test_undo_is_refused_in_words_once_somebody_has_touched_it(client, rita):
    task = make_task(rita)
    act(client, task, "complete")
    now(task).reopen(by=rita)
    now(task).skip(by=rita)
    response = undo(client, rita)
    assert response.status_code == 409
    assert "Something has changed meanwhile" in response.text
    assert now(task).status == "skipped"


def test_what_a_campaign_has_against_it_is_said(client, rita, monkeypatch):
    task = make_task(rita)
    act(client, task, "complete")

    def refuse(_task):
        raise UndoRefused("The campaign has moved on.")

    monkeypatch.setattr(Task, "_ON_REOPEN", [refuse])
    response = undo(client, rita)
    assert response.status_code == 409
    assert "The campaign has moved on." in response.text
    assert now(task).status == "complete"
    assert "The campaign has moved on." in act(client, task, "reopen").text
    assert now(task).status == "complete"


@pytest.mark.parametrize("status", ["complete", "skip"])
def test_opened_again_and_that_undone_it_is_done_as_it_was(client, rita, status):
    task = make_task(rita)
    at = datetime(2026, 11, 1, 9, tzinfo=rita.zone)
    getattr(task, status)(by=rita, at=at)
    before = task.status
    act(client, task, "reopen")
    assert now(task).is_open
    undo(client, rita)
    assert (now(task).status, task.closed_at) == (before, at)


@pytest.mark.parametrize(
    ("closing", "sentence"),
    [
        (lambda task, by: task.complete(by=by), "“Call back” is done already."),
        (lambda task, by: task.skip(by=by), "“Call back” was skipped already."),
        (lambda task, by: task.remove(), "“Call back” was deleted meanwhile."),
    ],
)
@pytest.mark.parametrize("action", ["complete", "skip", "redate", "reassign"])
def test_who_comes_too_late_is_told_why(client, rita, closing, sentence, action):
    task = make_task(rita)
    closing(task, rita)
    posted = {"when": "tomorrow", "assignee": make_user("Sam").pk}
    response = act(client, task, action, **posted)
    assert response.status_code == 409
    assert sentence in response.text.replace("&quot;", '"')
    assert not rita.undos.exists()


def test_a_verb_of_two_is_done_once(rita):
    task, same = make_task(rita), Task.objects.get()
    task.complete(by=rita)
    with pytest.raises(TaskClosed) as refused:
        same.skip(by=rita)
    assert refused.value.task.status == "complete"


def test_deleted_it_is_nowhere_and_undone_it_is_back(client, rita):
    task = make_task(rita)
    act(client, task, "delete")
    assert not rita.tasks.present().exists()
    assert client.get(task.get_absolute_url()).status_code == 404
    undo(client, rita)
    assert rita.tasks.open().get() == task


def test_a_campaigns_task_is_not_deleted_and_says_what_to_do(client, rita):
    task = make_task(rita, campaign=make_campaign(rita, "Q1 rollout"))
    response = act(client, task, "delete")
    assert response.status_code == 409
    assert "belongs to the campaign Q1 rollout" in response.text
    assert now(task).is_open


# When -----------------------------------------------------------------------------------------

THURSDAY = datetime.fromisoformat("2026-11-26T10:07:00+01:00")


@pytest.mark.parametrize(
    ("posted", "day", "clock"),
    [
        ({"when": "later"}, date(2026, 11, 26), time(12, 15)),
        ({"when": "tomorrow"}, date(2026, 11, 27), time(9)),
        ({"when": "next-week"}, date(2026, 11, 30), time(9)),
        ({"when": "day", "day": "2026-12-24"}, date(2026, 12, 24), time(9)),
        ({"when": "day", "day": "2026-12-24", "clock": "15:30"}, date(2026, 12, 24), time(15, 30)),
    ],
)
def test_snoozed_it_is_due_then_and_undone_as_before(client, rita, posted, day, clock):
    with time_machine.travel(THURSDAY, tick=False):
        task = make_task(rita, day=date(2026, 11, 25), clock=time(9))
        act(client, task, "redate", **posted)
        assert (now(task).day_in(rita.zone), task.clock_in(rita.zone)) == (day, clock)
        undo(client, rita)
        assert (now(task).day_in(rita.zone), task.clock_in(rita.zone)) == (
            date(2026, 11, 25),
            time(9),
        )


def test_without_a_time_it_stays_without_one(client, rita):
    task = make_task(rita)
    act(client, task, "redate", when="tomorrow")
    assert not now(task).has_time
    assert task.due_on == timezone.localdate(timezone=rita.zone) + timedelta(days=1)


def test_late_in_the_evening_later_is_still_today(client, rita):
    with time_machine.travel("2026-11-26T22:40:00+01:00", tick=False):
        task = make_task(rita)
        response = act(client, task, "redate", when="later")
        assert now(task).clock_in(rita.zone) == time(23, 45)
        assert "is due today 23:45." in response.text


def test_snoozed_over_a_change_of_the_clocks_the_wall_time_stays(client, rita):
    with time_machine.travel("2026-10-24T12:00:00+02:00", tick=False):
        task = make_task(rita, clock=time(9))
        act(client, task, "redate", when="tomorrow")
        assert now(task).due_at.isoformat() == "2026-10-25T08:00:00+00:00"


@pytest.mark.parametrize(
    ("posted", "sentence"),
    [
        ({}, "Choose until when."),
        ({"when": "day"}, "Choose a day."),
        ({"when": "day", "day": "31 Feb"}, "“31 Feb” is no day in the calendar."),
        ({"when": "day", "day": "2026-12-01", "clock": "25:00"}, "This is no time of day."),
    ],
)
def test_a_day_that_is_none_gets_a_sentence(client, rita, posted, sentence):
    task = make_task(rita)
    due = task.due_at
    for response in (
        act(client, task, "redate", **posted),
        act_on(client, "redate", task, **posted),
    ):
        assert response.status_code == 409
        assert sentence in response.text
    assert now(task).due_at == due


def test_a_reminder_moves_along_with_its_task(client, rita):
    with time_machine.travel(THURSDAY, tick=False):
        task = make_task(rita, clock=time(15))
        task.remind(timedelta(minutes=10))
        task.keep()
        act(client, task, "redate", when="tomorrow")
        assert now(task).remind_at == task.due_at - timedelta(minutes=10)
        assert task.reminded_at is None


def test_nobody_is_reminded_of_what_is_over(rita):
    with time_machine.travel(THURSDAY, tick=False):
        task = make_task(rita, clock=time(9))
        task.remind(timedelta(minutes=10))
        assert task.reminded_at is not None


def test_a_day_without_a_time_reminds_in_the_morning(rita):
    task = make_task(rita, day=date(2027, 1, 7))
    task.remind(timedelta())
    assert task.remind_at == datetime(2027, 1, 7, 9, tzinfo=rita.zone)


# To whom --------------------------------------------------------------------------------------


def test_given_to_a_colleague_it_is_on_their_list_and_undone_on_ones_own(client, rita):
    sam, task = make_user("Sam Seller"), make_task(rita, "Call Maria")
    response = act(client, task, "reassign", assignee=sam.pk)
    assert "“Call Maria” is with Sam Seller now." in response.text
    assert list(sam.tasks.open()) == [task]
    undo(client, rita)
    assert list(rita.tasks.open()) == [task]


def test_not_to_a_colleague_who_may_not_see_the_person(client, rita):
    keep_people_private(rita)
    sam, maria = make_user("Sam"), make_person(rita, "Maria", last_name="Ek")
    task = make_task(rita, "Call Maria", person=maria)
    response = act(client, task, "reassign", assignee=sam.pk)
    assert response.status_code == 409
    assert "“Call Maria” was left: Sam may not see Maria Ek." in response.text
    assert now(task).assignee == rita

    share(maria, rita, sam)
    act(client, task, "reassign", assignee=sam.pk)
    assert now(task).assignee == sam


def test_not_to_somebody_who_has_left(client, rita):
    gone, task = make_user("Gone", is_active=False), make_task(rita)
    response = act(client, task, "reassign", assignee=gone.pk)
    assert response.status_code == 409
    assert "This colleague is not here any more." in response.text


def test_the_pages_of_both_learn_of_it(client, rita, django_capture_on_commit_callbacks):
    sam, task = make_user("Sam"), make_task(rita)
    before = {user: seen_by(user.pk) for user in (rita, sam)}
    with django_capture_on_commit_callbacks(execute=True):
        act(client, task, "reassign", assignee=sam.pk)
    assert all(seen_by(user.pk) != seen for user, seen in before.items())


# Many -----------------------------------------------------------------------------------------


def test_ticked_ones_are_done_and_undone_together(client, rita):
    first, second, third = (make_task(rita, name) for name in ("one", "two", "three"))
    response = act_on(client, "complete", first, second)
    assert "2 tasks are done." in response.text
    assert list(rita.tasks.open()) == [third]
    assert "Undone: 2 tasks are as they were." in undo(client, rita).text
    assert rita.tasks.open().count() == 3


def test_each_that_cannot_be_done_says_why_and_the_others_go_on(client, rita):
    keep_people_private(rita)
    sam = make_user("Sam")
    maria = make_person(rita, "Maria", last_name="Ek")
    done, hers, free = (
        make_task(rita, "Done"),
        make_task(rita, "Hers", person=maria),
        make_task(rita),
    )
    done.complete(by=rita)
    response = act_on(client, "reassign", done, hers, free, assignee=sam.pk)
    assert "“Call back” is with Sam now." in response.text
    assert "“Done” is done already." in response.text
    assert "“Hers” was left: Sam may not see Maria Ek." in response.text
    assert list(sam.tasks.all()) == [free]


def test_of_many_that_were_left_three_are_named(client, rita):
    tasks = [make_task(rita, f"T{number}") for number in range(6)]
    for task in tasks:
        task.complete(by=rita)
    text = act_on(client, "complete", *tasks, make_task(rita)).text
    assert "“T2” is done already. 3 more were left." in text


def test_undo_of_many_leaves_what_was_touched_and_says_how_many(client, rita):
    first, second = make_task(rita), make_task(rita)
    act_on(client, "redate", first, second, when="tomorrow")
    now(second).complete(by=rita)
    text = undo(client, rita).text
    assert "Undone: the task is as it was. 1 has changed meanwhile and was left." in text
    assert now(second).status == "complete"


def test_all_of_the_list_are_those_that_match_on_other_pages_too(client, rita):
    for number in range(60):
        make_task(rita, f"call {number}", kind="call")
    email = make_task(rita, "email", kind="email")
    sams = make_task(make_user("Sam"), kind="call")
    response = act_on(client, "skip", all="yes", query="kind=calls")
    assert "60 tasks were skipped." in response.text
    assert list(rita.tasks.open()) == [email]
    assert now(sams).is_open
    undo(client, rita)
    assert rita.tasks.open().count() == 61


def test_too_many_at_once_are_refused_with_their_number(client, rita, monkeypatch):
    monkeypatch.setattr("tasks.ticked.MOST", 2)
    tasks = [make_task(rita) for _number in range(3)]
    response = act_on(client, "complete", all="yes")
    assert response.status_code == 409
    assert "These are 3 tasks; at most 2 can be changed at once." in response.text
    assert rita.tasks.open().count() == len(tasks)


def test_none_ticked_is_said(client, rita):
    assert "Tick the tasks first." in act_on(client, "complete").text


@pytest.mark.parametrize("ticked", [["x"], ["-1"], ["9" * 30], ["²"]])
def test_what_is_no_task_is_passed_over(client, rita, ticked):
    task = make_task(rita)
    url = reverse("tasks:act-on-ticked", args=["today", "complete"])
    assert client.post(url, {"task": [*ticked, task.pk]}, follow=True).status_code == 200
    assert now(task).status == "complete"


# Whose ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("action", ["complete", "skip", "delete", "redate", "reassign", "reopen"])
def test_somebody_elses_task_is_not_there(client, rita, action):
    task = make_task(make_user("Sam"))
    assert act(client, task, action, when="tomorrow", assignee=rita.pk).status_code == 404
    text = act_on(client, action, task, when="tomorrow", assignee=rita.pk).text
    assert "None of them is here any more." in text
    assert now(task).is_open


def test_who_made_it_for_a_colleague_still_opens_and_changes_it(client, rita):
    task = make_task(make_user("Sam"), creator=rita)
    assert client.get(task.get_absolute_url()).status_code == 200
    act(client, task, "delete")
    assert now(task).removed_at
