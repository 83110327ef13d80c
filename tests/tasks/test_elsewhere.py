"""Tasks on the pages of people and of emails, in the columns, and in the navigation."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from tasks.models import Call
from tests.factories import make_email, make_person, make_task, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def rita(client):
    rita = make_user("Rita")
    client.force_login(rita)
    return rita


def columns(client, user, *names):
    """{person's first name: the text of each cell of these columns}."""
    user.choose_columns("people", ["first_name", *names])
    rows = client.get(reverse("people:home")).context["rows"]
    return {person.first_name: [str(cell.value) for cell in cells[1:]] for person, cells in rows}


def test_a_persons_page_has_ones_own_tasks_and_how_many_colleagues_have(client, rita):
    maria, sam = make_person(rita, "Maria"), make_user("Sam")
    make_task(rita, "Call Maria", person=maria)
    make_task(rita, "Sent the list", person=maria).complete(by=rita)
    make_task(sam, "Sam's secret", person=maria)
    make_task(sam, "Asked of Sam", person=maria, creator=rita)
    text = client.get(f"{maria.get_absolute_url()}?tab=tasks").text
    assert "Call Maria" in text
    assert "Sent the list" in text
    assert "Asked of Sam" in text
    assert "Sam&#x27;s secret" not in text
    assert "Colleagues have 1 open task about them." in text


def test_done_and_snoozed_from_a_persons_page_one_is_back_there(client, rita):
    maria = make_person(rita, "Maria")
    task = make_task(rita, person=maria)
    page = f"{maria.get_absolute_url()}?tab=tasks"
    text = client.get(page).text
    for action in ("complete", "redate"):
        assert f'action="{reverse("tasks:act", args=[task.pk, action])}"' in text
    response = client.post(
        reverse("tasks:act", args=[task.pk, "redate"]), {"when": "tomorrow", "next": page}
    )
    assert response["Location"] == page


def test_columns_tell_when_the_next_task_is_due_and_how_many_are_open(client, rita):
    maria, bo = make_person(rita, "Maria"), make_person(rita, "Bo")
    today = timezone.localdate()
    make_task(rita, person=maria, day=today + timedelta(days=1))
    make_task(make_user("Sam"), person=maria, day=today)
    make_task(rita, person=maria, day=today - timedelta(days=9)).complete(by=rita)
    make_task(rita, person=bo).remove()
    told = columns(client, rita, "task_due", "open_tasks")
    assert told["Maria"][1] == "2"
    assert ">Today</time>" in told["Maria"][0]
    assert told["Bo"] == ["", "0"]


def test_activities_are_emails_calls_and_tasks_and_match_the_rows(client, rita):
    maria, bo, sam = make_person(rita, "Maria"), make_person(rita, "Bo"), make_user("Sam")
    make_email(rita, "delivered", person=maria)
    make_email(sam, "delivered", person=maria)
    make_email(rita, "scheduled", person=maria)  # nobody has got it
    Call.objects.create(person=maria, user=sam)
    for closing in ("complete", "complete", "skip"):
        getattr(make_task(rita, person=maria), closing)(by=rita)
    make_task(rita, person=maria)  # not done yet
    assert columns(client, rita, "emails", "activities") == {"Maria": ["2", "5"], "Bo": ["0", "0"]}
    assert bo.tasks.count() == 0


def test_the_columns_take_as_many_queries_for_many_people_as_for_few(client, rita):
    def queries(people):
        for _number in range(people):
            make_task(rita, person=make_person(rita))
        with CaptureQueriesContext(connection) as asked:
            columns(client, rita, "task_due", "open_tasks", "activities")
        return len(asked)

    queries(1)
    assert queries(2) == queries(8)


def test_an_email_row_shows_type_and_day_of_the_task_that_was_made_from_it(client, rita):
    email = make_email(rita, "delivered", person=make_person(rita))
    make_email(rita, "delivered")
    tomorrow = timezone.localdate() + timedelta(days=1)
    make_task(rita, kind="email", email=email, day=tomorrow + timedelta(days=7))
    make_task(rita, kind="call", email=email, day=tomorrow)
    make_task(rita, kind="inmail", email=email).complete(by=rita)
    response = client.get(reverse("emails:folder", args=["sent/delivered"]), {"open": email.pk})
    assert list(response.context["row_signs"]) == [email.pk]
    sign = response.context["row_signs"][email.pk]
    assert "Call <time" in sign
    assert "Tomorrow" in sign
    assert response.text.count(sign) == 1
    pane = response.text.partition('id="tasks-of-email"')[2]
    assert pane.count('id="task-line-') == 3


def test_rows_of_emails_cost_one_query_for_all_their_tasks(client, rita):
    def queries(rows):
        for _number in range(rows):
            make_task(rita, email=make_email(rita, "delivered"))
        with CaptureQueriesContext(connection) as asked:
            client.get(reverse("emails:folder", args=["sent/delivered"]))
        return len(asked)

    queries(1)
    assert queries(2) == queries(8)


def test_from_an_email_and_its_row_one_click_makes_a_task(client, rita):
    email = make_email(rita, "delivered")
    page = reverse("emails:folder", args=["sent/delivered"])
    text = client.get(page, {"open": email.pk}).text
    assert text.count(f'href="{reverse("tasks:new")}?email={email.pk}"') == 2
    assert f'href="{reverse("tasks:home")}"' in text


def test_the_key_of_an_open_email_comes_before_that_of_the_page(client, rita):
    """A key presses what comes first on the page."""
    email = make_email(rita, "delivered")
    page = reverse("emails:folder", args=["sent/delivered"])
    first = client.get(page, {"open": email.pk}).text.partition('data-key="t"')[2]
    assert first.startswith(f' href="{reverse("tasks:new")}?email={email.pk}"')
    alone = client.get(page).text.partition('data-key="t"')[2]
    assert alone.startswith(f' href="{reverse("tasks:new")}"')


def test_the_entry_counts_what_is_due_today_and_before(client, rita):
    today = timezone.localdate()
    for days in (-3, -1, 0, 1):
        make_task(rita, day=today + timedelta(days=days))
    text = client.get(reverse("people:home")).text
    assert '<span class="count" id="count-tasks">3</span>' in text
    rita.tasks.all().update(removed_at=timezone.now())
    text = client.get(reverse("people:home")).text
    assert '<span class="count" id="count-tasks" hidden>0</span>' in text
