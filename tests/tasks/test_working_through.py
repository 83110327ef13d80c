"""Working through a view: one task after another, leaving, coming back, and its end."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from emails.models import Status
from tasks.models import Task
from tests.factories import make_draft, make_email, make_identity, make_person, make_task, make_user

pytestmark = pytest.mark.django_db
TODAY = "/tasks/work/today/"
HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def rita(client):
    rita = make_user("Rita", time_zone="Europe/Stockholm")
    make_identity(rita)
    client.force_login(rita)
    return rita


@pytest.fixture
def three(rita):
    return [make_task(rita, f"Number {number}") for number in (1, 2, 3)]


def where(response):
    """The task that a redirect leads to; "end" at the end."""
    assert response.status_code == 302
    at = re.search(r"at=(\w+)", response["Location"])[1]
    return at if at == "end" else int(at)


def start(client, address=TODAY):
    return where(client.get(address))


def act(client, task, name, run=TODAY, **told):
    url = reverse("tasks:act-here", args=[task.pk, name])
    return client.post(url, {"run": run} | told)


def test_it_begins_with_the_first_of_the_list(client, three):
    assert start(client) == three[0].pk
    text = client.get(f"{TODAY}?at={three[0].pk}").text
    assert "1 of 3" in text
    assert "Number 1" in text


def test_the_list_leads_into_it(client, three):
    assert f'href="{TODAY}' in client.get("/tasks/today/").text


@pytest.mark.parametrize(("name", "status"), [("complete", "complete"), ("skip", "skipped")])
def test_the_next_one_opens_when_one_is_dealt_with(client, three, name, status):
    start(client)
    assert where(act(client, three[0], name)) == three[1].pk
    three[0].refresh_from_db()
    assert three[0].status == status
    assert "1 done" in client.get(f"{TODAY}?at={three[1].pk}").text


def test_one_that_is_snoozed_is_dealt_with_too(client, rita, three):
    start(client)
    assert where(act(client, three[0], "redate", when="tomorrow")) == three[1].pk
    three[0].refresh_from_db()
    assert three[0].due_on == timezone.localdate(timezone=rita.zone) + timedelta(days=1)


def test_whoever_comes_back_is_where_they_were(client, three):
    start(client)
    act(client, three[0], "complete")
    client.get(f"{TODAY}?at={three[2].pk}")
    client.get("/people/")
    assert start(client) == three[2].pk


def test_what_was_passed_over_comes_before_the_end(client, three):
    start(client)
    client.get(f"{TODAY}?at={three[2].pk}")
    assert where(act(client, three[2], "complete")) == three[0].pk
    assert where(act(client, three[0], "complete")) == three[1].pk
    assert where(act(client, three[1], "complete")) == "end"


def test_the_end_says_what_was_done(client, three):
    start(client)
    act(client, three[0], "complete")
    act(client, three[1], "skip")
    response = act(client, three[2], "redate", when="tomorrow")
    text = client.get(response["Location"]).text
    assert "All done" in text
    for words in ("Number 1", "Number 2", "Number 3", "skipped", "snoozed"):
        assert words in text
    assert "Undo the last" in text


def test_undo_leads_back_to_what_it_has_opened_again(client, rita, three):
    start(client)
    act(client, three[0], "complete")
    undo = rita.undos.get()
    back = client.post(reverse("undo", args=[undo.pk]))
    assert back["Location"] == TODAY
    assert start(client) == three[0].pk


def test_on_an_open_page_undo_does_so_by_itself(client, rita, three):
    start(client)
    act(client, three[0], "redate", when="tomorrow")
    client.post(reverse("undo", args=[rita.undos.get().pk]), **HTMX)
    news = reverse("tasks:news", args=[three[1].pk])
    response = client.get(news, {"run": TODAY, "open": 1}, **HTMX)
    assert response["HX-Redirect"] == f"{TODAY}?at={three[0].pk}"


def test_as_long_as_nothing_happens_an_open_page_stays(client, three):
    start(client)
    news = reverse("tasks:news", args=[three[0].pk])
    assert client.get(news, {"run": TODAY, "open": 1}, **HTMX).status_code == 204


def test_sending_its_email_opens_the_next_one(client, rita):
    first = make_task(rita, kind="email", person=make_person(rita, "Maria"))
    second = make_task(rita)
    start(client)
    make_draft(rita, person=first.person, task_id=first.pk).send(by=rita)

    news = reverse("tasks:news", args=[first.pk])
    response = client.get(news, {"run": TODAY, "open": 1}, **HTMX)
    assert response["HX-Redirect"] == f"{TODAY}?at={second.pk}"
    assert start(client) == second.pk


def test_a_task_that_was_done_can_be_looked_at_and_opened_again(client, three):
    start(client)
    act(client, three[0], "complete")
    assert "Open again" in client.get(f"{TODAY}?at={three[0].pk}").text
    assert where(act(client, three[0], "reopen")) == three[0].pk


def test_what_comes_meanwhile_is_worked_through_too(client, rita, three):
    start(client)
    late = make_task(rita, "Come later")
    client.get(f"{TODAY}?at={three[0].pk}")
    assert "1 of 4" in client.get(f"{TODAY}?at={three[0].pk}").text
    assert f"at={late.pk}" in client.get(f"{TODAY}?at={three[2].pk}").text


def test_what_is_gone_is_passed_by(client, three):
    start(client)
    three[1].remove()
    assert where(act(client, three[0], "complete")) == three[2].pk
    assert start(client) == three[2].pk


def test_what_was_closed_by_somebody_else_is_told_and_passed(client, rita, three):
    start(client)
    Task.objects.get(pk=three[0].pk).complete(by=rita)
    response = act(client, three[0], "skip")
    assert where(response) == three[1].pk
    assert "done already" in client.get(response["Location"]).text


def test_only_the_chosen_kind_is_worked_through(client, rita):
    make_task(rita, "Not this")
    call = make_task(rita, kind="call", person=make_person(rita))
    address = f"{TODAY}?kind=calls"
    assert start(client, address) == call.pk
    assert "1 of 1" in client.get(f"{address}&at={call.pk}").text
    assert where(act(client, call, "complete", run=address)) == "end"


def test_yesterdays_run_begins_anew(client, rita, time_machine):
    time_machine.move_to("2027-03-01 10:00+01:00", tick=False)
    client.force_login(rita)
    first, second = (
        make_task(rita, f"Old {n}", day=timezone.localdate() - timedelta(days=2)) for n in (1, 2)
    )
    overdue = "/tasks/work/overdue/"
    start(client, overdue)
    act(client, first, "redate", run=overdue, when="later")
    time_machine.move_to("2027-03-02 10:00+01:00", tick=False)
    client.force_login(rita)
    assert start(client, overdue) == second.pk
    assert "1 of 2" in client.get(f"{overdue}?at={second.pk}").text


def test_nothing_to_do_has_a_page_that_says_so(client, rita):
    assert start(client) == "end"
    assert "There is nothing to work through here" in client.get(f"{TODAY}?at=end").text


def test_what_is_done_is_not_worked_through(client, rita):
    assert client.get("/tasks/work/done/").status_code == 404


@pytest.mark.parametrize("at", ["999999", "x", "-1", "9" * 30])
def test_a_place_that_is_none_leads_to_where_one_is(client, three, at):
    start(client)
    assert where(client.get(f"{TODAY}?at={at}")) == three[0].pk


def test_somebody_elses_task_is_not_acted_on(client, rita):
    theirs = make_task(make_user("Sam"))
    assert act(client, theirs, "complete").status_code == 404


def test_a_run_costs_the_same_however_long_it_is(client, rita, django_assert_max_num_queries):
    for number in range(30):
        make_task(rita, f"Task {number}", person=make_person(rita))
    at = start(client)
    with django_assert_max_num_queries(45):
        client.get(f"{TODAY}?at={at}")


def test_what_the_window_said_of_an_email_is_said_once_on_the_next_page(client, rita):
    first = make_task(rita, kind="email", person=make_person(rita, "Maria"))
    make_task(rita)
    start(client)
    told = {"key": uuid4(), "task": first.pk, "identity": rita.identities.get().pk}
    told |= {"to": first.person.email, "subject": "Prices", "html": "<p>Hi</p>", "window": "1"}
    client.post(reverse("emails:send"), told)
    client.get(reverse("emails:compose-done"))  # closes with what it said

    for _asked in range(2):
        news = reverse("tasks:news", args=[first.pk])
        on = client.get(news, {"run": TODAY, "open": 1}, **HTMX)["HX-Redirect"]
    client.get(reverse("tasks:reminders"), **HTMX)  # asks at the same time
    assert client.get(on).text.count("goes out in 10 s.") == 1


# The page of one --------------------------------------------------------------------------------


def test_a_custom_task_shows_its_note(client, rita):
    task = make_task(rita, details="Ask Eva first")
    assert "Ask Eva first" in client.get(task.get_absolute_url()).text


def test_an_inmail_shows_its_text_and_opens_linkedin(client, rita):
    maria = make_person(rita, "Maria", linkedin="https://www.linkedin.com/in/maria")
    task = make_task(rita, kind="inmail", person=maria, details="Hello Maria")
    text = client.get(task.get_absolute_url()).text
    assert "Hello Maria</textarea>" in text
    assert 'href="https://www.linkedin.com/in/maria"' in text


def test_without_a_linkedin_address_it_says_so(client, rita):
    task = make_task(rita, kind="inmail", person=make_person(rita, "Maria"))
    assert "No LinkedIn address is known" in client.get(task.get_absolute_url()).text


def test_beside_the_task_stands_what_was_written_to_the_person(client, rita):
    maria = make_person(rita, "Maria")
    make_email(rita, Status.DELIVERED, person=maria, subject="The price list")
    text = client.get(make_task(rita, person=maria).get_absolute_url()).text
    assert "The price list" in text
    assert maria.email in text


def test_without_a_run_one_stays_with_the_task(client, rita):
    task = make_task(rita)
    response = act(client, task, "complete", run="")
    assert response["Location"] == task.get_absolute_url()
    text = client.get(task.get_absolute_url()).text
    assert "Open again" in text


def test_who_made_it_for_a_colleague_sees_it_and_does_not_act_on_it(client, rita):
    theirs = make_task(make_user("Sam"), creator=rita)
    assert client.get(theirs.get_absolute_url()).status_code == 200
    assert act(client, theirs, "complete").status_code == 404
