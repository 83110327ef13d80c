"""The admin pages: all models to look at, history never to be changed."""

import pytest
from django.contrib import admin
from django.urls import reverse

from accounts.models import User
from emails.models import Attempt, Channel, Email, Event, ReturnedMail, Status, Transition
from prospects.models import ConsentChange, Suppression
from tests.factories import make_channel, make_draft, make_email, make_person, make_user

pytestmark = pytest.mark.django_db
MODELS = sorted(admin.site._registry, key=lambda model: model._meta.label)
HISTORY = [Transition, Attempt, Event, ReturnedMail, Email, ConsentChange]


def at(model, page="changelist", *args):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


@pytest.fixture
def ada():
    return make_user("Ada", role="admin")


@pytest.fixture
def pages(client, ada):
    client.force_login(ada)
    return client


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_every_list_opens_and_can_be_searched(pages, ada, model):
    make_email(ada, Status.BOUNCED, person=make_person(ada))

    assert pages.get(at(model)).status_code == 200
    assert pages.get(at(model), {"q": "1"}).status_code == 200


@pytest.mark.parametrize("model", [Email, Transition, Attempt, Channel, User])
def test_a_page_of_each_opens(pages, ada, model):
    make_email(ada, Status.BOUNCED, person=make_person(ada))

    response = pages.get(at(model, "change", model.objects.first().pk))

    assert response.status_code == 200


@pytest.mark.parametrize("model", HISTORY, ids=lambda model: model._meta.label)
def test_history_is_neither_added_to_nor_changed_nor_deleted(pages, ada, model):
    make_email(ada, Status.BOUNCED)
    pk = getattr(model.objects.first(), "pk", 1)

    assert pages.post(at(model, "add")).status_code == 403
    assert pages.post(at(model, "delete", pk)).status_code in {302, 403}
    assert pages.post(at(model, "change", pk)).status_code in {302, 403}
    assert b"delete_selected" not in pages.get(at(model)).content


def test_what_reps_wrote_is_not_shown(pages, ada):
    email = make_draft(make_user("Rita"), html="<p>only for Maria</p>")

    for model in (Email, type(email.content)):
        assert b"only for Maria" not in pages.get(at(model, "change", email.pk)).content


@pytest.mark.parametrize("role", ["user", "manager"])
def test_nobody_but_an_admin_gets_in(client, role):
    client.force_login(make_user("Sam", role=role))

    assert client.get(reverse("admin:index"), follow=True).status_code == 403


def test_signed_out_it_leads_to_the_one_sign_in_there_is(client):
    response = client.get(reverse("admin:index"), follow=True)

    assert response.redirect_chain[-1][0].startswith("/accounts/login/?next=")


def test_a_password_is_not_shown_and_stays_when_left_empty(pages, ada):
    channel = make_channel(ada, password="hush-hush", username="ada")
    page = pages.get(at(Channel, "change", channel.pk))
    assert b"hush-hush" not in page.content

    told = {"name": "New", "host": "smtp.example", "port": 587, "security": "tls", "sessions": 2}
    pages.post(at(Channel, "change", channel.pk), told | {"owner": ada.pk, "password": ""})

    channel.refresh_from_db()
    assert (channel.name, channel.password) == ("New", "hush-hush")


def test_users_are_deactivated_and_never_deleted(pages, ada):
    sam = make_user("Sam")
    picked = {"action": "deactivate", "_selected_action": [sam.pk, ada.pk]}

    response = pages.post(at(User), picked, follow=True)

    assert not User.objects.get(pk=sam.pk).is_active
    assert User.objects.get(pk=ada.pk).is_active
    assert b"is the last admin and stays active" in response.content
    assert pages.post(at(User, "delete", sam.pk)).status_code == 403


def test_a_user_is_added_by_address_and_role(pages):
    told = {"email": "New@Team.example", "name": "New", "role": "user", "usable_password": "false"}
    members = {"memberships-TOTAL_FORMS": 0, "memberships-INITIAL_FORMS": 0}

    pages.post(at(User, "add"), told | members)

    assert User.objects.get(name="New").email == "new@team.example"


def test_the_last_admin_stays_one(pages, ada):
    members = {"memberships-TOTAL_FORMS": 0, "memberships-INITIAL_FORMS": 0}
    told = {"email": ada.email, "name": "Ada", "role": "user", "language": "en", "time_zone": "UTC"}

    response = pages.post(at(User, "change", ada.pk), told | members)

    assert b"Nobody could administrate any more." in response.content
    assert User.objects.get(pk=ada.pk).is_admin


def test_an_address_is_suppressed_and_released_with_a_reason(pages, ada):
    told = {"value": "@Rival.example", "reason": "blocked", "note": "a competitor"}
    waiting = make_email(ada, Status.SCHEDULED, to_address="a@rival.example")
    pages.post(at(Suppression, "add"), told)
    row = Suppression.objects.get(value="rival.example")
    assert row.created_by == ada
    waiting.refresh_from_db()
    assert waiting.status == "failed"
    picked = {"action": "release", "_selected_action": [row.pk]}

    pages.post(at(Suppression), picked)
    assert Suppression.objects.in_force().exists()
    pages.post(at(Suppression), picked | {"why": "bought by us"})

    row.refresh_from_db()
    assert row.released_by == ada
    assert row.note == "a competitor · bought by us"
    history = ConsentChange.objects.order_by("pk").values_list("what", "source", "by", "words")
    assert list(history) == [
        ("blocked", "admin", ada.pk, "a competitor"),
        ("released", "admin", ada.pk, "bought by us"),
    ]


@pytest.mark.parametrize("value", ["", "nonsense", "a b@x.example", "rival.example"])
def test_what_cannot_be_suppressed_is_said_beside_the_field(pages, value):
    Suppression.suppress("rival.example", "blocked")

    response = pages.post(at(Suppression, "add"), {"value": value, "reason": "blocked"})

    assert response.status_code == 200
    assert "value" in response.context["adminform"].form.errors
