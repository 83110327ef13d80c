"""Calls: the pad, what it refuses, the history, and what a number opens."""

from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from accounts.models import Organisation
from tasks.calling.dialing import checked_pattern, number
from tasks.models import Call, CallWord, Task
from tests.factories import make_email, make_person, make_task, make_user

pytestmark = pytest.mark.django_db
HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def rita(client):
    rita = make_user("Rita Rep")
    client.force_login(rita)
    return rita


@pytest.fixture
def maria(rita):
    return make_person(rita, "Maria", phone="+46 (0)70-123 45 67")


@pytest.fixture
def task(rita, maria):
    return make_task(rita, "Call Maria", kind="call", person=maria, details="Ask for the order")


def said(**fields):
    return {"key": uuid4(), "length": "6:30", "notes": "Wants two sites"} | fields


def log(client, task, **fields):
    return client.post(reverse("calls:of-task", args=[task.pk]), said(**fields))


# The pad ----------------------------------------------------------------------------------------


def test_the_page_of_a_call_has_its_number_what_to_say_and_the_pad(client, task):
    text = client.get(task.get_absolute_url()).text
    assert 'href="tel:+46701234567"' in text
    assert "Ask for the order" in text
    assert "Left a message" in text


def test_a_call_is_in_the_history_and_its_task_is_done(client, rita, maria, task):
    outcome = CallWord.offered_on("outcome").first()
    log(client, task, outcome=outcome.pk)

    call = maria.calls.get()
    assert (call.user, call.seconds, call.outcome, call.task) == (rita, 390, outcome, task)
    assert call.notes == "Wants two sites"
    task.refresh_from_db()
    assert task.status == Task.Status.COMPLETE


def test_a_pad_that_is_sent_twice_makes_one_call(client, maria, task):
    key = uuid4()
    log(client, task, key=key)
    log(client, task, key=key)
    assert maria.calls.count() == 1


def test_a_call_for_a_task_that_somebody_closed_meanwhile_was_made_all_the_same(
    client, rita, maria, task
):
    task.skip(by=rita)
    log(client, task)
    assert maria.calls.get().task is None
    task.refresh_from_db()
    assert task.status == Task.Status.SKIPPED


@pytest.mark.parametrize(
    ("length", "words"),
    [
        ("long", "Write minutes, such as 6 or 6:30."),
        ("6:75", "Write minutes, such as 6 or 6:30."),
        ("9999", "A call of more than a day?"),
    ],
)
def test_a_length_that_is_none_is_told_and_nothing_is_lost(client, maria, task, length, words):
    response = log(client, task, length=length)
    assert response.status_code == 422
    assert words in response.text
    assert "Wants two sites" in response.text
    assert not maria.calls.exists()


@pytest.mark.parametrize(
    ("name", "words"),
    [("outcome", "Choose how it ended."), ("reason", "Choose what it was about.")],
)
def test_what_an_admin_requires_is_asked_for(client, maria, task, name, words):
    Organisation.objects.update_or_create(defaults={f"call_needs_{name}": True}, pk=1)
    response = log(client, task)
    assert response.status_code == 422
    assert words in response.text
    task.refresh_from_db()
    assert task.is_open


def test_a_word_that_was_retired_meanwhile_cannot_be_chosen(client, task):
    word = CallWord.offered_on("outcome").first()
    word.retire()
    assert "not offered any more" in log(client, task, outcome=word.pk).text


def test_where_all_words_are_retired_nobody_is_asked(client, task, maria):
    Organisation.objects.update_or_create(defaults={"call_needs_reason": True}, pk=1)
    for word in CallWord.offered_on("reason"):
        word.retire()
    log(client, task)
    assert maria.calls.get().reason is None


def test_undo_takes_the_call_out_and_opens_the_task(client, rita, maria, task):
    log(client, task)
    client.post(reverse("undo", args=[rita.undos.get().pk]))
    assert not maria.calls.exists()
    task.refresh_from_db()
    assert task.is_open


def test_undo_is_refused_once_the_task_has_moved_on_and_the_call_stays(client, rita, maria, task):
    log(client, task)
    Task.objects.get(pk=task.pk).reopen(by=rita)
    response = client.post(reverse("undo", args=[rita.undos.get().pk]))
    assert response.status_code == 409
    assert maria.calls.exists()


# Without a task ---------------------------------------------------------------------------------


def test_anybody_who_may_be_seen_can_be_called(client, rita, maria):
    url = reverse("calls:of-person", args=[maria.pk])
    assert "tel:+46701234567" in client.get(url).text
    response = client.post(url, said())
    assert response["Location"] == maria.get_absolute_url()
    assert maria.calls.get().user == rita


def test_in_a_window_the_pad_closes_it(client, maria):
    response = client.post(reverse("calls:of-person", args=[maria.pk]), said(), **HTMX)
    assert "close-window" in response["HX-Trigger"]
    wrong = client.post(reverse("calls:of-person", args=[maria.pk]), said(length="x"), **HTMX)
    assert wrong.status_code == 422
    assert "<html" not in wrong.text


def test_who_may_not_be_seen_cannot_be_called(client, rita):
    organisation = Organisation.current()
    organisation.everybody_sees_people = False
    organisation.save()
    hidden = make_person(make_user("Sam"))
    assert client.post(reverse("calls:of-person", args=[hidden.pk]), said()).status_code == 404
    assert not Call.objects.exists()


def test_everybodys_calls_stand_in_the_history_newest_first(client, rita, maria):
    sam = make_user("Sam Seller")
    for user, notes in ((sam, "First"), (rita, "Second")):
        Call.log(maria, user, key=uuid4(), notes=notes, seconds=90)
    text = client.get(f"{maria.get_absolute_url()}?tab=history").text
    assert text.index("Second") < text.index("First")
    assert "by Sam Seller" in text
    assert "2 min" in text
    assert "by Sam Seller" in client.get(f"{maria.get_absolute_url()}?tab=engagement").text


# What a number opens ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("phone", "dialled"),
    [
        ("+46 (0)70-123 45 67", "+46701234567"),
        ("0046 70 123 45 67", "+46701234567"),
        ("070-123 45 67", "0701234567"),
        ("(555) 010-9999 ext. 12", "5550109999;ext=12"),
        ("+46701234567 x3", "+46701234567;ext=3"),
        ("ask Eva", ""),
        ("", ""),
    ],
)
def test_a_number_is_dialled_as_machines_want_it(phone, dialled):
    assert number(phone) == dialled


@pytest.mark.parametrize(
    "pattern",
    ["", "https://dial.example/?n={number}", "sip:{number}@pbx.example", "callto:{number}"],
)
def test_a_pattern_of_a_dialler_is_taken(pattern):
    assert checked_pattern(pattern) == pattern


@pytest.mark.parametrize(
    "pattern",
    [
        "dial.example/{number}",
        "https://dial.example/",
        "https://dial.example/{number}/{number}",
        "https://dial.example/{number}?u={user}",
        "javascript:alert({number})",
        "https://{number}.example/",
        "https:///{number}",
        "https://dial.example/a b/{number}",
    ],
)
def test_any_other_pattern_is_refused(pattern):
    with pytest.raises(ValidationError):
        checked_pattern(pattern)


def test_the_organisations_dialler_is_opened_with_the_number(client, rita, maria, task):
    told = {"call_address": "https://dial.example/?n={number}"}
    Organisation.objects.update_or_create(defaults=told, pk=1)
    text = client.get(task.get_absolute_url()).text
    assert 'href="https://dial.example/?n=%2B46701234567" target="_blank"' in text


def test_an_email_offers_call_and_inmail_greyed_where_there_is_neither(client, rita, maria):
    email = make_email(rita, "delivered", person=maria)
    text = client.get(reverse("emails:email", args=[email.pk])).text
    assert 'href="tel:+46701234567"' in text
    assert "No LinkedIn address is known." in text
    maria.linkedin, maria.phone = "https://www.linkedin.com/in/maria", ""
    maria.save()
    text = client.get(reverse("emails:folder", args=["sent/delivered"])).text
    assert 'href="https://www.linkedin.com/in/maria" target="_blank"' in text
    assert "tel:" not in text
