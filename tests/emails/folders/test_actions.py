"""What can be done with emails where they stand, alone and together, and taken back."""

import json
from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.contrib.sessions.models import Session
from django.test import TestCase
from django.urls import reverse
from django.utils import timezone

from accounts.changes import EVERYBODY, announce, seen_by
from accounts.models import Undo
from emails.events import SMTP, Observation, record
from emails.folders import FOLDERS
from emails.models import Cause, Email, Event, Status
from emails.sending.claim import claim_one
from emails.sending.mark import mark
from prospects.models import Suppression
from tests.factories import make_draft, make_email, make_user

pytestmark = pytest.mark.django_db
HTMX = {
    "HTTP_HX_REQUEST": "true",
    "HTTP_HX_CURRENT_URL": "http://testserver/emails/sent/delivered/",
}


@pytest.fixture
def rita():
    return make_user("Rita")


@pytest.fixture
def do(client, rita):
    """Rita does an action with an email, or with several that are ticked in a folder."""
    client.force_login(rita)

    def post(action, *emails, folder="", sure=True, **headers):
        told = {"next": "/emails/sent/delivered/?open=1"} | ({"sure": "yes"} if sure else {})
        if folder:
            told["email"] = [email.pk for email in emails]
            path = reverse("emails:act-on-ticked", args=[folder, action])
        else:
            path = reverse("emails:act", args=[emails[0].pk, action])
        return client.post(path, told, **headers)

    return post


def fresh(email):
    return Email.objects.get(pk=email.pk)


def make_unconfirmed(owner, **fields):
    email = make_email(owner, Status.IN_PROGRESS, **fields)
    attempt = email.attempts.get()
    said = Observation(
        email_id=email.pk,
        attempt_id=attempt.pk,
        kind=Event.Kind.DOUBT,
        at=timezone.now(),
        source=SMTP,
        source_id=f"attempt {attempt.pk}",
        data={"reason": "connection_lost"},
    )
    record([said])
    email.refresh_from_db()
    assert email.is_unconfirmed
    return email


def buttons(client, email):
    """The names of the actions that the email's own page offers."""
    page = client.get(reverse("emails:email", args=[email.pk]))
    return [action.name for action, _question in page.context["actions"]]


OFFERED = {
    Status.DELIVERED: ["archive", "succeed"],
    Status.ARCHIVED: ["unarchive", "succeed", "delete"],
    Status.SCHEDULED: ["send-now", "delete"],
    Status.DRAFT: ["delete"],
    Status.IN_PROGRESS: [],
    Status.FAILED: ["retry", "delete"],
    Status.BOUNCED: ["retry", "delete"],
    Status.SPAM: ["delete"],
}


@pytest.mark.parametrize("status", Status)
def test_each_folder_offers_its_own_actions(client, rita, status):
    client.force_login(rita)

    assert buttons(client, make_email(rita, status)) == OFFERED[status]


def test_an_unconfirmed_email_offers_to_send_again_or_to_say_that_it_arrived(client, rita):
    client.force_login(rita)

    assert buttons(client, make_unconfirmed(rita)) == ["send-again", "arrived", "delete"]


def test_only_an_admin_may_retry_after_a_complaint(client, rita):
    email = make_email(rita, Status.SPAM)
    client.force_login(rita)
    path = reverse("emails:act", args=[email.pk, "retry"])

    assert client.post(path, {"sure": "yes"}).status_code == 409
    type(rita).objects.filter(pk=rita.pk).update(role="admin")
    assert buttons(client, email) == ["retry", "delete"]
    assert client.post(path, {"sure": "yes"}).status_code == 302
    assert fresh(email).status == Status.SCHEDULED


@pytest.mark.parametrize(
    ("action", "before", "after"),
    [
        ("archive", Status.DELIVERED, Status.ARCHIVED),
        ("unarchive", Status.ARCHIVED, Status.DELIVERED),
        ("retry", Status.FAILED, Status.SCHEDULED),
        ("retry", Status.BOUNCED, Status.SCHEDULED),
    ],
)
def test_an_action_moves_the_email_and_leads_back(do, rita, action, before, after):
    email = make_email(rita, before)

    response = do(action, email)

    assert fresh(email).status == after
    assert response.url == "/emails/sent/delivered/?open=1"


def test_htmx_is_told_to_refresh_what_it_shows(do, rita):
    email = make_email(rita, Status.DELIVERED)

    response = do("archive", email, **HTMX)

    assert json.loads(response["HX-Trigger"]) == {"changed": {"target": "body"}}
    assert "Email to maria@nordlys.example archived." in response.content.decode()
    assert reverse("undo", args=[rita.undos.get().pk]) in response.content.decode()


def test_send_now_brings_a_scheduled_email_forward(do, rita):
    email = make_email(rita, Status.SCHEDULED, send_at=timezone.now() + timedelta(days=3))

    do("send-now", email)

    assert fresh(email).status == Status.SCHEDULED
    assert fresh(email).send_at <= timezone.now()


def test_undoing_a_send_leaves_a_draft_and_both_transitions_and_nothing_else(do, rita):
    email = make_draft(rita)
    email.send(by=rita)

    do("undo-send", email)

    assert fresh(email).status == Status.DRAFT
    causes = list(email.transitions.values_list("cause", flat=True))
    assert causes == [Cause.CREATE, Cause.SCHEDULE, Cause.PULL_BACK]
    assert not email.events.exists()


@pytest.mark.parametrize("status", [Status.DELIVERED, Status.IN_PROGRESS, Status.SPAM])
def test_what_is_not_possible_is_refused_in_a_sentence(do, rita, status):
    email = make_email(rita, status, subject="Prices")

    response = do("unarchive", email)

    folder = next(each for each in FOLDERS.values() if each.status == status)
    assert response.status_code == 409
    assert f"“Prices” is in {folder.label} now" in response.content.decode()


def test_an_email_in_the_trash_cannot_be_sent_or_moved(do, rita):
    email = make_email(rita, Status.FAILED)
    email.remove(by=rita)

    assert do("retry", email).status_code == 409
    assert fresh(email).status == Status.FAILED


@pytest.mark.parametrize("status", [Status.BOUNCED, Status.FAILED])
def test_retry_of_a_bounce_asks_first_and_says_what_it_takes_back(do, rita, status):
    email = make_email(rita, status)

    page = do("retry", email, sure=False)

    asked = status == Status.BOUNCED
    assert (fresh(email).status == status) is asked
    assert ("that is taken back" in page.content.decode()) is asked


def test_retry_of_a_bounce_releases_its_suppression_in_the_same_move(do, rita):
    email = make_email(rita, Status.BOUNCED)
    Suppression.suppress(email.to_address, Suppression.Reason.BOUNCED)

    do("retry", email)

    assert not Suppression.objects.in_force().exists()


def test_send_again_names_the_risk_and_asks(do, rita):
    email = make_unconfirmed(rita)

    page = do("send-again", email, sure=False)

    assert "would then get it twice" in page.content.decode()
    assert fresh(email).is_unconfirmed
    do("send-again", email)
    assert fresh(email).status == Status.SCHEDULED


def test_a_reps_word_that_it_arrived_is_evidence(do, rita):
    email = make_unconfirmed(rita)

    do("arrived", email)

    assert fresh(email).status == Status.DELIVERED
    assert email.events.get(kind=Event.Kind.WORD).data == {"by": rita.pk}
    assert do("arrived", email).status_code == 409


def test_retry_of_ticked_rows_leaves_out_the_unconfirmed_and_says_so(do, rita):
    failed = [make_email(rita, Status.FAILED) for _number in range(2)]
    unconfirmed = [make_unconfirmed(rita) for _number in range(2)]

    page = do("retry", *failed, *unconfirmed, folder="undelivered/failed", **HTMX).content.decode()

    assert [fresh(email).status for email in failed] == [Status.SCHEDULED] * 2
    assert all(fresh(email).is_unconfirmed for email in unconfirmed)
    assert "2 emails are sent again now." in page
    assert "2 unconfirmed emails were left out: they may have arrived." in page


def test_ticked_rows_that_have_moved_meanwhile_are_named(do, rita):
    here, gone = (
        make_email(rita, Status.DELIVERED),
        make_email(rita, Status.BOUNCED, subject="Gone"),
    )

    page = do("archive", here, gone, folder="sent/delivered", **HTMX).content.decode()

    assert fresh(here).status == Status.ARCHIVED
    assert "Email to maria@nordlys.example archived. “Gone” is in Bounced now" in page


def test_ticked_bounces_ask_before_they_are_tried_again(do, rita):
    bounced = [make_email(rita, Status.BOUNCED) for _number in range(2)]

    page = do("retry", *bounced, folder="undelivered/bounced", sure=False).content.decode()

    assert all(f'name="email" value="{email.pk}"' in page for email in bounced)
    assert all(fresh(email).status == Status.BOUNCED for email in bounced)


def test_an_action_that_a_folder_does_not_offer_is_not_there(do, rita):
    email = make_email(rita, Status.DELIVERED)

    assert do("delete", email, folder="sent/delivered").status_code == 404
    assert do("send-now", email, folder="pending/scheduled").status_code == 404


def test_ticking_nothing_or_nonsense_is_said(client, rita):
    client.force_login(rita)
    path = reverse("emails:act-on-ticked", args=["sent/delivered", "archive"])

    page = client.post(path, {"email": ["x", "9" * 30, "\0", "-1"]}, **HTMX).content.decode()

    assert "Tick the emails first." in page


def test_nobody_does_anything_with_anybody_elses_emails(client, rita):
    email = make_email(rita, Status.DELIVERED)
    made = Undo.objects.create(user=rita, action="emails.archive", before={"emails": [email.pk]})
    client.force_login(make_user("Sam"))

    assert client.post(reverse("emails:act", args=[email.pk, "archive"])).status_code == 404
    assert client.post(reverse("undo", args=[made.pk])).status_code == 404
    ticked = reverse("emails:act-on-ticked", args=["sent/delivered", "archive"])
    client.post(ticked, {"email": email.pk})
    assert fresh(email).status == Status.DELIVERED


def test_actions_are_posted(client, rita):
    client.force_login(rita)

    assert (
        client.get(reverse("emails:act", args=[make_draft(rita).pk, "delete"])).status_code == 405
    )


@pytest.mark.parametrize(
    ("action", "before", "after"),
    [
        ("archive", Status.DELIVERED, Status.DELIVERED),
        ("unarchive", Status.ARCHIVED, Status.ARCHIVED),
        ("delete", Status.FAILED, Status.FAILED),
        ("delete", Status.SCHEDULED, Status.DRAFT),  # restoring never sends
    ],
)
def test_what_was_done_can_be_undone(do, client, rita, action, before, after):
    email = make_email(rita, before)
    do(action, email)

    client.post(reverse("undo", args=[rita.undos.get().pk]))

    assert fresh(email).status == after
    assert fresh(email).removed_at is None


def test_undo_takes_back_all_that_were_ticked(do, client, rita):
    emails = [make_email(rita, Status.DELIVERED) for _number in range(3)]
    do("archive", *emails, folder="sent/delivered")

    page = client.post(reverse("undo", args=[rita.undos.get().pk]), **HTMX).content.decode()

    assert "Undone: 3 emails are in Delivered again." in page
    assert {fresh(email).status for email in emails} == {Status.DELIVERED}


def test_undo_is_refused_in_words_when_the_email_has_moved_and_after_it_was_used(do, client, rita):
    email = make_email(rita, Status.DELIVERED)
    do("archive", email)
    path = reverse("undo", args=[rita.undos.get().pk])
    fresh(email).unarchive(by=rita)

    first = client.post(path)
    fresh(email).archive(by=rita)
    again = client.post(path)
    used = client.post(path)

    assert first.status_code == 409
    assert "Something has changed meanwhile" in first.content.decode()
    assert again.status_code == 302
    assert "can no longer be undone" in used.content.decode()


def test_undo_survives_a_reload_of_the_page_it_was_offered_on(do, client, rita):
    email = make_email(rita, Status.DELIVERED)
    do("archive", email, **HTMX)
    offered = reverse("undo", args=[rita.undos.get().pk])

    client.get("/emails/sent/delivered/")
    assert offered in client.get("/emails/sent/delivered/").content.decode()
    assert offered not in client.get("/emails/pending/drafts/").content.decode()
    client.post(offered)
    assert offered not in client.get("/emails/sent/delivered/").content.decode()


@pytest.mark.parametrize(
    "back", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", ""]
)
def test_it_never_leads_back_to_another_site(client, rita, back):
    email = make_email(rita, Status.DELIVERED)
    client.force_login(rita)

    response = client.post(reverse("emails:act", args=[email.pk, "archive"]), {"next": back})

    assert response.url == reverse("emails:email", args=[email.pk])


def test_the_change_counter_is_news_only_when_it_differs(
    client, rita, django_capture_on_commit_callbacks
):
    client.force_login(rita)
    seen = client.get("/live/?seen=none").json()["seen"]

    assert client.get(f"/live/?seen={seen}").status_code == 204
    with django_capture_on_commit_callbacks(execute=True):
        make_draft(rita).remove(by=rita)
    assert client.get(f"/live/?seen={seen}").json()["seen"] != seen


def test_what_changes_elsewhere_is_news_for_whoever_asks_for_it(client, rita):
    client.force_login(rita)
    before = client.get("/live/?seen=none").json()["seen"]

    with TestCase.captureOnCommitCallbacks(execute=True):
        announce(EVERYBODY, people=[1])
    assert client.get(f"/live/?seen={before}").status_code == 204
    told = client.get(f"/live/?seen={before}&elsewhere").json()
    assert told == {"seen": seen_by(rita.pk, EVERYBODY), "is_elsewhere": True}
    assert client.get("/live/?elsewhere", {"seen": told["seen"]}).status_code == 204

    with TestCase.captureOnCommitCallbacks(execute=True):
        announce(rita.pk, EVERYBODY)
    assert not client.get(f"/live/?seen={before}").json()["is_elsewhere"]


def test_asking_for_changes_does_not_prolong_the_session(client, rita):
    client.force_login(rita)
    ends = client.session.get_expiry_date

    with time_machine.travel(timezone.now() + timedelta(hours=1)):
        response = client.get("/live/?seen=none")

    assert response.status_code == 200
    assert "cc_session" not in response.cookies
    assert Session.objects.get().expire_date - ends() < timedelta(minutes=1)


def test_a_claimed_email_can_still_be_deleted_and_is_not_sent_then(do, rita):
    email = make_email(rita, Status.SCHEDULED)
    lease = uuid4()
    claim_one(email, lease)

    do("delete", email)

    assert fresh(email).removed_at
    assert mark(email, lease, worker="test") is None
