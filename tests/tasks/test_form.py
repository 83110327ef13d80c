"""Writing a task down: what it says, for whom, about whom, when, and what is refused in words."""

from datetime import date, time, timedelta

import pytest
from django.urls import reverse

from accounts.models import Team
from prospects.models import Group
from tasks.models import Task
from tests.factories import make_email, make_person, make_task, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def rita(client):
    rita = make_user("Rita", time_zone="Europe/Stockholm")
    client.force_login(rita)
    return rita


def told(**fields):
    return {
        "name": "Call back",
        "kind": "call",
        "priority": "0",
        "day": "2027-01-07",
        "clock": "",
        "person": "",
        "remind": "",
        "details": "",
        "email": "",
    } | fields


def add(client, **fields):
    return client.post(reverse("tasks:new"), told(**fields), follow=True)


def change(client, task, **fields):
    return client.post(reverse("tasks:edit", args=[task.pk]), told(**fields), follow=True)


def keep_people_private(owner):
    owner.organisation.everybody_sees_people = False
    owner.organisation.save()


@pytest.mark.parametrize("kind", ["email", "call", "inmail", "custom"])
def test_each_kind_is_written_down_with_all_that_it_says(client, rita, kind):
    maria = make_person(rita, "Maria")
    fields = {"clock": "09:30", "person": maria.email, "remind": "10", "priority": "1"}
    response = add(client, kind=kind, details="The two-site price", **fields)
    assert "“Call back” is on the list." in response.text

    task = rita.tasks.get()
    assert (task.kind, task.name, task.details) == (kind, "Call back", "The two-site price")
    assert (task.person, task.priority, task.creator) == (maria, 1, rita)
    assert (task.due_on, task.clock_in(rita.zone)) == (date(2027, 1, 7), time(9, 30))
    assert task.remind_at == task.due_at - timedelta(minutes=10)
    assert task.zone == "Europe/Stockholm"


def test_it_is_for_oneself_unless_somebody_else_is_chosen(client, rita):
    sam = make_user("Sam Seller")
    add(client)
    response = add(client, name="Yours", assignee=sam.pk)
    assert "“Yours” is on the list of Sam Seller." in response.text
    assert [task.name for task in rita.tasks.all()] == ["Call back"]
    assert [task.name for task in sam.tasks.all()] == ["Yours"]


def test_not_for_a_colleague_who_may_not_see_the_person(client, rita):
    keep_people_private(rita)
    sam, maria = make_user("Sam"), make_person(rita, "Maria", last_name="Ek")
    response = add(client, person=maria.email, assignee=sam.pk)
    assert response.status_code == 422
    assert "Sam may not see Maria Ek. Share the person with a team first." in response.text
    assert 'value="Call back"' in response.text
    assert not Task.objects.exists()

    team, group = Team.objects.create(name="North"), Group.objects.create(owner=rita, name="Hot")
    for user in (rita, sam):
        team.memberships.create(user=user)
    group.add([maria])
    group.share([team])
    add(client, person=maria.email, assignee=sam.pk)
    assert sam.tasks.get().person == maria


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"name": " "}, "Give it a name: what is to be done?"),
        ({"day": ""}, "This field is required."),
        ({"day": "2027-02-31"}, "“2027-02-31” is no day in the calendar."),
        ({"day": "31 Feb"}, "“31 Feb” is no day in the calendar."),
        ({"day": "9999-12-31"}, "Choose a day between the years 2000 and 2199."),
        ({"clock": "25:00"}, "This is no time of day."),
        ({"person": "Nobody Known"}, "You have nobody called “Nobody Known”."),
        ({"person": "nobody@known.example"}, "You have nobody called “nobody@known.example”."),
        ({"person": "no body@ known.example <x"}, "is not an email address"),
        ({"person": "Jonas"}, "Several people are meant by “Jonas”."),
    ],
)
def test_bad_input_gets_a_sentence_and_nothing_is_lost(client, rita, fields, sentence):
    make_person(rita, "Jonas"), make_person(rita, "Jonas")
    response = add(client, details="The long story", **fields)
    assert response.status_code == 422
    assert sentence in response.text
    assert "The long story" in response.text
    assert not Task.objects.exists()


@pytest.mark.parametrize("way", ["Maria Sandberg", "sandberg maria", "Maria Sandberg <{}>", "{}, "])
def test_a_person_is_meant_by_name_or_by_address(client, rita, way):
    maria = make_person(rita, "Maria", last_name="Sandberg")
    add(client, person=way.format(maria.email))
    assert rita.tasks.get().person == maria


def test_whom_one_may_not_see_one_has_nobody_called_so(client, rita):
    keep_people_private(rita)
    hidden = make_person(make_user("Sam"), "Hidden")
    assert "You have nobody called" in add(client, person=hidden.email).text


def test_the_picker_finds_those_whom_one_sees(client, rita):
    maria = make_person(rita, "Maria")
    keep_people_private(rita)
    make_person(make_user("Sam"), "Marianne")
    text = client.get(reverse("tasks:people"), {"person": "mari"}).text
    assert maria.email in text
    assert "Marianne" not in text


def test_made_from_an_email_it_is_tied_to_it_and_to_its_person(client, rita):
    maria = make_person(rita, "Maria", last_name="Ek")
    email = make_email(rita, "delivered", person=maria)
    form = client.get(reverse("tasks:new"), {"email": email.pk}).context["form"]
    filled = {name: form[name].value() for name in ("person", "email")}
    assert filled == {"person": f"Maria Ek <{maria.email}>", "email": str(email.pk)}
    add(client, **filled)
    assert (rita.tasks.get().email, rita.tasks.get().person) == (email, maria)


def test_somebody_elses_email_is_not_tied(client, rita):
    sam = make_user("Sam")
    email = make_email(sam, "delivered", person=make_person(sam))
    form = client.get(reverse("tasks:new"), {"email": email.pk}).context["form"]
    assert not form["person"].value()
    add(client, email=email.pk)
    assert rita.tasks.get().email is None


def test_made_about_a_person_it_names_them(client, rita):
    maria = make_person(rita, "Maria")
    form = client.get(reverse("tasks:new"), {"about": maria.pk}).context["form"]
    assert maria.email in form["person"].value()


@pytest.mark.parametrize("query", ["about=x", "about=999999", "email=-1", f"email={'9' * 30}"])
def test_what_is_not_there_begins_an_empty_form(client, rita, query):
    assert client.get(f"{reverse('tasks:new')}?{query}").status_code == 200


def test_changed_it_says_what_the_form_says(client, rita):
    task = make_task(rita, clock=time(9))
    task.remind(timedelta(hours=1))
    task.keep()
    form = client.get(reverse("tasks:edit", args=[task.pk])).context["form"]
    assert (form["clock"].value(), form["remind"].value()) == (time(9), "60")
    change(client, task, name="Call Maria", clock="10:00", remind="60")
    task.refresh_from_db()
    assert (task.name, task.kind) == ("Call Maria", "call")
    assert task.remind_at == task.due_at - timedelta(hours=1)
    assert task.clock_in(rita.zone) == time(10)


def test_changing_it_does_not_open_what_was_done_meanwhile(client, rita):
    task = make_task(rita)
    task.complete(by=rita)
    change(client, task, name="Call Maria")
    task.refresh_from_db()
    assert (task.name, task.status) == ("Call Maria", "complete")


def test_a_traveller_changes_the_name_and_the_moment_stays(client, rita):
    task = make_task(rita, clock=time(9))
    due, day = task.due_at, make_task(rita, "All day", zone="Asia/Tokyo")
    rita.time_zone = "America/New_York"
    rita.save()
    for each in (task, day):
        form = client.get(reverse("tasks:edit", args=[each.pk])).context["form"]
        shown = {name: form[name].value() or "" for name in ("day", "clock")}
        change(client, each, name="Changed", **shown)
        each.refresh_from_db()
    assert task.due_at == due
    assert (day.due_on, day.has_time, day.zone) == (day.due_on, False, "Asia/Tokyo")


def test_a_person_whom_one_no_longer_sees_stays_on_the_task(client, rita):
    maria = make_person(make_user("Sam"), "Maria")
    task = make_task(rita, person=maria)
    keep_people_private(rita)
    form = client.get(reverse("tasks:edit", args=[task.pk])).context["form"]
    change(client, task, person=form["person"].value(), name="Still")
    task.refresh_from_db()
    assert (task.name, task.person) == ("Still", maria)


def test_in_a_window_the_answer_closes_it_and_tells_the_page(client, rita):
    response = client.post(reverse("tasks:new"), told(), headers={"HX-Request": "true"})
    assert response.status_code == 200
    assert {"close-window", "changed"} <= set(response["HX-Trigger"].replace('"', " ").split())
    bad = client.post(reverse("tasks:new"), told(name=""), headers={"HX-Request": "true"})
    assert bad.status_code == 422
    assert "<html" not in bad.text
    assert 'id="task-window"' in bad.text


def test_somebody_elses_task_is_not_changed(client, rita):
    task = make_task(make_user("Sam"))
    assert client.get(reverse("tasks:edit", args=[task.pk])).status_code == 404
    assert change(client, task, name="Mine").status_code == 404
