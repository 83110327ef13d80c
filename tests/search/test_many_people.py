"""One action with many people: by a worker, each with a result, and taken back as a whole."""

import pytest
from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import Undo
from campaigns.models import State
from emails.models import Email, Status
from prospects.models import Group, Person, Suppression
from search.models import Run, RunRow
from tasks.models import Task
from tests.factories import (
    make_campaign,
    make_email,
    make_enrollment,
    make_person,
    make_step,
    make_turn,
    make_user,
)
from tests.search.test_runs import die, see, work

pytestmark = pytest.mark.django_db
ALL = {"all": "yes", "list": "search", "query": "q=&of=people", "sure": "yes"}


@pytest.fixture
def rita(client):
    rita = make_user("Rita Rep")
    client.force_login(rita)
    return rita


@pytest.fixture
def people(rita):
    """Maria and Jonas are Rita's, Cia is Sam's."""
    sam = make_user("Sam Stranger")
    return make_person(rita, "Maria"), make_person(rita, "Jonas"), make_person(sam, "Cia")


@pytest.fixture(autouse=True)
def few(monkeypatch):
    """So that two are many."""
    for place in ("prospects.views.ticked", "campaigns.views.people", "campaigns.leaving.views"):
        monkeypatch.setattr(f"{place}.AT_ONCE", 1)


def ask(client, action, **told):
    return client.post(reverse("people:act-on-ticked", args=[action]), ALL | told)


def begin(client, action, **told):
    ask(client, action, **told)
    return Run.objects.get()


def told(run):
    """Of each whom the run is about, what became of them."""
    rows = run.rows.order_by("pk").select_related("person")
    return {row.person.first_name: row.why or row.outcome for row in rows}


def take_back(client, run):
    client.post(reverse("search:run-undo", args=[run.pk]))
    work()
    return Run.objects.get(back_of=run)


def members(group):
    return sorted(person.first_name for person in group.people.all())


# What is done ----------------------------------------------------------------------------------


def test_whoever_is_in_the_group_already_is_left_out_and_says_so(client, rita, people):
    group = Group.named(rita, "Fair")
    group.add(people[:1])
    run = begin(client, "group", group=group.pk)
    assert members(group) == ["Maria"]

    work()
    assert told(run) == {"Maria": "Is in “Fair” already.", "Jonas": "done", "Cia": "done"}
    page = see(client, run)
    assert "Add to group, with many people" in page
    assert "Finished: 2 done, 1 left out." in page
    assert people[0].get_absolute_url() in page
    take_back(client, run)
    assert members(group) == ["Maria"]


def test_a_group_made_by_it_is_gone_again_when_all_of_it_is_taken_back(client, rita, people):
    run = begin(client, "group", new_group="Autumn")
    work()
    assert members(rita.groups.get()) == ["Cia", "Jonas", "Maria"]
    assert not Undo.objects.exists()

    assert set(told(take_back(client, run)).values()) == {"done"}
    assert not Group.objects.exists()


def test_whoever_is_not_in_the_group_is_left_out(client, rita, people):
    group = Group.named(rita, "Fair")
    group.add(people[:2])
    run = begin(client, "leave", left=group.pk)
    work()

    assert told(run) == {"Maria": "done", "Jonas": "done", "Cia": "Is not in “Fair”."}
    take_back(client, run)
    assert members(group) == ["Jonas", "Maria"]


def test_whom_one_may_only_look_at_stays_as_it_is(client, rita, people):
    run = begin(client, "source", source=" Web  shop ")
    work()

    assert told(run)["Cia"] == "Cia Sandberg is Sam Stranger’s and was left as it is."
    assert set(Person.objects.values_list("source", flat=True)) == {"Web shop", ""}
    Person.objects.filter(pk=people[0].pk).update(source="by hand")
    back = take_back(client, run)
    assert told(back)["Maria"].startswith("Something has changed meanwhile")
    assert set(Person.objects.values_list("source", flat=True)) == {"by hand", ""}


def test_whoever_has_opted_out_is_left_out_and_stays_so(client, rita, people):
    Suppression.forbid([people[0].email], Suppression.Reason.UNSUBSCRIBED)
    run = begin(client, "unsubscribe")
    work()

    assert told(run) == {"Maria": "Is unsubscribed already.", "Jonas": "done", "Cia": "done"}
    take_back(client, run)
    in_force = Suppression.objects.filter(released_at=None)
    assert [row.value for row in in_force] == [people[0].email.lower()]


def test_whoever_is_in_a_campaign_is_not_deleted(client, rita, people):
    campaign = make_campaign(rita)
    make_enrollment(campaign, people[0])
    run = begin(client, "delete")
    work()

    assert [person.first_name for person in Person.seen_by(rita).by_name()] == ["Cia", "Maria"]
    assert "Q1 rollout" in told(run)["Maria"]
    assert people[1].get_absolute_url() not in see(client, run, show="done")
    take_back(client, run)
    assert Person.seen_by(rita).count() == 3


def test_each_gets_a_task_and_only_open_ones_are_taken_back(client, rita, people):
    run = begin(client, "tasks", task_name="Call", task_kind="call")
    work()
    assert Task.objects.open().count() == 3

    Task.objects.filter(person=people[0]).update(removed_at="2026-01-01T00:00Z")
    back = take_back(client, run)
    assert told(back)["Maria"] == "These tasks have all been done or deleted meanwhile."
    assert not Task.objects.open().filter(removed_at=None).exists()


# How it is done --------------------------------------------------------------------------------


def test_few_are_dealt_with_at_once(client, rita, people):
    make_person(rita, "Olu", company="Saab")
    ask(client, "source", query="q=company:saab&of=people", source="Web")

    assert not Run.objects.exists()
    assert Person.objects.filter(source="Web").count() == 1


def test_what_is_wrong_with_the_form_is_said_before_it_begins(client, people):
    assert "Choose a group" in ask(client, "group").content.decode()
    assert not Run.objects.exists()


def test_a_group_that_they_do_not_fit_into_takes_nobody(client, rita, people, settings):
    settings.LIMITS = settings.LIMITS | {"GROUP_PEOPLE": 2}
    answer = ask(client, "group", new_group="Small")

    assert answer.status_code == 409
    assert "would have 3 people; at most 2 fit" in answer.content.decode()
    assert not Run.objects.exists()
    assert not Group.objects.exists()


def test_a_group_that_fills_up_meanwhile_is_said_to_be_full(client, rita, people, settings):
    run = begin(client, "group", new_group="Small")
    settings.LIMITS = settings.LIMITS | {"GROUP_PEOPLE": 2}
    work()

    assert set(told(run).values()) == {"The group is full by now."}
    assert not Group.objects.exists()


def test_a_group_that_is_gone_meanwhile_takes_nobody(client, rita, people):
    group = Group.named(rita, "Fair")
    run = begin(client, "group", group=group.pk)
    group.disband(by=rita)
    work()

    assert run.rows.left().count() == 3
    assert not group.memberships.exists()


def test_who_is_deleted_or_comes_to_match_meanwhile_is_not_dealt_with(client, rita, people):
    run = begin(client, "source", source="Web")
    people[0].removed_at = "2026-01-01T00:00Z"
    people[0].save(update_fields=["removed_at"])
    late = make_person(rita, "Late")
    work()

    assert told(run)["Maria"] == "Is not here any more."
    late.refresh_from_db()
    assert late.source == ""


def test_one_that_breaks_leaves_the_others_to_go_on(client, rita, people, monkeypatch):
    put = Group.add_ids

    def break_with_maria(group, ids):
        if people[0].pk in (ids := list(ids)):
            raise ValueError
        return put(group, ids)

    monkeypatch.setattr(Group, "add_ids", break_with_maria)
    run = begin(client, "group", new_group="Fair")
    work()

    assert told(run)["Maria"].startswith("Something went wrong")
    assert members(rita.groups.get()) == ["Cia", "Jonas"]


def test_what_a_dead_worker_had_in_hand_is_done_once(client, rita, people, monkeypatch):
    run = begin(client, "tasks", task_name="Call")
    with monkeypatch.context() as patched, pytest.raises(SystemExit):
        patched.setattr(type(RunRow.objects), "bulk_update", die)
        run._some()
    assert not Task.objects.exists()

    work()
    work()
    assert Task.objects.count() == run.rows.done().count() == 3


def test_it_is_the_business_of_nobody_else(client, rita, people):
    run = begin(client, "source", source="Web")
    work()
    client.force_login(make_user("Ada Admin", role="admin"))

    assert client.get(run.get_absolute_url()).status_code == 404
    assert client.post(reverse("search:run-undo", args=[run.pk])).status_code == 404


def test_the_way_back_leads_to_the_list(client, rita, people):
    run = begin(client, "source", source="Web", next="/people/?show=mine")

    assert 'href="/people/?show=mine"' in see(client, run)


@pytest.mark.django_db(transaction=True)
def test_of_two_workers_one_lets_go_of_what_the_other_has_in_hand(client, rita, people):
    run = begin(client, "tasks", task_name="Call")
    with transaction.atomic():
        list(RunRow.objects.select_for_update())
        assert others_see(run) == 0
    assert others_see(run) == 3


def others_see(run):
    """How many rows another worker would take hold of now."""
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute(
                "SELECT id FROM search_runrow WHERE run_id = %s AND outcome = ''"
                " FOR UPDATE SKIP LOCKED",
                [run.pk],
            )
            return len(cursor.fetchall())
    finally:
        other.close()


# In campaigns ----------------------------------------------------------------------------------


@pytest.fixture
def ways(rita, people):
    campaign = make_campaign(rita)
    make_step(campaign)
    return [make_enrollment(campaign, person) for person in people[:2]]


def act(client, ways, action, **told):
    url = reverse("campaigns:act", args=[ways[0].campaign_id, action])
    client.post(url, {"all": "yes", "query": "", "sure": "yes"} | told)
    return Run.objects.get()


def states(ways):
    for way in ways:
        way.refresh_from_db()
    return [way.state for way in ways]


def test_people_of_a_campaign_are_paused_and_go_on_again(client, ways):
    run = act(client, ways, "pause")
    ways[0].pause(by=None)
    work()

    assert states(ways) == [State.PAUSED, State.PAUSED]
    assert told(run)["Maria"] == "Only somebody who is active in the campaign can be paused."
    take_back(client, run)
    assert states(ways) == [State.PAUSED, State.ACTIVE]


def test_a_success_of_many_is_taken_back_with_its_emails(client, rita, ways):
    email = make_turn(
        ways[0],
        ways[0].campaign.steps.get(),
        email=make_email(rita, Status.DELIVERED, person=ways[0].person),
    ).email
    run = act(client, ways, "succeed")
    work()
    assert Email.objects.exclude(succeeded_at=None).get() == email

    take_back(client, run)
    assert not Email.objects.exclude(succeeded_at=None).exists()
    assert {way.succeeded_at for way in type(ways[0]).objects.all()} == {None}


def test_who_goes_on_to_another_step_is_tried_one_by_one(client, rita, ways):
    gone = ways[0].campaign.steps.get()
    run = act(client, ways, "move", step=gone.pk)
    type(gone).objects.update(removed_at="2026-01-01T00:00Z")
    work()

    assert set(told(run).values()) == {"The step is gone."}
    assert not run.can_be_taken_back


def test_all_of_a_search_are_taken_out_of_a_campaign_and_come_back(client, ways):
    told_to = ALL | {"campaign": ways[0].campaign_id}
    client.post(reverse("campaigns:take-out"), told_to)
    run = Run.objects.get()
    work()

    assert states(ways) == [State.ENDED, State.ENDED]
    assert told(run)["Cia"] == "Is in no campaign that you may take them out of."
    take_back(client, run)
    assert states(ways) == [State.ACTIVE, State.ACTIVE]


def test_it_says_whose_email_is_with_the_server_already(client, rita, ways):
    make_turn(
        ways[0],
        ways[0].campaign.steps.get(),
        email=make_email(rita, Status.IN_PROGRESS, person=ways[0].person),
    )
    run = act(client, ways, "remove")
    work()

    assert told(run) == {"Maria": "An email is on its way to the server already.", "Jonas": "done"}
    assert run.rows.done().count() == 2
    assert "To know" in see(client, run)
    assert "on its way to the server already" in see(client, run, show="noted")


def test_all_of_a_search_are_a_success_of_the_campaign_that_is_chosen(client, ways):
    asked = ALL | {"campaign": ways[0].campaign_id}
    client.post(reverse("campaigns:succeed"), asked)
    run = Run.objects.get()
    work()

    assert told(run) == {"Maria": "done", "Jonas": "done"}
    assert "Mark as success, with many people: Q1 rollout" in see(client, run)
    take_back(client, run)
    assert {way.succeeded_at for way in type(ways[0]).objects.all()} == {None}


def test_few_are_a_success_at_once_and_only_of_the_way_that_was_begun_last(client, ways):
    client.post(
        reverse("campaigns:act", args=[ways[0].campaign_id, "remove"]),
        {"enrollment": ways[0].pk, "sure": "yes"},
    )
    again = make_enrollment(ways[0].campaign, ways[0].person)
    told = {"person": ways[0].person_id, "campaign": ways[0].campaign_id}
    page = client.post(reverse("campaigns:succeed"), told, follow=True)

    assert "is marked as a success" in page.content.decode()
    assert [way.pk for way in type(again).objects.exclude(succeeded_at=None)] == [again.pk]
    assert Undo.objects.latest("pk").use() == "Undone for 1 person."


@pytest.mark.parametrize(
    ("told", "words"),
    [({}, "Choose the campaign first."), ({"campaign": 1}, "None of them is in this campaign.")],
)
def test_without_a_campaign_that_they_are_in_nobody_is_a_success(client, rita, people, told, words):
    told = {"campaign": make_campaign(rita).pk} if told else {}
    asked = {"person": people[0].pk} | told
    page = client.post(reverse("campaigns:succeed"), asked, follow=True)

    assert words in page.content.decode()


# Coming back to it -----------------------------------------------------------------------------


def test_every_page_leads_to_what_is_under_way_and_soon_no_more(client, rita, people):
    run = begin(client, "source", source="Web")
    assert f'href="{run.get_absolute_url()}"' in client.get("/people/").content.decode()
    work()
    assert "Set source: Web" in client.get("/people/").content.decode()
    assert "Set source: Web" in client.get("/search/runs/").content.decode()

    Run.objects.update(finished_at=timezone.now() - Run.LATELY)
    assert run.get_absolute_url() not in client.get("/people/").content.decode()


def test_a_colleague_is_not_told_of_it(client, rita, people):
    run = begin(client, "source", source="Web")
    client.force_login(make_user("Ada Admin", role="admin"))

    assert run.get_absolute_url() not in client.get("/people/").content.decode()
