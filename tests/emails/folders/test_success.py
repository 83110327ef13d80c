"""An email is marked as a success, once; that is told, counted for its template, and taken back."""

import pytest
from django.urls import reverse

from accounts.models import Undo
from emails.models import Cause, Email, IllegalTransition, Status, Uses
from emails.timeline import timeline
from tests.factories import make_email, make_template, make_user

pytestmark = pytest.mark.django_db
SENT = (Status.DELIVERED, Status.ARCHIVED)
HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def rita(client):
    rita = make_user("Rita")
    client.force_login(rita)
    return rita


@pytest.fixture
def do(client):
    """Rita does an action with an email, or with several that are ticked in Delivered."""

    def post(action, *emails, ticked=False, **headers):
        path = reverse("emails:act", args=[emails[0].pk, action])
        if ticked:
            path = reverse("emails:act-on-ticked", args=["sent/delivered", action])
        told = {"email": [email.pk for email in emails], "next": "/emails/sent/delivered/"}
        return client.post(path, told, **headers)

    return post


def fresh(email):
    return Email.objects.get(pk=email.pk)


def successes(template):
    return Uses.by_template([template])[template.pk].succeeded


@pytest.mark.parametrize("status", SENT)
def test_success_marks_the_email_where_it_is_and_says_who_did_and_when(do, client, rita, status):
    email = make_email(rita, status)

    do("succeed", email)

    marked = fresh(email)
    assert (marked.status, marked.succeeded_by, marked.moved_at) == (status, rita, email.moved_at)
    told = timeline(marked).moments[0]
    assert (told.title, told.more) == ("Marked as a success", "by Rita")
    assert told.at == marked.succeeded_at
    page = client.get(reverse("emails:email", args=[email.pk])).text
    assert "Success</span> marked by Rita" in page


def test_the_row_shows_it(do, client, rita):
    email = make_email(rita, Status.DELIVERED)
    tag = '<span class="pill" data-tone="ok">Success</span>'
    assert tag not in client.get("/emails/sent/delivered/").text

    do("succeed", email)

    assert tag in client.get("/emails/sent/delivered/").text


def test_success_raises_the_success_count_of_its_template_by_one(do, rita):
    template = make_template(rita)
    email, _other = (
        make_email(rita, Status.DELIVERED, template_version=template.latest) for _each in range(2)
    )
    assert successes(template) == 0

    do("succeed", email)
    assert successes(template) == 1
    second = do("succeed", email)

    assert second.status_code == 409
    assert "is marked as a success already" in second.content.decode()
    assert successes(template) == 1
    assert email.transitions.filter(cause=Cause.SUCCEED).count() == 1


def test_what_a_higher_layer_marks_twice_is_marked_once(rita):
    email = make_email(rita, Status.DELIVERED)

    assert email.succeed(by=None) is True
    at = email.succeeded_at
    assert fresh(email).succeed(by=None) is False

    assert (fresh(email).succeeded_at, fresh(email).succeeded_by) == (at, None)
    assert timeline(email).moments[0].more == ""


def test_the_second_of_two_learns_who_marked_it_and_where_it_stands(rita):
    email = make_email(rita, Status.DELIVERED)
    seen_by_another = fresh(email)
    email.archive(by=rita)

    assert email.succeed(by=rita) is True
    assert seen_by_another.succeed(by=None) is False

    assert (seen_by_another.status, seen_by_another.succeeded_by) == (Status.ARCHIVED, rita)


@pytest.mark.parametrize("status", sorted(set(Status) - set(SENT)))
def test_only_what_was_sent_is_a_success(rita, status):
    email = make_email(rita, status)

    with pytest.raises(IllegalTransition):
        email.succeed(by=rita)

    assert fresh(email).succeeded_at is None


def test_what_is_in_the_trash_is_not_marked(do, rita):
    email = make_email(rita, Status.ARCHIVED)
    email.remove(by=rita)

    response = do("succeed", email)

    assert response.status_code == 409 and "is in the trash" in response.content.decode()
    assert fresh(email).succeeded_at is None


def test_success_can_be_undone(do, client, rita):
    template = make_template(rita)
    email = make_email(rita, Status.DELIVERED, template_version=template.latest)
    do("succeed", email, **HTMX)
    undo = reverse("undo", args=[rita.undos.get().pk])
    assert undo in client.get("/emails/sent/delivered/").text  # after a reload too

    response = client.post(undo, **HTMX)

    assert "Undone: the email is not marked as a success any more." in response.text
    assert successes(template) == 0
    assert fresh(email).succeeded_by is None
    assert timeline(email).moments[0].title == "No success any more"


def test_taken_back_later_it_is_offered_in_the_place_of_success(do, client, rita):
    email = make_email(rita, Status.DELIVERED)
    do("succeed", email)
    Undo.objects.all().delete()
    page = client.get(reverse("emails:email", args=[email.pk]))
    assert [action.name for action, _ in page.context["actions"]] == ["archive", "unsucceed"]

    do("unsucceed", email)
    assert fresh(email).succeeded_at is None
    again = do("unsucceed", email)

    assert again.status_code == 409
    assert "is not marked as a success" in again.content.decode()


def test_undone_the_mark_comes_back_as_it_was(do, client, rita):
    email = make_email(rita, Status.DELIVERED)
    email.succeed(by=None)
    do("unsucceed", email)

    client.post(reverse("undo", args=[rita.undos.get().pk]))

    marked = fresh(email)
    assert (marked.succeeded_at, marked.succeeded_by) == (email.succeeded_at, None)


def test_ticked_emails_are_marked_each_for_itself_and_undone_where_they_were(do, client, rita):
    known, moved, *others = (
        make_email(rita, Status.DELIVERED, subject=f"S{number}") for number in range(4)
    )
    known.succeed(by=None)
    moved.archive(by=rita)
    moved.remove(by=rita)
    gone = make_email(rita, Status.BOUNCED, subject="Gone")

    page = do("succeed", known, moved, gone, *others, ticked=True, **HTMX).text

    assert "2 emails marked as a success." in page
    assert "“S0” is marked as a success already." in page
    assert "“Gone” is in Bounced now" in page
    assert all(fresh(email).succeeded_by == rita for email in others)

    client.post(reverse("undo", args=[rita.undos.get().pk]))

    assert [bool(fresh(email).succeeded_at) for email in (known, *others)] == [True, False, False]
